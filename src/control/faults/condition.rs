//! Which requests a fault is for.

use super::pattern::Pattern;

/// What is known of a request, without a word of HTTP's library.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The stable name of the operation.
    pub operation: &'a str,
    /// The method, as it came.
    pub method: &'a str,
    /// The path as it came, without the space and the query.
    pub path: &'a str,
    /// The project that asks, as far as it is known.
    pub project: Option<&'a str>,
    /// The image that is asked for, by its id.
    pub image: Option<&'a str>,
    /// The headers.
    pub headers: &'a dyn Headers,
}

/// Headers, by name.
pub trait Headers {
    /// Whether a header of the name has a value that passes.
    fn any(&self, name: &str, passes: &dyn Fn(&str) -> bool) -> bool;
}

/// What a request must be for a fault to be for it; what is not said may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// One of these facades.
    pub facades: Vec<String>,
    /// One of these operations.
    pub operations: Vec<Pattern>,
    /// One of these methods, in capitals.
    pub methods: Vec<String>,
    /// The path.
    pub path: Option<Pattern>,
    /// The project.
    pub project: Option<Pattern>,
    /// The image.
    pub image: Option<Pattern>,
    /// Each of these headers; with this value, if one is said.
    pub headers: Vec<(String, Option<Pattern>)>,
}

impl Condition {
    /// Whether a request is so.
    #[must_use]
    pub fn holds(&self, asked: &Asked<'_>) -> bool {
        let fits = |wanted: &Option<Pattern>, text: Option<&str>| match wanted {
            None => true,
            Some(wanted) => text.is_some_and(|text| wanted.matches(text)),
        };
        let has = |(name, value): &(String, Option<Pattern>)| {
            let passes = |text: &str| value.as_ref().is_none_or(|value| value.matches(text));
            asked.headers.any(name, &passes)
        };
        self.is_for(asked.operation)
            && (self.methods.is_empty() || self.methods.iter().any(|method| method == asked.method))
            && fits(&self.path, Some(asked.path))
            && fits(&self.project, asked.project)
            && fits(&self.image, asked.image)
            && self.headers.iter().all(has)
    }

    /// Whether it is for an operation at all.
    #[must_use]
    pub fn is_for(&self, operation: &str) -> bool {
        let mut facades = self.facades.iter();
        let mut operations = self.operations.iter();
        (self.facades.is_empty() || facades.any(|facade| facade == facade_of(operation)))
            && (self.operations.is_empty() || operations.any(|wanted| wanted.matches(operation)))
    }
}

/// The facade of an operation: what its name begins with.
#[must_use]
pub fn facade_of(operation: &str) -> &str {
    operation.split('.').next().unwrap_or_default()
}
