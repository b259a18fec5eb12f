//! Texts as Python's `str` treats them.

/// What `str.strip` removes: white space, and the four separators of ASCII.
#[must_use]
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.isspace` of one character.
#[must_use]
pub fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\x1c'..='\x1f')
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn strips_as_python_does() {
        assert_eq!(strip("\u{a0}\t x y\u{2003}\x1c"), "x y");
        assert_eq!(strip("\0"), "\0");
    }
}
