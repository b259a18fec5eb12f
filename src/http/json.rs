//! A JSON writer in the style of Python's `json.dumps`, whose closures cannot leave an object open.
//!
//! Images are written through it rather than through serde, because links are joined without being
//! built first, and what was written of an image before goes into a list as it is.

use super::gaps::{self, Escaped};
use crate::python::{append_escaped, write_json_string};

/// Writes one object.
#[must_use]
pub fn object(capacity: usize, content: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(capacity);
    write_object(&mut out, content);
    out
}

/// Writes items of a list that others have begun, and will end; the first of all has nothing before it.
pub fn items(out: &mut Vec<u8>, first: bool, content: impl FnOnce(&mut List<'_>)) {
    content(&mut List { out, first });
}

fn write_object(out: &mut Vec<u8>, content: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    content(&mut Object { out, first: true });
    out.push(b'}');
}

/// An object under way.
pub struct Object<'w> {
    out: &'w mut Vec<u8>,
    first: bool,
}

/// Escapes a text for [`Object::joined`].
#[must_use]
pub fn escaped(text: &str) -> Escaped {
    let mut out = Vec::with_capacity(text.len());
    append_escaped(text, &mut out);
    Escaped::new(out, None)
}

/// Names of members are constants of the program: plain ASCII, written as they are.
impl Object<'_> {
    /// A member with a string.
    pub fn text(&mut self, key: &'static str, value: &str) -> &mut Self {
        self.key(key);
        write_json_string(value, self.out);
        self
    }

    /// A member with a word of the program's own, which needs no escaping.
    pub fn word(&mut self, key: &'static str, value: &'static str) -> &mut Self {
        self.key(key);
        self.out.push(b'"');
        self.out.extend_from_slice(value.as_bytes());
        self.out.push(b'"');
        self
    }

    /// A member with a string of two parts: links are made so, for every image.
    pub fn joined(&mut self, key: &'static str, head: &Escaped, tail: &str) -> &mut Self {
        self.key(key);
        self.out.push(b'"');
        self.out.extend_from_slice(head.bytes());
        append_escaped(tail, self.out);
        self.out.push(b'"');
        self
    }

    /// A member whose name is data, with a value that is JSON already.
    pub fn entry(&mut self, key: &str, json: &[u8]) -> &mut Self {
        self.separate();
        write_json_string(key, self.out);
        self.out.extend_from_slice(b": ");
        self.out.extend_from_slice(json);
        self
    }

    /// A member with a string or null.
    pub fn text_or_null(&mut self, key: &'static str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(key, value),
            None => self.raw(key, b"null"),
        }
    }

    /// A member with an integer.
    pub fn number(&mut self, key: &'static str, value: i64) -> &mut Self {
        self.key(key);
        self.out
            .extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        self
    }

    /// A member whose value is JSON already.
    pub fn raw(&mut self, key: &'static str, json: &[u8]) -> &mut Self {
        self.key(key);
        self.out.extend_from_slice(json);
        self
    }

    /// A member with an object.
    pub fn object(
        &mut self,
        key: &'static str,
        content: impl FnOnce(&mut Object<'_>),
    ) -> &mut Self {
        self.key(key);
        write_object(self.out, content);
        self
    }

    /// A member with a list.
    pub fn list(&mut self, key: &'static str, content: impl FnOnce(&mut List<'_>)) -> &mut Self {
        self.key(key);
        self.out.push(b'[');
        content(&mut List {
            out: self.out,
            first: true,
        });
        self.out.push(b']');
        self
    }

    fn key(&mut self, key: &'static str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\": ");
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.extend_from_slice(b", ");
        }
    }
}

/// A list under way.
pub struct List<'w> {
    out: &'w mut Vec<u8>,
    first: bool,
}

impl List<'_> {
    /// An object in it.
    pub fn object(&mut self, content: impl FnOnce(&mut Object<'_>)) {
        self.separate();
        write_object(self.out, content);
    }

    /// An item that was written before and cut at its gaps.
    pub fn filled(&mut self, pieces: &[u8], fillings: &[&Escaped]) {
        self.separate();
        gaps::fill(pieces, fillings, self.out);
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.extend_from_slice(b", ");
        }
    }
}
