//! Headers as text.

use super::HeaderMap;

/// The first value of a header, when it is text; bytes that are no UTF-8 make it missing.
#[must_use]
pub fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    std::str::from_utf8(headers.get(name)?.as_bytes()).ok()
}
