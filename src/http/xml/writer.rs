//! A writer of XML that cannot leave a tag open or a text unescaped.
//!
//! Elements are written through closures, names are literals of the program, and all else is
//! escaped. The bytes are those of lxml's serialiser, which Juno used for its data, or of
//! minidom's `toxml`, which it used for its errors; nothing is written between elements.

mod escape;

use std::fmt::{self, Display, Write as _};

use thiserror::Error;

use crate::http::gaps::{self, Escaped};
use escape::Place;

/// A character that XML 1.0 cannot hold in any form.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("XML cannot hold the character U+{code:04X}", code = u32::from(*.0))]
pub struct ForbiddenCharacter(pub char);

/// Escapes a text for [`Attributes::push_joined`].
#[must_use]
pub fn escaped(text: &str) -> Escaped {
    let mut out = Vec::with_capacity(text.len());
    let forbidden = escape::write(text, Place::Attribute, &mut out);
    Escaped::new(out, forbidden)
}

/// Writes one XML document into a buffer.
///
/// `writer.element("a", |_| {}, |writer| writer.text("<"))` writes `<a>&lt;</a>`, and an element
/// whose content closure writes nothing is `<a/>`.
#[derive(Clone, Debug, Default)]
pub struct XmlWriter {
    out: Vec<u8>,
    /// Whether the last start tag still lacks its `>`, since an element without content is `<x/>`.
    start_tag_open: bool,
    quotes_in_text: bool,
    forbidden: Option<ForbiddenCharacter>,
}

impl XmlWriter {
    /// Creates a writer of lxml's form, in which Juno answered data.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a writer of minidom's form, in which Juno answered errors.
    ///
    /// It differs in that double quotes are escaped in text too: recording 415 has `&quot;*&quot;`.
    #[must_use]
    pub fn minidom() -> Self {
        Self {
            quotes_in_text: true,
            ..Self::default()
        }
    }

    /// Creates a writer like [`Self::new`] that goes on behind what another has written.
    #[must_use]
    pub fn behind(written: Vec<u8>) -> Self {
        Self {
            out: written,
            ..Self::default()
        }
    }

    /// Makes room for that many more bytes.
    #[must_use]
    pub fn with_capacity(mut self, bytes: usize) -> Self {
        self.out.reserve(bytes);
        self
    }

    /// Writes the XML declaration as lxml does, in single quotes and with a line end.
    pub fn declaration(&mut self) {
        self.out
            .extend_from_slice(b"<?xml version='1.0' encoding='UTF-8'?>\n");
    }

    /// Writes an element; if `content` writes nothing, it is `<name/>`.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: impl FnOnce(&mut Attributes<'_>),
        content: impl FnOnce(&mut Self),
    ) {
        debug_assert!(is_name(name), "{name:?} is no XML name");
        self.close_start_tag();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        attributes(&mut Attributes { writer: self });
        self.start_tag_open = true;
        content(self);
        if self.start_tag_open {
            self.start_tag_open = false;
            self.out.extend_from_slice(b"/>");
        } else {
            self.out.extend_from_slice(b"</");
            self.out.extend_from_slice(name.as_bytes());
            self.out.push(b'>');
        }
    }

    /// Writes an element without content: `<name/>`.
    pub fn empty(&mut self, name: &'static str, attributes: impl FnOnce(&mut Attributes<'_>)) {
        self.element(name, attributes, |_| {});
    }

    /// Writes an element holding a text, with an end tag even if the text is empty.
    pub fn text_element(
        &mut self,
        name: &'static str,
        attributes: impl FnOnce(&mut Attributes<'_>),
        text: &str,
    ) {
        self.element(name, attributes, |writer| writer.text(text));
    }

    /// Writes text into the element at hand, which then has an end tag even if the text is empty.
    pub fn text(&mut self, text: &str) {
        self.close_start_tag();
        let place = if self.quotes_in_text {
            Place::MinidomText
        } else {
            Place::Text
        };
        self.escape(text, place);
    }

    /// Writes what a writer of the same kind has written before, whole elements, and what was cut at
    /// its gaps.
    pub fn filled(&mut self, pieces: &[u8], fillings: &[&Escaped]) {
        self.close_start_tag();
        for filling in fillings {
            self.note(filling.forbidden);
        }
        gaps::fill(pieces, fillings, &mut self.out);
    }

    /// Returns the document.
    ///
    /// # Errors
    ///
    /// If a text or an attribute held a character that XML forbids; Juno answers 500 then
    /// (recordings 305 and 362).
    pub fn finish(self) -> Result<Vec<u8>, ForbiddenCharacter> {
        match self.forbidden {
            Some(character) => Err(character),
            None => Ok(self.out),
        }
    }

    /// Returns the document with U+FFFD in place of every character that XML forbids.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn close_start_tag(&mut self) {
        if self.start_tag_open {
            self.start_tag_open = false;
            self.out.push(b'>');
        }
    }

    fn escape(&mut self, text: &str, place: Place) {
        let forbidden = escape::write(text, place, &mut self.out);
        self.note(forbidden);
    }

    fn note(&mut self, forbidden: Option<char>) {
        if let Some(ch) = forbidden {
            self.forbidden.get_or_insert(ForbiddenCharacter(ch));
        }
    }
}

/// Writes the attributes of one start tag.
#[derive(Debug)]
pub struct Attributes<'w> {
    writer: &'w mut XmlWriter,
}

