//! The data sets that are compiled in.

/// Name and text of every built-in set.
pub const ALL: [(&str, &str); 4] = [
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
