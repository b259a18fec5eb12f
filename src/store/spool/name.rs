//! What data are called.

use crate::domain::hexadecimal;
use std::fmt;
use std::sync::Arc;

/// Bytes of a SHA-512.
const DIGEST_BYTES: usize = 64;

/// The name of data: their SHA-512, as 128 hexadecimal digits in lower case. No name climbs out of a
/// folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataName(Arc<str>);

impl DataName {
    /// The name of data of this digest.
    #[must_use]
    pub fn of(digest: &[u8]) -> Self {
        Self(hexadecimal(digest).into())
    }

    /// Reads a name; nothing when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_name = text.len() == 2 * DIGEST_BYTES && text.bytes().all(is_digit);
        is_name.then(|| Self(text.into()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DataName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
