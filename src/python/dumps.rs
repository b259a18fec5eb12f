//! `json.dumps`: JSON text as Python writes it.
//!
//! A blank after each comma and colon; DEL and everything outside ASCII as `\uXXXX` in lower case,
//! since `json` keeps only what its pattern `[ -~]` matches. Both ways to that text are here:
//! [`Value::write_json`] for Python values and [`to_vec`] for anything serde can serialise.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::{Value, float};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

impl Value {
    /// Appends the text `json.dumps` makes of the value.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        match self {
            Self::None => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Int(digits) => out.extend_from_slice(digits.as_bytes()),
            Self::Float(number) => out.extend_from_slice(float_text(*number).as_bytes()),
            Self::Str(text) => write_json_string(text, out),
            Self::List(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.extend_from_slice(b", ");
                    }
                    item.write_json(out);
                }
                out.push(b']');
            }
            Self::Dict(items) => {
                out.push(b'{');
                for (index, (key, item)) in items.iter().enumerate() {
                    if index > 0 {
                        out.extend_from_slice(b", ");
                    }
                    write_json_string(key, out);
                    out.extend_from_slice(b": ");
                    item.write_json(out);
                }
                out.push(b'}');
            }
        }
    }
}

/// Appends a text as a JSON string, quotes included, as `json.dumps` writes it.
pub fn write_json_string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    append_escaped(text, out);
    out.push(b'"');
}

/// Appends a text as it stands between the quotes of a JSON string.
pub fn append_escaped(text: &str, out: &mut Vec<u8>) {
    // Writing into memory cannot fail.
    _ = write_escaped(text, out);
}

fn write_escaped<W: Write + ?Sized>(text: &str, out: &mut W) -> io::Result<()> {
    let mut rest = text;
    loop {
        // What precedes the first byte to escape is ASCII, so the split is between characters.
        let (plain, tail) = rest.split_at(plain_prefix(rest.as_bytes()));
        out.write_all(plain.as_bytes())?;
        let mut characters = tail.chars();
        let Some(ch) = characters.next() else {
            return Ok(());
        };
        match ch {
            '"' => out.write_all(b"\\\"")?,
            '\\' => out.write_all(b"\\\\")?,
            '\n' => out.write_all(b"\\n")?,
            '\r' => out.write_all(b"\\r")?,
            '\t' => out.write_all(b"\\t")?,
            '\u{8}' => out.write_all(b"\\b")?,
            '\u{c}' => out.write_all(b"\\f")?,
            _ => {
                for unit in ch.encode_utf16(&mut [0; 2]) {
                    out.write_all(&unicode_escape(*unit))?;
                }
            }
        }
        rest = characters.as_str();
    }
}

/// Serialises a value as `json.dumps` would write it.
///
/// # Errors
///
/// Whatever [`serde_json`] refuses: a map whose keys are not texts, or a `Serialize` that fails.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    write(value, PythonFormatter::default())
}

/// The same with `ensure_ascii=False`: what is not ASCII stands as UTF-8.
///
/// # Errors
///
/// As [`to_vec`].
pub fn to_vec_utf8<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    write(value, PythonFormatter { utf8: true })
}

fn write<T: Serialize + ?Sized>(
    value: &T,
    formatter: PythonFormatter,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(256);
    value.serialize(&mut Serializer::with_formatter(&mut out, formatter))?;
    Ok(out)
}

/// A [`Formatter`] that makes `serde_json` write in the style of Python's `json.dumps`.
///
/// NaN and the infinities never reach a formatter: `serde_json` writes `null` for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct PythonFormatter {
    /// Whether what is not ASCII stands as it is.
    utf8: bool,
}

impl Formatter for PythonFormatter {
    fn write_f32<W: Write + ?Sized>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(writer, f64::from(value))
    }

    fn write_f64<W: Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float_text(value).as_bytes())
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        match self.utf8 {
            true => writer.write_all(fragment.as_bytes()),
            false => write_escaped(fragment, writer),
        }
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first {
            Ok(())
        } else {
            writer.write_all(b", ")
        }
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first {
            Ok(())
        } else {
            writer.write_all(b", ")
        }
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

