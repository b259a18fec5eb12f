//! The data sets that are compiled in.

/// Name and text of every built-in set.
const ALL: [(&str, &str); 4] = [
    ("docs", include_str!("../../fixtures/docs.json")),
    ("devcloud", include_str!("../../fixtures/devcloud.json")),
    ("edge", include_str!("../../fixtures/edge.json")),
    ("none", include_str!("../../fixtures/none.json")),
];

/// The text of a built-in set.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// Their names, as a list to read.
#[must_use]
pub fn names() -> String {
    ALL.map(|(name, _)| name).join(", ")
}

/// Whether a set of this name is compiled in.
#[must_use]
pub fn is_built_in(name: &str) -> bool {
    text(name).is_some()
}
