//! Percent escapes as Python's `urllib` reads them.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The bytes of a text whose escapes are undone; a broken one stands for itself.
#[must_use]
pub fn unquote(text: &str) -> Cow<'_, [u8]> {
    percent_decode_str(text).into()
}

/// As [`unquote`], but a single digit that ends the text, or that another escape follows, is an
/// escape too: `int(item[:2], 16)`, as the front end of Nova 34 reads queries.
#[must_use]
pub fn unquote_short(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let digit = |at: usize| hex(bytes.get(at).copied());
    while let Some(byte) = bytes.get(at) {
        let (value, length) = match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => (high << 4 | low, 3),
            (b'%', Some(only), None) if matches!(bytes.get(at + 2), None | Some(b'%')) => (only, 2),
            (other, ..) => (*other, 1),
        };
        out.push(value);
        at += length;
    }
    out
}

fn hex(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::{unquote, unquote_short};

    #[test]
    fn unquotes() {
        for (text, plain, short) in [
            ("a%20b", "a b", "a b"),
            ("%zz%4", "%zz%4", "%zz\x04"),
            ("%4%41%4z", "%4A%4z", "\x04A%4z"),
            ("%", "%", "%"),
        ] {
            assert_eq!(unquote(text), plain.as_bytes(), "{text}");
            assert_eq!(unquote_short(text), short.as_bytes(), "{text}");
        }
    }
}
