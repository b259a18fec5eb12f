//! Booleans as `rest_framework.fields.BooleanField` reads them.

/// The boolean of a word, letter case aside; nothing for any other text.
pub fn parse(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}
