//! Secrets in JSON, and in what was meant to be JSON: found by names, without asking that it be well formed
//! or whole, since what is refused may hold a password, too.

use super::names::{holds_secrets, is_secret, is_token, names_secret};
use std::ops::Range;

/// A list or an object, as far as it was opened.
struct Frame {
    /// By what name it goes.
    name: Option<String>,
    is_list: bool,
    /// Whether it stands where a secret belongs.
    is_secret: bool,
}

/// A secret, and whether it needs quotes around its mask.
pub type Found = (Range<usize>, bool);

/// Where there are secrets, in order.
pub fn secrets(text: &str) -> Vec<Found> {
    let mut scan = Scan {
        text,
        at: 0,
        frames: Vec::new(),
        key: None,
        found: Vec::new(),
    };
    while let Some(first) = text.as_bytes().get(scan.at) {
        scan.step(*first);
    }
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    frames: Vec<Frame>,
    /// What the value goes by that is expected.
    key: Option<String>,
    found: Vec<Found>,
}

impl Scan<'_> {
    fn step(&mut self, first: u8) {
        match first {
            b'{' | b'[' => {
                self.at += 1;
                let is_secret = self.is_secret_id() || self.is_in_secret();
                let name = self.key.take().or_else(|| self.name_of_items());
                self.frames.push(Frame {
                    name,
                    is_list: first == b'[',
                    is_secret,
                });
            }
            b'}' | b']' => {
                self.at += 1;
                self.frames.pop();
                self.key = None;
            }
            b',' | b'&' => {
                self.at += 1;
                self.key = None;
            }
            b'"' | b'\'' => {
                let inside = self.quoted(first);
                self.scalar(inside, false);
            }
            b':' | b'=' => self.at += 1,
            _ if first.is_ascii_whitespace() => self.at += 1,
            _ => {
                let word = self.word();
                self.scalar(word, true);
            }
        }
    }

    /// The inside of a string; what is not closed goes on to the end.
    fn quoted(&mut self, quote: u8) -> Range<usize> {
        let start = self.at + 1;
        let mut end = start;
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'\\' => end += 2,
                _ if *byte == quote => break,
                _ => end += 1,
            }
        }
        let end = end.min(bytes.len());
        self.at = (end + 1).min(bytes.len());
        start..end
    }

    fn word(&mut self) -> Range<usize> {
        let start = self.at;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[]:,=&\"".contains(byte);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.at = start + length;
        start..self.at
    }

    fn scalar(&mut self, range: Range<usize>, is_word: bool) {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let next = rest.trim_start().bytes().next();
        let awaits_secret = self.key.as_deref().is_some_and(is_secret);
        let is_key = match next {
            _ if awaits_secret => false,
            Some(b':' | b'=') => true,
            // A colon is missing.
            _ => self.key.is_none() && !self.is_in_list() && names_secret(&lower(text)),
        };
        if is_key {
            let key = unescaped(text);
            if next == Some(b'=') && is_secret(&key) {
                self.rest_of_pair();
            } else {
                self.key = Some(key);
            }
        } else if self.is_secret() && !text.is_empty() && !(is_word && text == "null") {
            self.found.push((range, is_word));
        }
    }

    /// The value of a secret in a form: up to the next pair.
    fn rest_of_pair(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let equals = rest.find('=').map_or(0, |place| place + 1);
        let start = self.at + equals;
        let value = self.text.get(start..).unwrap_or_default();
        let length = value.find(['&', '\n']).unwrap_or(value.len());
        self.at = start + length;
        if length > 0 {
            self.found.push((start..self.at, false));
        }
    }

    /// Whether the value that stands here is a secret.
    fn is_secret(&self) -> bool {
        let around = self.frames.last();
        let name = self.key.clone().or_else(|| self.name_of_items());
        let around = around.and_then(|frame| frame.name.as_deref());
        name.as_deref().is_some_and(is_secret)
            || around.is_some_and(holds_secrets)
            || self.is_secret_id()
    }

    /// Whether what stands here is in the place of a part of a secret. Of Keystone's own parts of a
    /// password only its user has parts, too.
    fn is_in_secret(&self) -> bool {
        let around = self.frames.last();
        let around = around.and_then(|frame| frame.name.as_deref());
        around.is_some_and(holds_secrets) && self.key.as_deref() != Some("user")
    }

    /// Whether what stands here is the id of a token, or within what stands in its place.
    fn is_secret_id(&self) -> bool {
        let Some(around) = self.frames.last() else {
            return false;
        };
        let is_id = self.key.as_deref() == Some("id");
        around.is_secret || is_id && around.name.as_deref().is_some_and(is_token)
    }

    fn is_in_list(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.is_list)
    }

    fn name_of_items(&self) -> Option<String> {
        let list = self.frames.last().filter(|frame| frame.is_list)?;
        list.name.clone()
    }
}

fn lower(text: &str) -> String {
    unescaped(text).to_ascii_lowercase()
}

/// What a name says once its escapes are read, those of JSON and those of forms.
fn unescaped(text: &str) -> String {
    let quoted = ["\"", text, "\""].concat();
    let read: Option<String> = serde_json::from_str(&quoted).ok();
    let read = read.unwrap_or_else(|| text.to_owned());
    percent_encoding::percent_decode_str(&read)
        .decode_utf8_lossy()
        .into_owned()
}
