//! Why a body is no acceptable XML document.

use thiserror::Error;

/// A body that is no acceptable XML document.
#[derive(Clone, Debug, Error)]
pub enum XmlError {
    /// quick-xml cannot take the markup apart.
    #[error("the body is not well-formed XML: {0}")]
    Syntax(#[from] quick_xml::Error),
    /// Another rule of XML or of its namespaces is broken.
    #[error("the body is not well-formed XML: {0}")]
    Malformed(&'static str),
    /// There is a document type, which may declare entities.
    #[error("a document type is not allowed")]
    Doctype,
    /// The declared encoding is not known.
    #[error("the encoding {0:?} is not known")]
    UnknownEncoding(String),
    /// The bytes are not text in the encoding of the body.
    #[error("the body is not text in its encoding")]
    Undecodable,
    /// There are more bytes than are read.
    #[error("the body is too long")]
    TooLong,
    /// The elements nest deeper than they may.
    #[error("the elements nest too deep")]
    TooDeep,
    /// There are more elements than there may be.
    #[error("there are too many elements")]
    TooManyElements,
}
