//! The path of a request, as the front ends of the real services hand it on.
//!
//! They decode first and split then: `%69mages` is `images`, `%2F` is a slash, `//` collapses.

use crate::python::unquote;

/// A path, decoded and split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath {
    segments: Vec<String>,
    trailing_slash: bool,
    is_text: bool,
}

/// A path, or the part of it behind a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathView<'p> {
    /// The non-empty parts.
    pub segments: &'p [String],
    /// Whether it ends in a slash; the root does.
    pub trailing_slash: bool,
    /// Whether its bytes are UTF-8; what is not has marks in its place.
    pub is_text: bool,
}

impl RequestPath {
    /// Decodes and splits; `.` and `..` are names (2014.2, and whoever resolves nothing).
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let bytes = unquote(raw);
        let decoded = String::from_utf8_lossy(&bytes);
        let parts = decoded.split('/').filter(|part| !part.is_empty());
        Self {
            segments: parts.map(str::to_owned).collect(),
            trailing_slash: decoded.is_empty() || decoded.ends_with('/'),
            is_text: matches!(decoded, std::borrow::Cow::Borrowed(_)),
        }
    }

    /// As the front end of Nova 34 does: parts that are `.` or `..` as they came are resolved, then
    /// the rest is decoded. Nothing when there are no such parts.
    #[must_use]
    pub fn resolved(raw: &str) -> Option<Self> {
        if !raw.split('/').any(|part| matches!(part, "." | "..")) {
            return None;
        }
        let mut parts = Vec::new();
        let mut ends_open = false;
        for part in raw.split('/') {
            ends_open = matches!(part, "" | "." | "..");
            match part {
                "" | "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        let slash = if ends_open { "/" } else { "" };
        Some(Self::parse(&format!("/{}{slash}", parts.join("/"))))
    }

    /// The whole of it.
    #[must_use]
    pub fn view(&self) -> PathView<'_> {
        PathView {
            segments: &self.segments,
            trailing_slash: self.trailing_slash,
            is_text: self.is_text,
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
            is_text: self.is_text,
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
            ("/v2.1/./images", "/v2.1/./images"),
            ("/v2.1/images/..", "/v2.1/images/.."),
            ("/v2.1/%69mages", "/v2.1/images"),
            ("/v2.1/images/a%2Fb", "/v2.1/images/a/b"),
            ("/v2.1/images/%20", "/v2.1/images/ "),
            ("/v2/images/", "/v2/images/"),
        ] {
            assert_eq!(RequestPath::parse(raw).view().to_text(), tidy, "{raw}");
        }
    }

    #[test]
    fn difference_36_dots_are_resolved_where_they_came_without_escapes() {
        for (raw, tidy) in [
            ("/v2.1/./images", "/v2.1/images"),
            ("/v2.1/images/..", "/v2.1/"),
            ("/v2.1/%2e/./%2E%2e", "/v2.1/./.."),
            ("/../..", "/"),
        ] {
            let path = RequestPath::resolved(raw).map(|path| path.view().to_text());
            assert_eq!(path.as_deref(), Some(tidy), "{raw}");
        }
        assert_eq!(RequestPath::resolved("/a/%2e"), None);
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
