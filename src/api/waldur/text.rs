//! Texts as Python's `str` and the JSON renderer treat them.

use crate::http::Method;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;

/// Most blanks of one step that the JSON renderer indents by.
pub const MOST_INDENT: usize = 8;

pub use crate::python::strip;

/// Django upper-cases the method.
pub fn upper_method(method: &Method) -> String {
    method.as_str().to_uppercase()
}

/// JSON as `rest_framework.renderers.JSONRenderer` writes it: compact without an indent, text
/// unescaped except for the two line separators that JavaScript once could not read.
pub fn json(value: &impl Serialize, indent: usize) -> String {
    const STEPS: [u8; MOST_INDENT] = [b' '; MOST_INDENT];
    let mut bytes = Vec::new();
    let written = match STEPS.get(..indent).filter(|step| !step.is_empty()) {
        Some(step) => {
            let formatter = PrettyFormatter::with_indent(step);
            value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
        }
        None => value.serialize(&mut Serializer::new(&mut bytes)),
    };
    if written.is_err() {
        return "null".to_owned();
    }
    let text = String::from_utf8_lossy(&bytes);
    if text.contains(['\u{2028}', '\u{2029}']) {
        return text
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029");
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn writes_as_the_renderer_does() {
        let value = serde_json::json!({"a": ["ü\u{2028}"], "b": []});
        assert_eq!(json(&value, 0), r#"{"a":["ü\u2028"],"b":[]}"#);
        assert_eq!(
            json(&value, 2),
            "{\n  \"a\": [\n    \"ü\\u2028\"\n  ],\n  \"b\": []\n}"
        );
    }
}
