//! All images in an order that an index has.

use super::columns::{is_nullable, sort_column};
use super::order;
use crate::domain::{Direction, Sort, SortKey};
use rusqlite::types::Value;
use std::fmt::Write as _;

/// Statements that one after the other have the rows of all images behind the marker, in order.
pub struct Walk {
    /// Each has the row's number as its first column.
    pub parts: Vec<(String, Vec<Value>)>,
    /// Whether they are in the order that was asked for. Else only its first key is, which they have as
    /// their second column, and they begin with those that have the marker's.
    pub is_in_order: bool,
}

impl Walk {
    /// Along an index that has the order, or its first key at least; nothing when it has none.
    pub fn of_order(sorts: &[Sort], after: Option<&[Value]>) -> Option<Self> {
        Self::along(sorts, after).or_else(|| Self::by_first(sorts, after))
    }

    /// Nothing when no index has the order, of which all keys decide.
    fn along(sorts: &[Sort], after: Option<&[Value]>) -> Option<Self> {
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

    /// Along the first key alone, from the marker's on.
    fn by_first(sorts: &[Sort], after: Option<&[Value]>) -> Option<Self> {
        let first = *sorts.first()?;
        let column = sort_column(first.key);
        let comes = match first.direction {
            Direction::Ascending => ">=",
            Direction::Descending => "<=",
        };
        let behind = match first.key {
            SortKey::CreatedAt => &[SortKey::Id][..],
            _ => &[SortKey::CreatedAt, SortKey::Id],
        };
        let mut order_by = vec![first];
        order_by.extend(behind.iter().map(|key| Sort { key: *key, ..first }));
        let part = |test: &str, from: Option<&Value>| {
            let mut sql = format!("SELECT i.seq, {column} FROM images i WHERE {test}");
            if from.is_some() {
                _ = write!(sql, " AND {column} {comes} ?1");
            }
            order(&order_by, &mut sql);
            (sql, from.into_iter().cloned().collect())
        };
        let from = after.and_then(<[Value]>::first);
        if !is_nullable(first.key) {
            return Some(Self {
                parts: vec![part("1", from)],
                is_in_order: false,
            });
        }
        let (without, with) = (format!("{column} IS NULL"), format!("{column} IS NOT NULL"));
        let comes_without_first = first.direction == Direction::Ascending;
        let parts = match (from, comes_without_first) {
            (None | Some(Value::Null), true) => vec![part(&without, None), part(&with, None)],
            (Some(Value::Null), false) => vec![part(&without, None)],
            (None, false) => vec![part(&with, None), part(&without, None)],
            (from, true) => vec![part(&with, from)],
            (from, false) => vec![part(&with, from), part(&without, None)],
        };
        Some(Self {
            parts,
            is_in_order: false,
        })
    }

    /// Images without the first key are apart: they come first or last, and comparing with nothing
    /// says nothing.
    fn of(first: Sort, sorts: &[Sort], after: Option<&[Value]>) -> Self {
        if !is_nullable(first.key) {
            return Self {
                parts: vec![part("1", sorts, after)],
                is_in_order: true,
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
        Self {
            parts,
            is_in_order: true,
        }
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
