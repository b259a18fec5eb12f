//! Conditions by the hundred.
//!
//! SQLite nests a thousand expressions and binds 32,766 values at most, and a statement that was
//! made for one such query is of no use to the next. So they are handed over as one JSON text.

use super::Select;
use crate::domain::Test;
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Most conditions, and most values of one, that a statement spells out.
const MOST_SPELT_OUT: usize = 16;

impl Select {
    /// Adds tests, all of which must hold.
    pub(super) fn tests(&mut self, tests: &[Test], sql: &mut String) {
        if tests.len() <= MOST_SPELT_OUT {
            for test in tests {
                self.test(test, sql);
            }
            return;
        }
        let (mut properties, mut tags) = (BTreeSet::new(), BTreeSet::new());
        let mut empty = BTreeSet::new();
        for test in tests {
            match test {
                Test::Property(key, value) => _ = properties.insert([key, value]),
                Test::PropertyShownEmpty(key) => _ = empty.insert(key),
                Test::Tag(tag) => _ = tags.insert(tag),
                other => self.test(other, sql),
            }
        }
        if properties.iter().flatten().any(|text| is_cut(text))
            || tags.iter().any(|tag| is_cut(tag))
        {
            self.test(&Test::Never, sql);
            return;
        }
        if !properties.is_empty() {
            let list = self.bind_json(&properties);
            _ = write!(
                sql,
                " AND i.seq IN (SELECT p.seq FROM json_each({list}) w JOIN image_properties p \
                 ON p.key = w.value ->> 0 AND p.value = w.value ->> 1 \
                 GROUP BY p.seq HAVING count(*) = {})",
                properties.len()
            );
        }
        if !empty.is_empty() {
            self.shown_empty(&empty, sql);
        }
        if !tags.is_empty() {
            let list = self.bind_json(&tags);
            _ = write!(
                sql,
                " AND i.seq IN (SELECT t.seq FROM json_each({list}) w JOIN image_tags t \
                 ON t.tag = w.value GROUP BY t.seq HAVING count(*) = {})",
                tags.len()
            );
        }
    }

    /// Properties that are empty or null. Null ones have no rows of their own.
    pub(super) fn shown_empty(&mut self, keys: &BTreeSet<&String>, sql: &mut String) {
        if keys.iter().any(|key| is_cut(key)) {
            return self.test(&Test::Never, sql);
        }
        let list = self.bind_json(keys);
        _ = write!(
            sql,
            " AND NOT EXISTS (SELECT 1 FROM json_each({list}) w WHERE NOT EXISTS (SELECT 1 \
             FROM json_each(i.properties) v WHERE v.key = w.value \
             AND (v.type = 'null' OR v.value = '')))"
        );
    }

    /// The right side of an `IN`.
    pub(super) fn one_of(&mut self, texts: &[String]) -> String {
        if texts.len() <= MOST_SPELT_OUT {
            let texts: Vec<_> = texts.iter().map(|text| self.bind_text(text)).collect();
            return texts.join(", ");
        }
        let whole: Vec<_> = texts.iter().filter(|text| !is_cut(text)).collect();
        format!("SELECT value FROM json_each({})", self.bind_json(&whole))
    }

    fn bind_json(&mut self, list: &impl serde::Serialize) -> String {
        // Texts in lists always have a form in JSON.
        let json = serde_json::to_string(list).unwrap_or_default();
        self.bind(Value::Text(json))
    }
}

/// SQLite ends a text from JSON at its first NUL, and would find what was not asked for.
fn is_cut(text: &str) -> bool {
    text.contains('\0')
}
