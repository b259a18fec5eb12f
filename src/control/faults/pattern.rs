//! Texts with wild cards.

use std::fmt;

/// A text in which `*` stands for anything, also for nothing; all else is itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Of a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for this.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let Some(mut text) = text.strip_prefix(first) else {
            return false;
        };
        let mut parts = rest.split('*');
        let last = parts.next_back().unwrap_or_default();
        // The earliest place of each leaves most room to those behind it.
        for part in parts {
            let Some((_, behind)) = text.split_once(part) else {
                return false;
            };
            text = behind;
        }
        text.ends_with(last)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, texts) in [
            ("", &[""][..]),
            ("a", &["a"]),
            ("*", &["", "a", "a/b"]),
            ("**", &["", "ab"]),
            ("a*", &["a", "ab"]),
            ("*a", &["a", "ba", "aa"]),
            ("a*a", &["aa", "aba"]),
            ("nova.images.*", &["nova.images.detail"]),
            ("/v2/*/images*", &["/v2/p/images", "/v2/p/q/images/detail"]),
            ("a*b*c", &["abc", "axbbyc", "abcbc"]),
        ] {
            for text in texts {
                assert!(Pattern::new(pattern).matches(text), "{pattern} {text}");
            }
        }
        for (pattern, texts) in [
            ("", &["a"][..]),
            ("a", &["", "ab", "*"]),
            ("a*", &["", "ba"]),
            ("a*a", &["a"]),
            ("a*b*c", &["acb", "ab"]),
            ("*b*b", &["b", "ab"]),
        ] {
            for text in texts {
                assert!(!Pattern::new(pattern).matches(text), "{pattern} {text}");
            }
        }
    }
}
