//! All images in an order that an index has.

use super::columns::{is_nullable, sort_column};
use super::order;
use crate::domain::{Direction, Sort, SortKey};
use rusqlite::types::Value;
use std::fmt::Write as _;

/// Statements that one after the other have the rows of all images behind the marker, in order.
pub struct Walk {
    /// Each has one column, the row's number.
    pub parts: Vec<(String, Vec<Value>)>,
}

impl Walk {
    /// Nothing when no index has the order, of which all keys decide.
    pub fn along(sorts: &[Sort], after: Option<&[Value]>) -> Option<Self> {
        let first = *sorts.first()?;
        let keys: Vec<_> = sorts.iter().map(|sort| sort.key).collect();
        let is_served = match keys.as_slice() {
            [SortKey::Id] | [SortKey::CreatedAt, SortKey::Id] => true,
            [first, rest @ ..] => {
                *first != SortKey::CreatedAt && rest == [SortKey::CreatedAt, SortKey::Id]
            }
            [] => false,
        };
        if !is_served || sorts.iter().any(|sort| sort.direction != first.direction) {
            return None;
        }
        Some(Self::of(first, sorts, after))
    }

    /// Images without the first key are apart: they come first or last, and comparing with nothing
    /// says nothing.
    fn of(first: Sort, sorts: &[Sort], after: Option<&[Value]>) -> Self {
        if !is_nullable(first.key) {
            return Self {
                parts: vec![part("1", sorts, after)],
            };
        }
        let column = sort_column(first.key);
        let (without, with) = (format!("{column} IS NULL"), format!("{column} IS NOT NULL"));
        let rest = sorts.get(1..).unwrap_or_default();
        let comes_without_first = first.direction == Direction::Ascending;
        let parts = match after {
            Some([Value::Null, keys @ ..]) => {
                let mut parts = vec![part(&without, rest, Some(keys))];
                if comes_without_first {
                    parts.push(part(&with, sorts, None));
                }
                parts
            }
            Some(keys) => {
                let mut parts = vec![part(&with, sorts, Some(keys))];
                if !comes_without_first {
                    parts.push(part(&without, rest, None));
                }
                parts
            }
            None if comes_without_first => {
                vec![part(&without, rest, None), part(&with, sorts, None)]
            }
            None => vec![part(&with, sorts, None), part(&without, rest, None)],
        };
        Self { parts }
    }
}

fn part(test: &str, sorts: &[Sort], after: Option<&[Value]>) -> (String, Vec<Value>) {
    let mut sql = format!("SELECT i.seq FROM images i WHERE {test}");
    if let (Some(keys), Some(first)) = (after, sorts.first()) {
        let columns: Vec<_> = sorts.iter().map(|sort| sort_column(sort.key)).collect();
        let bound: Vec<_> = (1..=keys.len())
            .map(|number| format!("?{number}"))
            .collect();
        let comes = match first.direction {
            Direction::Ascending => ">",
            Direction::Descending => "<",
        };
        let (columns, bound) = (columns.join(", "), bound.join(", "));
        _ = write!(sql, " AND ({columns}) {comes} ({bound})");
    }
    order(sorts, &mut sql);
    (sql, after.unwrap_or_default().to_vec())
}
