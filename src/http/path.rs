//! The path of a request, as the front ends of the real services hand it on.
//!
//! They decode first and split then: `%69mages` is `images`, `%2F` is a slash,
//! `//` and `/./` collapse, `..` climbs.

use percent_encoding::percent_decode_str;

/// A decoded, tidied path: made once a request, and looked at through [`PathView`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath {
    segments: Vec<String>,
    trailing_slash: bool,
}

/// A path, or what follows its first parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathView<'p> {
    /// The parts between slashes, none of them empty.
    pub segments: &'p [String],
    /// Whether a slash ends it. The root has one.
    pub trailing_slash: bool,
}

impl RequestPath {
    /// Takes the path of a request target apart; bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let decoded = percent_decode_str(raw).decode_utf8_lossy();
        let mut segments: Vec<String> = Vec::new();
        let mut trailing_slash = true;
        for part in decoded.split('/') {
            trailing_slash = matches!(part, "" | "." | "..");
            match part {
                "" | "." => {}
                ".." => _ = segments.pop(),
                part => segments.push(part.to_owned()),
            }
        }
        Self {
            segments,
            trailing_slash,
        }
    }

    /// All of it.
    #[must_use]
    pub fn view(&self) -> PathView<'_> {
        PathView {
            segments: &self.segments,
            trailing_slash: self.trailing_slash,
        }
    }
}

impl<'p> PathView<'p> {
    /// The first part.
    #[must_use]
    pub fn first(self) -> Option<&'p str> {
        self.segments.first().map(String::as_str)
    }

    /// The path behind so many parts; nothing behind the last one is a root.
    #[must_use]
    pub fn behind(self, parts: usize) -> Self {
        let segments = self.segments.get(parts..).unwrap_or_default();
        Self {
            segments,
            trailing_slash: self.trailing_slash || segments.is_empty(),
        }
    }

    /// The parts as borrowed text.
    #[must_use]
    pub fn parts(self) -> Vec<&'p str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The path as text, decoded.
    #[must_use]
    pub fn to_text(self) -> String {
        let mut text = String::from("/");
        text.push_str(&self.segments.join("/"));
        if self.trailing_slash && !self.segments.is_empty() {
            text.push('/');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::RequestPath;

    #[test]
    fn tidies_as_the_recorded_front_ends_do() {
        for (raw, tidy) in [
            ("", "/"),
            ("/", "/"),
            ("//v2.1/images", "/v2.1/images"),
            ("/v2.1/./images", "/v2.1/images"),
            ("/v2.1/images/..", "/v2.1/"),
            ("/v2.1/%69mages", "/v2.1/images"),
            ("/v2.1/images/a%2Fb", "/v2.1/images/a/b"),
            ("/v2.1/images/%20", "/v2.1/images/ "),
            ("/../..", "/"),
            ("/v2/images/", "/v2/images/"),
        ] {
            assert_eq!(RequestPath::parse(raw).view().to_text(), tidy, "{raw}");
        }
    }

    #[test]
    fn what_follows_a_mount() {
        for (raw, behind, text) in [
            ("/compute/v2/images", 1, "/v2/images"),
            ("/compute/v2/", 1, "/v2/"),
            ("/compute", 1, "/"),
            ("/compute/v2", 2, "/"),
            ("/compute", 5, "/"),
        ] {
            let path = RequestPath::parse(raw);
            assert_eq!(path.view().behind(behind).to_text(), text, "{raw}");
        }
    }
}
