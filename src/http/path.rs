//! The path of a request, as the front ends of the real services hand it on.
//!
//! They decode first and split then: `%69mages` is `images`, `%2F` is a slash, `//` collapses.

use crate::python::unquote;
use memchr::memchr_iter;
use smallvec::SmallVec;
use std::ops::Range;

/// Parts that a path has without asking for memory: those of every service here.
const USUAL_PARTS: usize = 8;

/// A path, decoded and split.
#[derive(Clone, Debug)]
pub struct RequestPath {
    text: String,
    /// Where the non-empty parts stand in the text.
    places: SmallVec<[Range<usize>; USUAL_PARTS]>,
    trailing_slash: bool,
    is_text: bool,
}

/// The non-empty parts of a path.
pub type Parts<'p> = SmallVec<[&'p str; USUAL_PARTS]>;

/// A path, or the part of it behind a mount.
#[derive(Clone, Copy, Debug)]
pub struct PathView<'p> {
    text: &'p str,
    places: &'p [Range<usize>],
    /// Whether it ends in a slash; the root does.
    pub trailing_slash: bool,
    /// Whether its bytes are UTF-8; what is not has marks in its place.
    pub is_text: bool,
}

impl RequestPath {
    /// Decodes and splits; `.` and `..` are names (2014.2, and whoever resolves nothing).
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let (text, is_text) = match String::from_utf8(unquote(raw).into_owned()) {
            Ok(text) => (text, true),
            Err(error) => (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                false,
            ),
        };
        let mut from = 0;
        let ends = memchr_iter(b'/', text.as_bytes()).chain([text.len()]);
        let places = ends.map(|end| std::mem::replace(&mut from, end + 1)..end);
        Self {
            places: places.filter(|place| !place.is_empty()).collect(),
            trailing_slash: text.is_empty() || text.ends_with('/'),
            is_text,
            text,
        }
    }

    /// As the front end of Nova 34 does: parts that are `.` or `..` as they came are resolved, then
    /// the rest is decoded. Nothing when there are no such parts.
    #[must_use]
    pub fn resolved(raw: &str) -> Option<Self> {
        // Nearly no path has a part that begins so.
        if !raw.starts_with('.') && !raw.contains("/.") {
            return None;
        }
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
            text: &self.text,
            places: &self.places,
            trailing_slash: self.trailing_slash,
            is_text: self.is_text,
        }
    }
}

impl<'p> PathView<'p> {
    /// Whether nothing is named by it.
    #[must_use]
    pub fn is_root(self) -> bool {
        self.places.is_empty()
    }

    /// The first part.
    #[must_use]
    pub fn first(self) -> Option<&'p str> {
        self.iter().next()
    }

    /// The last part.
    #[must_use]
    pub fn last(self) -> Option<&'p str> {
        self.iter().next_back()
    }

    /// The path behind so many parts; nothing behind the last one is a root.
    #[must_use]
    pub fn behind(self, parts: usize) -> Self {
        let places = self.places.get(parts..).unwrap_or_default();
        Self {
            places,
            trailing_slash: self.trailing_slash || places.is_empty(),
            ..self
        }
    }

    /// The non-empty parts, one by one.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = &'p str> {
        let text = self.text;
        let parts = self.places.iter();
        parts.map(|place| text.get(place.clone()).unwrap_or_default())
    }

    /// The same at once, for patterns.
    #[must_use]
    pub fn parts(self) -> Parts<'p> {
        self.iter().collect()
    }

    /// The path as text, decoded.
    #[must_use]
    pub fn to_text(self) -> String {
        let mut text = String::from("/");
        text.push_str(&self.parts().join("/"));
        if self.trailing_slash && !self.is_root() {
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
        assert!(RequestPath::resolved("/a/%2e").is_none());
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
