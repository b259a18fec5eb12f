//! Patterns with stars.

/// Whether a text is of a pattern, in which a star stands for any run of characters, slashes and dots
/// included. No pattern is wrong.
pub fn is_of(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        // There is no star.
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("nova.images.*", "nova.images.detail", true),
            ("nova.images.*", "nova.image_metadata.show", false),
            ("nova.images.detail", "nova.images.detail", true),
            ("nova.images", "nova.images.detail", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*.detail", "nova.images.detail", true),
            ("/v2/*/images/*", "/v2/p/images/a/b", true),
            ("/v2/*/images/*", "/v2/images/", false),
            ("a*b*a", "aba", true),
            ("a*a", "a", false),
            ("a*bc*c", "abc", false),
            ("**a**", "xay", true),
        ] {
            assert_eq!(is_of(pattern, text), expected, "{pattern} {text}");
        }
    }
}
