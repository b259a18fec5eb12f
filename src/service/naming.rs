//! Names that a path can hold as they are.

/// Longest name, in characters.
pub const MOST_CHARACTERS: usize = 64;

/// Whether a text is one: letters, digits, `-`, `_` and `.`, a letter or a digit first.
pub fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= MOST_CHARACTERS
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(is_plain)
}
