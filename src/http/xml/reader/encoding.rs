//! From the bytes of a body to its text: byte order mark, declaration, encoding.
//!
//! The encodings are those of expat (UTF-8, UTF-16, ISO-8859-1, US-ASCII) and, as pyexpat adds
//! them, the single-byte ones known by name.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::error::XmlError;
use super::lexical;

const MALFORMED_DECLARATION: XmlError = XmlError::Malformed("the declaration is malformed");
const WRONG_ENCODING: XmlError =
    XmlError::Malformed("the declared encoding is not that of the body");

/// Returns the text of a body after its byte order mark and its declaration.
pub(super) fn decode(body: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    match body {
        [0xef, 0xbb, 0xbf, rest @ ..] => decode_bytes(rest),
        [0xff, 0xfe, rest @ ..] => decode_utf16(rest, UTF_16LE),
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest, UTF_16BE),
        [b'<', 0, ..] => decode_utf16(body, UTF_16LE),
        [0, b'<', ..] => decode_utf16(body, UTF_16BE),
        _ => decode_bytes(body),
    }
}

fn decode_utf16<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
) -> Result<Cow<'a, str>, XmlError> {
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(XmlError::Undecodable)?;
    let Some((declaration, rest)) = split_declaration(text.as_bytes()) else {
        return Ok(text);
    };
    let label = declared_encoding(declaration)?.map(str::to_ascii_lowercase);
    let fits =
        label.is_none_or(|label| label == "utf-16" || encoding.name().eq_ignore_ascii_case(&label));
    if !fits {
        return Err(WRONG_ENCODING);
    }
    let start = text.len() - rest.len();
    Ok(Cow::Owned(text.get(start..).unwrap_or_default().to_owned()))
}

fn decode_bytes(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    let (declared, rest) = match split_declaration(bytes) {
        Some((declaration, rest)) => (declared_encoding(declaration)?, rest),
        None => (None, bytes),
    };
    // Expat obeys the declaration even after a UTF-8 byte order mark.
    let label = codec_name(declared.unwrap_or("utf-8"));
    match label.as_str() {
        "utf-8" | "utf8" | "utf" | "u8" => str::from_utf8(rest)
            .map(Cow::Borrowed)
            .map_err(|_| XmlError::Undecodable),
        "us-ascii" | "ascii" => str::from_utf8(rest)
            .ok()
            .filter(|text| text.is_ascii())
            .map(Cow::Borrowed)
            .ok_or(XmlError::Undecodable),
        // By hand, because encoding_rs means windows-1252 by these names, as browsers do.
        "iso-8859-1" | "iso8859-1" | "latin-1" | "latin1" | "l1" => {
            Ok(Cow::Owned(rest.iter().copied().map(char::from).collect()))
        }
        "utf-16" | "utf-16le" | "utf-16be" => Err(WRONG_ENCODING),
        _ => Encoding::for_label(label.as_bytes())
            .filter(|encoding| encoding.is_single_byte())
            .ok_or(XmlError::UnknownEncoding(label))?
            .decode_without_bom_handling_and_without_replacement(rest)
            .ok_or(XmlError::Undecodable),
    }
}

