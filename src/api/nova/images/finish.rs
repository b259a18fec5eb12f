//! The last step of an answer in XML.

use crate::api::nova::dialect::Dialect;
use crate::api::nova::fault::Fault;
use crate::http::xml::writer::XmlWriter;

/// Nova 2014.2 fails on text that XML cannot hold; users get it with marks in its place.
pub fn finish_xml(dialect: &Dialect, writer: XmlWriter) -> Result<Vec<u8>, Fault> {
    if dialect.exact {
        return writer.finish().map_err(|_| Fault::internal(""));
    }
    Ok(writer.into_bytes())
}
