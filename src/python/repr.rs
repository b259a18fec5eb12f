//! Python's `str` and `repr` of a value, for both Pythons.
//!
//! Juno runs on Python 2 and puts `unicode(value)` into XML; Nova 34 runs on Python 3 and quotes
//! values in the messages of its JSON schema checks. The two differ in texts, big integers and
//! floats only.

use std::fmt::Write as _;

use super::{Value, float, order};

impl Value {
    /// Returns Python 2.7's `unicode(value)`: a text as it is, anything else as its `repr`.
    ///
    /// Unlike inside a `repr`, a float has 12 digits at most and a long has no `L`.
    #[must_use]
    pub fn str_python2(&self) -> String {
        match self {
            Self::Str(text) => text.clone(),
            Self::Int(digits) => digits.clone(),
            Self::Float(number) => float::str_python2(*number),
            _ => self.repr_python2(),
        }
    }

    /// Returns Python 2.7's `repr(value)`, where a text is `u'...'` in pure ASCII.
    #[must_use]
    pub fn repr_python2(&self) -> String {
        let mut out = String::new();
        self.write_repr(Python::Two, &mut out);
        out
    }

    /// Returns Python 3's `str(value)`: a text as it is, anything else as its `repr`.
    #[must_use]
    pub fn str_python3(&self) -> String {
        match self {
            Self::Str(text) => text.clone(),
            _ => self.repr_python3(),
        }
    }

    /// Returns Python 3's `repr(value)`, where a text is `'...'` and keeps what is printable.
    #[must_use]
    pub fn repr_python3(&self) -> String {
        let mut out = String::new();
        self.write_repr(Python::Three, &mut out);
        out
    }

    fn write_repr(&self, python: Python, out: &mut String) {
        match self {
            Self::None => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Int(digits) => {
                out.push_str(digits);
                // Python 2 on 64 bits: what a C long cannot hold is a `long`, and says so.
                if python == Python::Two && digits.parse::<i64>().is_err() {
                    out.push('L');
                }
            }
            Self::Float(number) => out.push_str(&float::repr(*number)),
            Self::Str(text) => write_text(text, python, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    item.write_repr(python, out);
                }
                out.push(']');
            }
            Self::Dict(items) => {
                let keys: Vec<&str> = items.keys().map(String::as_str).collect();
                let order = match python {
                    Python::Two => order::table_order(&keys),
                    Python::Three => (0..keys.len()).collect(),
                };
                out.push('{');
                for (position, index) in order.into_iter().enumerate() {
                    let Some((key, item)) = items.get_index(index) else {
                        continue;
                    };
                    if position > 0 {
                        out.push_str(", ");
                    }
                    write_text(key, python, out);
                    out.push_str(": ");
                    item.write_repr(python, out);
                }
                out.push('}');
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Python {
    Two,
    Three,
}

fn write_text(text: &str, python: Python, out: &mut String) {
    let double = text.contains('\'') && !text.contains('"');
    let quote = if double { '"' } else { '\'' };
    if python == Python::Two {
        out.push('u');
    }
    out.push(quote);
    for ch in text.chars() {
        match ch {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ if ch == quote => out.extend(['\\', ch]),
            ' '..='~' => out.push(ch),
            _ if python == Python::Three && is_printable(ch) => out.push(ch),
            _ => write_code(ch, out),
        }
    }
    out.push(quote);
}

fn write_code(ch: char, out: &mut String) {
    let code = u32::from(ch);
    // Writing to a String cannot fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Tells what `str.isprintable` does of a character outside ASCII.
///
/// `escape_debug` escapes the same Unicode categories (Cc, Cf, Cs, Co, Cn, Zl, Zp, Zs), and a
/// combining mark as well, but that only at the start of a text: hence the letter before it.
fn is_printable(ch: char) -> bool {
    let text = String::from_iter(['a', ch]);
    text.escape_debug().nth(1) == Some(ch)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(text: &str) -> Value {
        Value::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn python2_str_of_the_recorded_values() {
        // Juno, recordings 302, 632 and 640
        for (text, expected) in [
            (r#"{"x": "y"}"#, "{u'x': u'y'}"),
            ("1.5", "1.5"),
            (r#"[1, "a"]"#, "[1, u'a']"),
            ("null", "None"),
            ("1", "1"),
            ("true", "True"),
            (r#"[{"a": 1}]"#, "[{u'a': 1}]"),
            ("[1]", "[1]"),
            (r#""☃ 'as it is'""#, "☃ 'as it is'"),
        ] {
            assert_eq!(parse(text).str_python2(), expected);
        }
    }

    #[test]
    fn python2_numbers_differ_inside_a_repr() {
        let long = "9223372036854775808";
        assert_eq!(parse(long).str_python2(), long);
        let both = format!("[{long}, -{long}, -{long}0, 0.30000000000000004, NaN]");
        assert_eq!(
            parse(&both).str_python2(),
            format!("[{long}L, -{long}, -{long}0L, 0.30000000000000004, nan]")
        );
        assert_eq!(parse("0.30000000000000004").str_python2(), "0.3");
        assert_eq!(parse("Infinity").str_python2(), "inf");
    }

    #[test]
    fn python2_texts_are_ascii_in_a_repr() {
        for (text, expected) in [
            ("é☃😀", r"u'\xe9\u2603\U0001f600'"),
            ("\u{1}\u{7f}\u{a0}", r"u'\x01\x7f\xa0'"),
            ("a\\b\n\r\t", r"u'a\\b\n\r\t'"),
            ("it's", r#"u"it's""#),
            ("'\"", r#"u'\'"'"#),
            ("\"", r#"u'"'"#),
        ] {
            assert_eq!(Value::from(text).repr_python2(), expected);
        }
    }

    #[test]
    fn python3_repr_of_the_recorded_values() {
        // Nova 34, `body-*` and `write-005`
        for (text, expected) in [
            ("[]", "[]"),
            (r#""x""#, "'x'"),
            ("null", "None"),
            ("1", "1"),
            ("true", "True"),
            ("{}", "{}"),
            (r#"{"": "v"}"#, "{'': 'v'}"),
            (r#"{"a b!": "v"}"#, "{'a b!': 'v'}"),
            (r#"{"ключ": "v"}"#, "{'ключ': 'v'}"),
            (r#"{"a": "v", "b": "w"}"#, "{'a': 'v', 'b': 'w'}"),
            (
                "[1.0, 1e16, 9223372036854775808]",
                "[1.0, 1e+16, 9223372036854775808]",
            ),
        ] {
            assert_eq!(parse(text).repr_python3(), expected);
        }
        assert_eq!(parse(r#""x""#).str_python3(), "x");
        assert_eq!(parse(r#"["x"]"#).str_python3(), "['x']");
    }

    #[test]
    fn python3_escapes_what_is_not_printable() {
        for (text, expected) in [
            ("é☃😀", "'é☃😀'"),
            ("a\u{301}", "'a\u{301}'"),
            ("\u{301}", "'\u{301}'"),
            ("\u{1}\u{7f}\u{85}\u{a0}\u{ad}", r"'\x01\x7f\x85\xa0\xad'"),
            (
                "\u{200b}\u{2028}\u{feff}\u{e000}",
                r"'\u200b\u2028\ufeff\ue000'",
            ),
            ("\u{10ffff}\u{e0001}", r"'\U0010ffff\U000e0001'"),
            ("it's", r#""it's""#),
            ("'\"", r#"'\'"'"#),
            ("a\\b\n\r\t", r"'a\\b\n\r\t'"),
        ] {
            assert_eq!(Value::from(text).repr_python3(), expected);
        }
    }
}