/// Spells an encoding as Python's codec registry compares it: `ISO_8859--1` is `iso-8859-1`.
fn codec_name(label: &str) -> String {
    let words = label.split(['-', '_']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Splits `<?xml ...?>` off the start; what is returned of it lies between `<?xml` and `?>`.
fn split_declaration(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let after = bytes.strip_prefix(b"<?xml")?;
    // `<?xml-stylesheet ...?>` is a processing instruction like any other.
    if !after.first().copied().is_some_and(lexical::is_white_space) {
        return None;
    }
    let end = after.windows(2).position(|pair| pair == b"?>")?;
    after
        .split_at_checked(end)
        .map(|(declaration, rest)| (declaration, rest.strip_prefix(b"?>").unwrap_or_default()))
}

/// Checks a declaration and returns the encoding it names.
///
/// Expat takes any version, 1.1 (recorded) and 3.7 alike, and reads on by the rules of 1.0.
fn declared_encoding(declaration: &[u8]) -> Result<Option<&str>, XmlError> {
    let text = str::from_utf8(declaration).map_err(|_| MALFORMED_DECLARATION)?;
    let mut attributes = lexical::split_attributes(text)?.into_iter().peekable();
    let version = attributes.next_if(|(name, _)| *name == "version");
    let encoding = attributes.next_if(|(name, _)| *name == "encoding");
    let standalone = attributes.next_if(|(name, _)| *name == "standalone");

    let is_version = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '_' | '-');
    let proper = attributes.next().is_none()
        && version.is_some_and(|(_, value)| value.chars().all(is_version))
        && encoding.is_none_or(|(_, value)| is_encoding_name(value))
        && standalone.is_none_or(|(_, value)| matches!(value, "yes" | "no"));
    if proper {
        Ok(encoding.map(|(_, value)| value))
    } else {
        Err(MALFORMED_DECLARATION)
    }
}

fn is_encoding_name(name: &str) -> bool {
    let continues = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '_' | '-');
    name.starts_with(|ch: char| ch.is_ascii_alphabetic()) && name.chars().all(continues)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn decoded(declaration: &str, rest: &[u8]) -> Result<String, XmlError> {
        let body = [b"<?xml", declaration.as_bytes(), b"?>", rest].concat();
        decode(&body).map(Cow::into_owned)
    }

    #[test]
    fn encodings_of_one_byte() {
        for (label, bytes, text) in [
            ("UTF-8", "☃".as_bytes(), "☃"),
            ("utf8", "☃".as_bytes(), "☃"),
            ("ISO-8859-1", b"\xc3\xbc\x85", "Ã¼\u{85}"),
            ("latin1", b"\x80", "\u{80}"),
            ("us-ascii", b"ok", "ok"),
            ("windows-1251", b"\xe0", "а"),
            ("Windows_1251", b"\xe0", "а"),
        ] {
            let declaration = format!(" version='1.0' encoding='{label}'");
            assert_eq!(decoded(&declaration, bytes).unwrap(), text, "{label}");
        }
    }

    #[test]
    fn refused_encodings() {
        for (label, bytes) in [
            ("TF-8", b"x"),
            ("utf-16", b"x"),
            ("Shift_JIS", b"x"),
            ("US-ASCII", b"\xe0"),
            ("UTF-8", b"\xff"),
            ("8bit", b"x"),
            ("", b"x"),
        ] {
            let declaration = format!(" version='1.0' encoding='{label}'");
            assert!(decoded(&declaration, bytes).is_err(), "{label}");
        }
    }

    #[test]
    fn utf16_with_and_without_mark() {
        let bytes = |text: &str, swap: bool| -> Vec<u8> {
            let order = |unit: u16| {
                if swap {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            };
            text.encode_utf16().flat_map(order).collect()
        };
        let declared = |label| format!("\u{feff}<?xml version='1.0' encoding='{label}'?><a/>😀");
        for swap in [false, true] {
            assert_eq!(decode(&bytes("\u{feff}<a/>☃", swap)).unwrap(), "<a/>☃");
            assert_eq!(decode(&bytes("<a/>☃", swap)).unwrap(), "<a/>☃");
            assert_eq!(decode(&bytes(&declared("UTF-16"), swap)).unwrap(), "<a/>😀");
            assert_eq!(decode(&bytes(&declared("utf-16be"), swap)).is_ok(), swap);
            assert!(decode(&bytes(&declared("UTF-8"), swap)).is_err());
        }
        assert!(decode(b"\xff\xfe<\0a").is_err());
        assert!(decode(b"\xff\xfe\x00\xd8").is_err());
    }

    #[test]
    fn declarations() {
        assert_eq!(decoded(" version = '1.1' ", b"x").unwrap(), "x");
        assert_eq!(
            decoded(" version=\"1.0\" standalone='no'", b"x").unwrap(),
            "x"
        );
        for declaration in [
            " ",
            " encoding='utf-8'",
            " version='1.0 '",
            " version='1.0'encoding='utf-8'",
            " version='1.0' standalone='maybe'",
            " version='1.0' standalone='no' encoding='utf-8'",
            " version='1.0' foo='x'",
            " version='1.0' version='1.0'",
        ] {
            assert!(decoded(declaration, b"x").is_err(), "{declaration}");
        }
        assert_eq!(decode(b"\xef\xbb\xbf<a/>").unwrap(), "<a/>");
    }
}