impl Attributes<'_> {
    /// Writes an attribute; no name may come twice in one tag.
    pub fn push(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.start(name);
        self.writer.escape(value, Place::Attribute);
        self.writer.out.push(b'"');
        self
    }

    /// Writes an attribute whose value two parts make: links are made so, for every image.
    pub fn push_joined(&mut self, name: &'static str, head: &Escaped, tail: &str) -> &mut Self {
        self.start(name);
        self.writer.note(head.forbidden);
        self.writer.out.extend_from_slice(head.bytes());
        self.writer.escape(tail, Place::Attribute);
        self.writer.out.push(b'"');
        self
    }

    /// Writes an attribute with the text of a number or of whatever else can be displayed.
    pub fn push_display(&mut self, name: &'static str, value: impl Display) -> &mut Self {
        self.start(name);
        // The only error could be one of the value itself, and then its text ends there.
        let _ = write!(AttributeText(self.writer), "{value}");
        self.writer.out.push(b'"');
        self
    }

    /// Writes an attribute if there is a value.
    pub fn push_some(&mut self, name: &'static str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.push(name, value),
            None => self,
        }
    }

    fn start(&mut self, name: &'static str) {
        debug_assert!(is_name(name), "{name:?} is no XML name");
        self.writer.out.push(b' ');
        self.writer.out.extend_from_slice(name.as_bytes());
        self.writer.out.extend_from_slice(b"=\"");
    }
}

struct AttributeText<'w>(&'w mut XmlWriter);

impl fmt::Write for AttributeText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escape(text, Place::Attribute);
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_');
    name.starts_with(|ch: char| ch.is_ascii_alphabetic()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(write: impl FnOnce(&mut XmlWriter)) -> String {
        let mut writer = XmlWriter::new();
        write(&mut writer);
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn recorded_answer() {
        // Juno, recordings 259 and 329
        let text = written(|writer| {
            writer.declaration();
            writer.element(
                "metadata",
                |attributes| {
                    attributes.push("xmlns", "http://docs.openstack.org/compute/api/v1.1");
                },
                |writer| {
                    for (key, value) in [("a", ""), ("u", "☃"), ("b<", "<&\">")] {
                        let key = |attributes: &mut Attributes<'_>| {
                            attributes.push("key", key);
                        };
                        writer.text_element("meta", key, value);
                    }
                },
            );
        });
        let expected = "<?xml version='1.0' encoding='UTF-8'?>\n\
            <metadata xmlns=\"http://docs.openstack.org/compute/api/v1.1\">\
            <meta key=\"a\"></meta><meta key=\"u\">☃</meta>\
            <meta key=\"b&lt;\">&lt;&amp;\"&gt;</meta></metadata>";
        assert_eq!(text, expected);
    }

    #[test]
    fn elements_without_content_are_closed_in_place() {
        let text = written(|writer| {
            writer.element(
                "a",
                |_| {},
                |writer| {
                    writer.empty("b", |attributes| {
                        attributes.push_display("n", 100).push_some("x", None);
                    });
                    writer.element("c", |_| {}, |_| {});
                    writer.element("d", |_| {}, |writer| writer.text(""));
                    writer.text("t");
                },
            );
        });
        assert_eq!(text, "<a><b n=\"100\"/><c/><d></d>t</a>");
    }

    #[test]
    fn white_space_survives_in_attributes() {
        let text = written(|writer| {
            let attributes = |attributes: &mut Attributes<'_>| {
                attributes.push("a", "\t\n\r\"'&<>");
                attributes.push_display("b", format_args!("\n{}", '"'));
            };
            writer.text_element("x", attributes, "\t\n\r\"'&<>\u{7f}\u{fffd}\u{f000}ﬀ");
        });
        assert_eq!(
            text,
            "<x a=\"&#9;&#10;&#13;&quot;'&amp;&lt;&gt;\" b=\"&#10;&quot;\">\
             \t\n&#13;\"'&amp;&lt;&gt;\u{7f}\u{fffd}\u{f000}ﬀ</x>"
        );
    }

    #[test]
    fn forbidden_characters_are_an_error() {
        for ch in ['\0', '\u{1}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            let value = format!("x{ch}y");
            let mut in_text = XmlWriter::new();
            in_text.text_element("a", |_| {}, &value);
            let mut in_attribute = XmlWriter::new();
            in_attribute.empty("a", |attributes| {
                attributes.push("b", &value);
            });
            let bytes = in_text.clone().into_bytes();
            assert_eq!(bytes, "<a>x\u{fffd}y</a>".as_bytes());
            assert_eq!(in_text.finish(), Err(ForbiddenCharacter(ch)));
            assert_eq!(in_attribute.finish(), Err(ForbiddenCharacter(ch)));
        }
        let message = ForbiddenCharacter('\u{1}').to_string();
        assert_eq!(message, "XML cannot hold the character U+0001");
    }

    #[test]
    fn minidom_escapes_quotes_in_text() {
        // Juno, recording 415
        let details = "Only 2 GET request(s) can be made to \"*\" every minute.";
        let expected = "Only 2 GET request(s) can be made to &quot;*&quot; every minute.";
        let mut writer = XmlWriter::minidom();
        writer.text_element("details", |_| {}, details);
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes, format!("<details>{expected}</details>").as_bytes());
    }
}
