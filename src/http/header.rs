//! Headers as text.

use super::HeaderMap;
use http::header::AsHeaderName;

/// The first value of a header, when it is text; bytes that are no UTF-8 make it missing.
#[must_use]
pub fn header_text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    std::str::from_utf8(headers.get(name)?.as_bytes()).ok()
}
