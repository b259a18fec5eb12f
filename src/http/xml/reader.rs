//! A reader of small XML bodies, as Juno's `safe_minidom_parse_string` takes them.
//!
//! What expat refuses is refused here, and so is any document type, because that guarded
//! parser forbids it. quick-xml cuts the text into events; it is lenient, so names, attributes,
//! references and namespaces are checked in the submodules. Bytes, depth and elements are bounded,
//! and the tree is built with an explicit stack.

mod encoding;
mod lexical;
mod namespaces;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use thiserror::Error;

use namespaces::Namespaces;

/// The longest body read, in bytes; Nova itself refuses more than 114,688.
pub const MAX_BYTES: usize = 200_000;
/// How deep elements may nest, the root being one deep.
pub const MAX_DEPTH: usize = 100;
/// How many elements a body may hold.
pub const MAX_ELEMENTS: usize = 10_000;

/// An element with what it directly holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The name as written, prefix included.
    pub name: String,
    /// The name without its prefix.
    pub local_name: String,
    /// The prefix as written.
    pub prefix: Option<String>,
    /// The URI of the namespace, shared by all elements in it.
    pub namespace: Option<Arc<str>>,
    /// The attributes in their order, by their names as written; namespace declarations are left out.
    pub attributes: Vec<(String, String)>,
    /// The direct text and CDATA, joined; comments, processing instructions and children leave no trace.
    pub text: String,
    /// The child elements in their order.
    pub children: Vec<Element>,
}

impl Element {
    /// Returns the value of the attribute with this name, as written in the document.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A body that is no acceptable XML document.
#[derive(Clone, Debug, Error)]
pub enum XmlError {
    /// The markup cannot be cut into tags, text and the rest.
    #[error("the body is not well-formed XML: {0}")]
    Syntax(#[from] quick_xml::Error),
    /// A rule of XML or of its namespaces is broken.
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
    /// The body is longer than [`MAX_BYTES`].
    #[error("the body is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// The elements nest deeper than [`MAX_DEPTH`].
    #[error("the elements nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// There are more elements than [`MAX_ELEMENTS`].
    #[error("there are more than {MAX_ELEMENTS} elements")]
    TooManyElements,
}

/// Reads a body and returns its root element.
///
/// # Errors
///
/// If the body is not a well-formed XML document with namespaces, has a document type or an entity
/// of its own, is in an unknown encoding, or exceeds one of the bounds.
pub fn read(body: &[u8]) -> Result<Element, XmlError> {
    if body.len() > MAX_BYTES {
        return Err(XmlError::TooLong);
    }
    let text = encoding::decode(body)?;
    if !text.chars().all(lexical::is_character) {
        return Err(XmlError::Malformed("a character is not allowed in XML"));
    }
    // quick-xml would skip a second byte order mark; to expat it is text before the root.
    if text.starts_with('\u{feff}') {
        return Err(XmlError::Malformed("there is text outside the root"));
    }
    let text = normalise_line_ends(text);
    let mut reader = Reader::from_str(&text);
    let mut tree = Tree::default();
    loop {
        match reader.read_event()? {
            Event::Start(tag) => tree.open(&tag)?,
            Event::Empty(tag) => {
                tree.open(&tag)?;
                tree.close();
            }
            Event::End(_) => tree.close(),
            Event::Text(text) => tree.text(&text)?,
            Event::CData(text) => tree.inside()?.text.push_str(&text),
            Event::GeneralRef(name) => {
                let ch = lexical::resolve_reference(&name)?;
                tree.inside()?.text.push(ch);
            }
            Event::Comment(text) => lexical::check_comment(&text)?,
            Event::PI(text) => lexical::check_instruction(&text)?,
            // The declaration at the start was taken off with the encoding.
            Event::Decl(_) => {
                return Err(XmlError::Malformed("the declaration is not at the start"));
            }
            Event::DocType(_) => return Err(XmlError::Doctype),
            Event::Eof => return tree.finish(),
        }
    }
}

/// Makes every line end `\n`, in text and attribute values alike, before anything else is read.
fn normalise_line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        text
    }
}

/// The tree under construction.
#[derive(Default)]
struct Tree {
    /// The elements whose end tag is still to come, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    namespaces: Namespaces,
    elements: usize,
}

impl Tree {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(XmlError::Malformed("there is more than one root"));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(XmlError::TooDeep);
        }
        if self.elements == MAX_ELEMENTS {
            return Err(XmlError::TooManyElements);
        }
        self.elements += 1;

        let tag_name = tag.name();
        let (prefix, local_name) = lexical::split_name(tag_name.as_ref())?;
        let attributes = read_attributes(tag.attributes_raw())?;
        self.namespaces.enter(&attributes)?;
        self.check_attributes(&attributes)?;
        self.open.push(Element {
            name: tag_name.as_ref().to_owned(),
            local_name: local_name.to_owned(),
            prefix: prefix.map(str::to_owned),
            namespace: self.namespaces.resolve(prefix)?.cloned(),
            attributes: attributes
                .into_iter()
                .filter(|(name, _)| namespaces::declared_prefix(name).is_none())
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            ..Element::default()
        });
        Ok(())
    }

    /// Checks that prefixes are bound and that no two attributes have the same name in the same namespace.
    fn check_attributes(&self, attributes: &[(&str, String)]) -> Result<(), XmlError> {
        let mut seen = HashSet::new();
        for (name, _) in attributes {
            if namespaces::declared_prefix(name).is_some() {
                continue;
            }
            if let (Some(prefix), local_name) = lexical::split_name(name)? {
                let namespace = self.namespaces.resolve_id(prefix)?;
                if !seen.insert((namespace, local_name)) {
                    return Err(XmlError::Malformed("an attribute is given twice"));
                }
            }
        }
        Ok(())
    }

    /// Closes the innermost element; that the names agree was checked by quick-xml.
    fn close(&mut self) {
        self.namespaces.leave();
        if let Some(element) = self.open.pop() {
            match self.open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => self.root = Some(element),
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        if text.contains("]]>") {
            return Err(XmlError::Malformed("text holds the end of a CDATA section"));
        }
        if self.open.is_empty() && text.bytes().all(lexical::is_white_space) {
            return Ok(());
        }
        self.inside()?.text.push_str(text);
        Ok(())
    }

    fn inside(&mut self) -> Result<&mut Element, XmlError> {
        let error = XmlError::Malformed("there is text outside the root");
        self.open.last_mut().ok_or(error)
    }

    fn finish(self) -> Result<Element, XmlError> {
        if self.open.is_empty() {
            self.root.ok_or(XmlError::Malformed("there is no root"))
        } else {
            Err(XmlError::Malformed("an element is not closed"))
        }
    }
}

/// Reads what follows the name in a tag: names as written, values normalised.
fn read_attributes(raw: &str) -> Result<Vec<(&str, String)>, XmlError> {
    let mut seen = HashSet::new();
    let mut attributes = Vec::new();
    for (name, value) in lexical::split_attributes(raw)? {
        lexical::split_name(name)?;
        if !seen.insert(name) {
            return Err(XmlError::Malformed("an attribute is given twice"));
        }
        attributes.push((name, lexical::normalise_value(value)?));
    }
    Ok(attributes)
}

#[cfg(test)]
mod tests;
