//! `json.loads`: what Python takes for JSON.
//!
//! Python reads a little more than the standard (NaN, the infinities, lone surrogates, numbers of
//! any size) and, of two equal keys, the later one. The parser recurses, so nesting is bounded.

use indexmap::IndexMap;
use thiserror::Error;

use super::Value;

/// How deep lists and dictionaries may nest; Python itself gives up at its recursion limit, near 1000.
const MAX_DEPTH: usize = 200;

/// A text that `json.loads` refuses.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{reason} at byte {offset}")]
pub struct ParseError {
    /// What was wrong, as a clause without a full stop.
    pub reason: &'static str,
    /// Where, counted in bytes from the start of the text.
    pub offset: usize,
}

impl Value {
    /// Tells whether a JSON text holds half a surrogate pair, which a [`Value`] cannot.
    #[must_use]
    pub fn has_lone_surrogate(text: &[u8]) -> bool {
        let mut parser = Parser {
            text: str::from_utf8(text).unwrap_or_default(),
            position: 0,
            lone_surrogates: false,
        };
        parser.skip_white_space();
        parser.value(0).is_ok() && parser.lone_surrogates
    }

    /// Parses a JSON text as Python's `json.loads` does.
    ///
    /// # Errors
    ///
    /// If the text is not UTF-8, starts with a byte order mark, is not JSON in Python's sense, or
    /// nests deeper than 200 levels.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        let text = str::from_utf8(text).map_err(|error| ParseError {
            reason: "the text is not UTF-8",
            offset: error.valid_up_to(),
        })?;
        let mut parser = Parser {
            text,
            position: 0,
            lone_surrogates: false,
        };
        parser.skip_white_space();
        let value = parser.value(0)?;
        parser.skip_white_space();
        if parser.position < text.len() {
            return Err(parser.error("there is text after the value"));
        }
        Ok(value)
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    lone_surrogates: bool,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, ParseError> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Str),
            Some(b'{' | b'[') if depth == MAX_DEPTH => {
                Err(self.error("the value is nested too deeply"))
            }
            Some(b'{') => self.dict(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'-' | b'0'..=b'9') if !self.rest().starts_with("-Infinity") => self.number(),
            _ => self.literal(),
        }
    }

    fn literal(&mut self) -> Result<Value, ParseError> {
        for (word, value) in [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ] {
            if self.rest().starts_with(word) {
                self.position += word.len();
                return Ok(value);
            }
        }
        Err(self.error("a value is missing"))
    }

    fn list(&mut self, depth: usize) -> Result<Value, ParseError> {
        let mut items = Vec::new();
        self.position += 1;
        self.skip_white_space();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            self.skip_white_space();
            items.push(self.value(depth)?);
            self.skip_white_space();
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            if !self.take(b',') {
                return Err(self.error("a comma is missing"));
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Value, ParseError> {
        let mut items = IndexMap::new();
        self.position += 1;
        self.skip_white_space();
        if self.take(b'}') {
            return Ok(Value::Dict(items));
        }
        loop {
            self.skip_white_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes is missing"));
            }
            let key = self.string()?;
            self.skip_white_space();
            if !self.take(b':') {
                return Err(self.error("a colon is missing"));
            }
            self.skip_white_space();
            // Nova 34, `write-026`: of equal keys the last value counts, in the place of the first.
            items.insert(key, self.value(depth)?);
            self.skip_white_space();
            if self.take(b'}') {
                return Ok(Value::Dict(items));
            }
            if !self.take(b',') {
                return Err(self.error("a comma is missing"));
            }
        }
    }

    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`, a float if it has either tail.
    fn number(&mut self) -> Result<Value, ParseError> {
        let start = self.position;
        self.take(b'-');
        if !self.take(b'0') && self.take_digits() == 0 {
            return Err(self.error("a number has no digits"));
        }
        let integer_end = self.position;
        if self.take(b'.') && self.take_digits() == 0 {
            self.position = integer_end;
        }
        let fraction_end = self.position;
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            if self.take_digits() == 0 {
                self.position = fraction_end;
            }
        }
        let text = self.between(start);
        if self.position == integer_end {
            let digits = if text == "-0" { "0" } else { text };
            return Ok(Value::Int(digits.to_owned()));
        }
        // Beyond the range of a double Rust answers infinity or zero, as Python does.
        match text.parse() {
            Ok(number) => Ok(Value::Float(number)),
            Err(_) => Err(self.error("a number is malformed")),
        }
    }

    fn string(&mut self) -> Result<String, ParseError> {
        let mut text = String::new();
        self.position += 1;
        loop {
            let start = self.position;
            let plain = |byte: &u8| !matches!(*byte, b'"' | b'\\' | ..0x20);
            let run = self.rest().bytes().take_while(plain).count();
            self.position += run;
            text.push_str(self.between(start));
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.error("a string holds a control character")),
                None => return Err(self.error("a string is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        self.position += 1;
        let ch = match self.peek() {
            Some(b'u') => {
                self.position += 1;
                return self.unicode_escape();
            }
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.error("a string holds an unknown escape")),
        };
        self.position += 1;
        Ok(ch)
    }

    fn unicode_escape(&mut self) -> Result<char, ParseError> {
        let first = self.four_hex_digits()?;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            let after_first = self.position;
            self.position += 2;
            let second = self.four_hex_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let joined = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.position = after_first;
        }
        // Python keeps a lone surrogate; a Rust string cannot.
        let letter = char::from_u32(first);
        self.lone_surrogates |= letter.is_none();
        Ok(letter.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn four_hex_digits(&mut self) -> Result<u32, ParseError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.error("a \\u escape needs four hexadecimal digits"));
            };
            code = code * 16 + digit;
            self.position += 1;
        }
        Ok(code)
    }

    fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.position += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn take_digits(&mut self) -> usize {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.position += count;
        count
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn between(&self, start: usize) -> &'a str {
        self.text.get(start..self.position).unwrap_or_default()
    }

    fn error(&self, reason: &'static str) -> ParseError {
        ParseError {
            reason,
            offset: self.position,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(text: &str) -> Result<Value, ParseError> {
        Value::parse(text.as_bytes())
    }

    #[test]
    fn scalars() {
        for (text, value) in [
            ("null", Value::None),
            (" true\n", Value::Bool(true)),
            ("\t\r\n false", Value::Bool(false)),
            ("-0", Value::Int("0".to_owned())),
            ("-12", Value::Int("-12".to_owned())),
            (
                "100000000000000000000000000",
                Value::Int("100000000000000000000000000".to_owned()),
            ),
            ("1.5", Value::Float(1.5)),
            ("1E5", Value::Float(100_000.0)),
            ("1e+2", Value::Float(100.0)),
            ("1e400", Value::Float(f64::INFINITY)),
            ("-1e400", Value::Float(f64::NEG_INFINITY)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
            (
                r#""\"\\\/\b\f\n\r\t""#,
                Value::from("\"\\/\u{8}\u{c}\n\r\t"),
            ),
        ] {
            assert_eq!(parse(text).unwrap(), value, "{text}");
        }
        assert!(matches!(parse("NaN"), Ok(Value::Float(number)) if number.is_nan()));
    }

    #[test]
    fn unicode_escapes() {
        for (text, value) in [
            (r#""\u2603\u00FC""#, "☃ü"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\ud800\ud83d\ude00x\udc00""#, "\u{fffd}😀x\u{fffd}"),
            (r#""\ud800\n""#, "\u{fffd}\n"),
            ("\"ключ\u{7f}\"", "ключ\u{7f}"),
        ] {
            assert_eq!(parse(text).unwrap(), Value::from(value), "{text}");
        }
    }

    #[test]
    fn the_last_of_equal_keys_wins_in_the_place_of_the_first() {
        let value = parse(r#"{"d": "1", "e": [], "d": "2"}"#).unwrap();
        let items: Vec<_> = value.as_dict().unwrap().iter().collect();
        assert_eq!(items[0], (&"d".to_owned(), &Value::from("2")));
        assert_eq!(items.len(), 2);
    }

    #[test]
    fn refused() {
        for text in [
            "",
            " ",
            "{",
            "{\"metadata\": ",
            "{\"metadata\": {}} x",
            "\u{feff}{\"metadata\": {\"a\": \"1\"}}",
            "\"a\nb\"",
            "\"a\u{1}\"",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\ud800\\u12\"",
            "\"\\",
            "[1,]",
            "[1 2]",
            "[,]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{\"a\":}",
            "{'a': 1}",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "-",
            "-NaN",
            "nul",
            "True",
            "\u{a0}1",
            "\u{c}1",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        // `body-put-badutf8`
        let error = Value::parse(b"\xff").unwrap_err();
        assert_eq!(error.to_string(), "the text is not UTF-8 at byte 0");
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(200)).is_ok());
        assert!(parse(&nested(201)).is_err());
        assert!(parse(&"{\"a\":".repeat(100_000)).is_err());
    }
}