/// Counts the leading bytes that stand for themselves.
fn plain_prefix(bytes: &[u8]) -> usize {
    let (chunks, tail) = bytes.as_chunks::<16>();
    let plain = chunks.iter().take_while(|chunk| is_plain(chunk)).count();
    // Most texts are short, and have nothing to escape.
    let (eights, rest) = tail.as_chunks::<8>();
    let (fours, last) = rest.as_chunks::<4>();
    let is_plain_to_the_end = plain == chunks.len()
        && eights.iter().all(is_plain)
        && fours.iter().all(is_plain)
        && last.iter().all(|byte| !escaped(*byte));
    if is_plain_to_the_end {
        return bytes.len();
    }
    let start = 16 * plain;
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| !escaped(**byte)).count()
}

/// Without a branch inside, so that the compiler turns it into vector code.
fn is_plain<const N: usize>(chunk: &[u8; N]) -> bool {
    !chunk.iter().fold(false, |any, byte| any | escaped(*byte))
}

fn escaped(byte: u8) -> bool {
    !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\'
}

fn unicode_escape(unit: u16) -> [u8; 6] {
    let digit = |shift: u16| HEX_DIGITS[usize::from(unit >> shift & 0xf)];
    [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]
}

fn float_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        float::repr(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn round_trip(text: &str) -> String {
        let mut out = Vec::new();
        Value::parse(text.as_bytes()).unwrap().write_json(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_written_as_python_does() {
        for (text, expected) in [
            // Juno, recordings 301, 603 and 724
            (
                r#"{"i":1,"f":1.5,"t":true,"n":null,"l":[1,"a"],"d":{"x":"y"}}"#,
                r#"{"i": 1, "f": 1.5, "t": true, "n": null, "l": [1, "a"], "d": {"x": "y"}}"#,
            ),
            (r#"{"u": "☃"}"#, r#"{"u": "\u2603"}"#),
            (r#"{"a":NaN}"#, r#"{"a": NaN}"#),
            (
                "[Infinity,-Infinity,1e400]",
                "[Infinity, -Infinity, Infinity]",
            ),
            (
                "[1e16,1e-5,1.0,1e22,-0.0,-0]",
                "[1e+16, 1e-05, 1.0, 1e+22, -0.0, 0]",
            ),
            ("[[],{},\"\",false]", "[[], {}, \"\", false]"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
        ] {
            assert_eq!(round_trip(text), expected);
        }
    }

    #[test]
    fn strings_are_escaped_as_python_does() {
        let text = "\"\\/\n\r\t\u{8}\u{c}\u{1}\u{1f}\u{7f}\u{80}é😀<&>'";
        let expected =
            "\"\\\"\\\\/\\n\\r\\t\\b\\f\\u0001\\u001f\\u007f\\u0080\\u00e9\\ud83d\\ude00<&>'\"";
        let mut out = Vec::new();
        write_json_string(text, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(String::from_utf8(to_vec(text).unwrap()).unwrap(), expected);
    }

    #[test]
    fn an_escape_is_found_at_every_place_of_a_chunk() {
        for length in 0..40 {
            for place in 0..length {
                let mut text = "x".repeat(length);
                text.replace_range(place..=place, "é");
                let mut out = Vec::new();
                write_json_string(&text, &mut out);
                let expected = format!("\"{}\"", text.replace('é', "\\u00e9"));
                assert_eq!(String::from_utf8(out).unwrap(), expected);
            }
        }
    }

    #[test]
    fn serde_writes_the_same_text() {
        let value = serde_json::json!({
            "message": "Ключ \"x\"\u{7f}",
            "numbers": [1, -2, 1.0, 1e16, 1.5e-7],
            "empty": [[], {}, null, true],
        });
        let expected = "{\"message\": \"\\u041a\\u043b\\u044e\\u0447 \\\"x\\\"\\u007f\", \
            \"numbers\": [1, -2, 1.0, 1e+16, 1.5e-07], \"empty\": [[], {}, null, true]}";
        let text = String::from_utf8(to_vec(&value).unwrap()).unwrap();
        assert_eq!(text, expected);
        assert_eq!(round_trip(&text), expected);
        let parsed = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(to_vec(&parsed).unwrap(), text.as_bytes());
    }
}
