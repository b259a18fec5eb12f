//! Comparison of cases whose rows come in no order.
//!
//! A database answers such a query in any order, and a page is a cut through that order. So a case
//! fetches all pages, and the rows of all of them are compared as one multiset, while each page
//! must have its recorded length. Rows with a `uuid` are sorted by name, where only rows of equal
//! name may change places.

use serde_json::Value;

use super::json;
use super::pattern::Context;

/// The rows of a case as they come in, answer by answer.
#[derive(Default)]
pub struct Rows {
    expected: Vec<Value>,
    actual: Vec<Value>,
}

impl Rows {
    /// Takes the rows of one answer.
    ///
    /// Returns `None` when the recorded answer has no rows (an error, say): it is compared as any
    /// other. Otherwise the differences that show in this answer alone.
    pub fn add(&mut self, expected: Option<&str>, actual: &str) -> Option<Vec<String>> {
        let Some(Value::Array(expected)) = json::parse(expected?) else {
            return None;
        };
        let Some(Value::Array(actual)) = json::parse(actual) else {
            return Some(vec!["body: expected an array".to_owned()]);
        };
        let mut differences = Vec::new();
        if expected.len() != actual.len() {
            differences.push(format!(
                "$: expected {} rows got {}",
                expected.len(),
                actual.len()
            ));
        }
        for (index, (recorded, ours)) in expected.iter().zip(&actual).enumerate() {
            if recorded.get("uuid").is_some() && recorded.get("name") != ours.get("name") {
                let name = |row: &Value| {
                    row.get("name")
                        .map_or("nothing".to_owned(), Value::to_string)
                };
                let (recorded, ours) = (name(recorded), name(ours));
                differences.push(format!("$[{index}].name: expected {recorded} got {ours}"));
                break;
            }
        }
        self.expected.extend(expected);
        self.actual.extend(actual);
        Some(differences)
    }

    /// The difference of all rows together.
    pub fn difference(&self, context: &Context) -> Option<String> {
        let (expected, actual): (Vec<_>, Vec<_>) =
            (self.expected.iter().collect(), self.actual.iter().collect());
        json::multiset_difference(context, &expected, &actual)
            .map(|found| format!("all rows{}: {}", found.path, found.what))
    }
}
