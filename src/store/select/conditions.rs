//! The tests of a query into SQL.
//!
//! SQLite nests a thousand expressions and binds 32,766 values at most, and a statement that was
//! made for one query of hundreds is of no use to the next. So many are handed over as one JSON text.

use super::columns::{number_column, operator, text_column, time_column};
use super::values::Values;
use crate::domain::{Matches, Test};
use rusqlite::types::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Most conditions, and most values of one, that a statement spells out.
const MOST_SPELT_OUT: usize = 16;

/// Adds tests, all of which must hold.
pub fn all(tests: &[Test], values: &mut Values, sql: &mut String) {
    if tests.len() <= MOST_SPELT_OUT {
        for test in tests {
            one(test, values, sql);
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
            other => one(other, values, sql),
        }
    }
    if properties.iter().flatten().any(|text| is_cut(text)) || tags.iter().any(|tag| is_cut(tag)) {
        one(&Test::Never, values, sql);
        return;
    }
    if !properties.is_empty() {
        let list = values.bind_list(properties.iter().map(|pair| json!(pair)).collect());
        _ = write!(
            sql,
            " AND i.seq IN (SELECT p.seq FROM json_each({list}) w JOIN image_properties p \
             ON p.key = w.value ->> 0 AND p.value = w.value ->> 1 \
             GROUP BY p.seq HAVING count(*) = {})",
            properties.len()
        );
    }
    if !empty.is_empty() {
        shown_empty(&empty, values, sql);
    }
    if !tags.is_empty() {
        let list = values.bind_list(tags.iter().map(|tag| tag.as_str().into()).collect());
        _ = write!(
            sql,
            " AND i.seq IN (SELECT t.seq FROM json_each({list}) w JOIN image_tags t \
             ON t.tag = w.value GROUP BY t.seq HAVING count(*) = {})",
            tags.len()
        );
    }
}

fn one(test: &Test, values: &mut Values, sql: &mut String) {
    match test {
        Test::Text(column, Matches::Is(text)) => {
            let text = values.bind_text(text);
            _ = write!(sql, " AND i.{} = {text}", text_column(*column));
        }
        Test::Text(column, Matches::AnyOf(texts)) => {
            let texts = one_of(texts, values);
            _ = write!(sql, " AND i.{} IN ({texts})", text_column(*column));
        }
        Test::Number(column, number) => {
            let number = values.bind(Value::Integer(*number));
            _ = write!(sql, " AND i.{} = {number}", number_column(*column));
        }
        Test::Size(comparison, bytes) => {
            let bytes = values.bind(Value::Integer(*bytes));
            _ = write!(sql, " AND i.size {} {bytes}", operator(*comparison));
        }
        Test::Time(column, comparison, moment) => {
            let moment = values.bind(Value::Integer(moment.micros()));
            let column = time_column(*column);
            _ = write!(sql, " AND i.{column} {} {moment}", operator(*comparison));
        }
        Test::Property(key, value) => {
            let (key, value) = (values.bind_text(key), values.bind_text(value));
            _ = write!(
                sql,
                " AND i.seq IN (SELECT p.seq FROM image_properties p \
                 WHERE p.key = {key} AND p.value = {value})"
            );
        }
        Test::PropertyShownEmpty(key) => shown_empty(&BTreeSet::from([key]), values, sql),
        Test::Tag(tag) => {
            let tag = values.bind_text(tag);
            _ = write!(
                sql,
                " AND i.seq IN (SELECT t.seq FROM image_tags t WHERE t.tag = {tag})"
            );
        }
        Test::Protected(protected) => {
            _ = write!(sql, " AND i.protected = {}", i32::from(*protected));
        }
        Test::NotPublic => sql.push_str(" AND +i.visibility <> 'public'"),
        Test::Visibility(visibility) => {
            let visibility = values.bind_text(visibility.as_str());
            _ = write!(sql, " AND +i.visibility = {visibility}");
        }
        Test::Never => sql.push_str(" AND 0"),
    }
}

/// Properties that are empty or null. Null ones have no rows of their own.
fn shown_empty(keys: &BTreeSet<&String>, values: &mut Values, sql: &mut String) {
    if keys.iter().any(|key| is_cut(key)) {
        return one(&Test::Never, values, sql);
    }
    let list = values.bind_list(keys.iter().map(|key| key.as_str().into()).collect());
    _ = write!(
        sql,
        " AND NOT EXISTS (SELECT 1 FROM json_each({list}) w WHERE NOT EXISTS (SELECT 1 \
         FROM json_each(i.properties) v WHERE v.key = w.value \
         AND (v.type = 'null' OR v.value = '')))"
    );
}

/// The right side of an `IN`.
fn one_of(texts: &[String], values: &mut Values) -> String {
    if texts.len() <= MOST_SPELT_OUT {
        let texts: Vec<_> = texts.iter().map(|text| values.bind_text(text)).collect();
        return texts.join(", ");
    }
    let whole = texts.iter().filter(|text| !is_cut(text));
    let list = values.bind_list(whole.map(|text| text.as_str().into()).collect());
    format!("SELECT value FROM json_each({list})")
}

/// SQLite ends a text from JSON at its first NUL, and would find what was not asked for.
fn is_cut(text: &str) -> bool {
    text.contains('\0')
}
