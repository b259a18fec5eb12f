//! The query of a request, as Django's `QueryDict` holds it.

use crate::http::query;

/// Names and values in order; bytes that are no UTF-8 are U+FFFD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a raw query.
    pub fn parse(raw: &str) -> Self {
        Self(query::parse_ampersands(raw))
    }

    /// Whether there are none: a bare question mark has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last value of a name.
    pub fn last(&self, name: &str) -> Option<&str> {
        query::last(&self.0, name)
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Name and value of each pair.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
