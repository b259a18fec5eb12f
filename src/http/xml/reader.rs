//! A reader of small XML bodies, as Juno's `safe_minidom_parse_string` takes them.
//!
//! What expat refuses is refused here, and so is any document type, because that guarded
//! parser forbids it. quick-xml cuts the text into events, matches tags, resolves references and
//! binds prefixes; where it is lenient, the submodules check. Bytes, depth, elements and the
//! namespaces in scope are bounded, and the tree is built with an explicit stack.

mod encoding;
mod error;
mod lexical;
mod namespaces;

pub use error::XmlError;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, QName};

/// The longest body read, in bytes; Nova itself refuses more than 114,688.
pub const MAX_BYTES: usize = 200_000;
/// How deep elements may nest, the root being one deep.
pub const MAX_DEPTH: usize = 100;
/// How many elements a body may hold.
pub const MAX_ELEMENTS: usize = 10_000;
/// How many declarations of namespaces may be in scope at once.
pub const MAX_NAMESPACES: usize = 128;

/// An element with what it directly holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The name without its prefix.
    pub local_name: String,
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
    lexical::check_characters(&text)?;
    // quick-xml would skip a second byte order mark; to expat it is text before the root.
    if text.starts_with('\u{feff}') {
        return Err(XmlError::Malformed("there is text outside the root"));
    }
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().check_comments = true;
    let scope = reader.resolver_mut();
    scope.set_max_namespace_bindings(MAX_NAMESPACES);
    let mut tree = Tree::default();
    loop {
        match reader.read_event()? {
            Event::Start(tag) => tree.open(&tag, reader.resolver())?,
            Event::Empty(tag) => {
                tree.open(&tag, reader.resolver())?;
                tree.close();
            }
            Event::End(_) => tree.close(),
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(text) => tree.inside()?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let text = lexical::resolve_reference(&reference)?;
                tree.inside()?.text.push_str(&text);
            }
            Event::Comment(_) => {}
            Event::PI(instruction) => check_target(instruction.target())?,
            // The declaration at the start was taken off with the encoding.
            Event::Decl(_) => {
                return Err(XmlError::Malformed("the declaration is not at the start"));
            }
            Event::DocType(_) => return Err(XmlError::Doctype),
            Event::Eof => return tree.finish(),
        }
    }
}

/// Checks what a processing instruction begins with.
fn check_target(target: &str) -> Result<(), XmlError> {
    if lexical::is_plain_name(target) && !target.eq_ignore_ascii_case("xml") {
        Ok(())
    } else {
        Err(XmlError::Malformed(
            "a processing instruction has no proper target",
        ))
    }
}

/// The tree under construction.
#[derive(Default)]
struct Tree {
    /// The elements whose end tag is still to come, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, tag: &BytesStart<'_>, scope: &NamespaceResolver) -> Result<(), XmlError> {
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

        let name = tag.name();
        lexical::check_name(name.as_ref())?;
        let attributes = read_attributes(tag.attributes_raw())?;
        namespaces::check(name, &attributes, scope)?;
        self.open.push(Element {
            local_name: name.local_name().as_ref().to_owned(),
            attributes: attributes
                .into_iter()
                .filter(|(name, _)| name.as_namespace_binding().is_none())
                .map(|(name, value)| (name.as_ref().to_owned(), value))
                .collect(),
            ..Element::default()
        });
        Ok(())
    }

    /// Closes the innermost element; that the names agree was checked by quick-xml.
    fn close(&mut self) {
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
fn read_attributes(raw: &str) -> Result<Vec<(QName<'_>, String)>, XmlError> {
    let raw = lexical::split_attributes(raw)?.into_iter();
    let read = |(name, value)| {
        lexical::check_name(name)?;
        Ok((QName(name), lexical::normalise_value(value)?))
    };
    raw.map(read).collect()
}

#[cfg(test)]
mod tests;
