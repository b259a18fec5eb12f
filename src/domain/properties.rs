//! Custom properties of an image.
//!
//! Glance's are strings or null. Nova's fake image service of Juno kept
//! whatever JSON a client sent; such a value is carried as the JSON text it
//! came in, so that no layer has to understand it.

use indexmap::IndexMap;

/// The value of one property.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertyValue {
    /// A string: the usual case.
    Text(String),
    /// Stored as NULL.
    Null,
    /// Any other JSON value, as text.
    Json(String),
}

impl From<&str> for PropertyValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for PropertyValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// The properties of one image, in the order in which they were set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(IndexMap<String, PropertyValue>);

impl Properties {
    /// No properties.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&PropertyValue> {
        self.0.get(key)
    }

    /// The value of a key when it is a string.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some(PropertyValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Sets a key; a known key keeps its place.
    pub fn set(&mut self, key: impl Into<String>, value: PropertyValue) {
        self.0.insert(key.into(), value);
    }

    /// Removes a key and says whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.0.shift_remove(key).is_some()
    }

    /// Keeps the keys that `keep` says yes to.
    pub fn retain(&mut self, keep: impl Fn(&str, &PropertyValue) -> bool) {
        self.0.retain(|key, value| keep(key, value));
    }

    /// The pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PropertyValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, PropertyValue)> for Properties {
    fn from_iter<T: IntoIterator<Item = (String, PropertyValue)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}
