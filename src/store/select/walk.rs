//! All images in an order that an index has.

use super::columns::{is_nullable, sort_column};
use super::order;
use crate::domain::{Direction, Sort, SortKey};
use rusqlite::Row;
use rusqlite::types::Value;
use std::fmt::Write as _;

/// Statements that one after the other have the rows of all images behind the marker, in order.
pub struct Walk {
    /// What stands behind the columns of each.
    parts: Vec<(String, Vec<Value>)>,
    /// The keys of a row's group.
    columns: String,
    /// Of how many keys groups are: the order's first ones, by which the groups are in order. Within a
    /// group rows come as they like, and the first group may be the marker's. With none, all rows are in
    /// order.
    group_keys: usize,
}

impl Walk {
    /// Of how many keys groups are; 0 where all rows are in order.
    pub fn group_keys(&self) -> usize {
        self.group_keys
    }

    /// Along an index that has the order, or its first keys at least; nothing when it has none.
    pub fn of_order(sorts: &[Sort], after: Option<&[Value]>) -> Option<Self> {
        let first = *sorts.first()?;
        let is_one_way = sorts.iter().all(|sort| sort.direction == first.direction);
        let keys: Vec<_> = sorts.iter().map(|sort| sort.key).collect();
        Some(match keys.as_slice() {
            [SortKey::Id] => Self::whole(sorts, after),
            [SortKey::CreatedAt, SortKey::Id] if is_one_way => Self::whole(sorts, after),
            // Only its own index ends in what tells all images apart: it would make all others twice as
            // long, for what is mostly told by the moment.
            [first, SortKey::CreatedAt, SortKey::Id]
                if is_one_way && *first != SortKey::CreatedAt =>
            {
                Self::in_groups(first_of(sorts, 2), after)
            }
            _ => Self::in_groups(first_of(sorts, 1), after),
        })
    }

    /// By all keys, none of which is ever missing.
    fn whole(sorts: &[Sort], after: Option<&[Value]>) -> Self {
        Self {
            parts: vec![part("1", sorts, after, Beginning::Behind)],
            columns: String::new(),
            group_keys: 0,
        }
    }

    /// By these keys. Images without the first are apart: they come first or last, and comparing with
    /// nothing says nothing.
    fn in_groups(keys: &[Sort], after: Option<&[Value]>) -> Self {
        let columns = keys.iter().map(|sort| [", ", sort_column(sort.key)]);
        Self {
            parts: grouped(keys, after.map(|after| first_of(after, keys.len()))),
            columns: columns.flatten().collect(),
            group_keys: keys.len(),
        }
    }

    /// The statements, with what is bound to them. Their first column is the row's number, and behind it are
    /// the keys of its group, unless these are left out: along very many rows they take a tenth of the time.
    pub fn statements(&self, with_keys: bool) -> impl Iterator<Item = (String, &[Value])> {
        let columns = if with_keys { &self.columns } else { "" };
        let parts = self.parts.iter();
        parts.map(move |(from, values)| (format!("SELECT i.seq{columns}{from}"), values.as_slice()))
    }

    /// Selects the same columns of the row whose number is bound.
    pub fn one(&self) -> String {
        format!(
            "SELECT i.seq{} FROM images i WHERE i.seq = ?1",
            self.columns
        )
    }

    /// The group of a row that has its keys.
    pub fn group(&self, row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
        (1..=self.group_keys).map(|key| row.get(key)).collect()
    }
}

fn first_of<T>(items: &[T], count: usize) -> &[T] {
    items.get(..count).unwrap_or(items)
}

fn grouped(keys: &[Sort], after: Option<&[Value]>) -> Vec<(String, Vec<Value>)> {
    let Some((first, rest)) = keys.split_first() else {
        return Vec::new();
    };
    let part =
        |test: &str, keys: &[Sort], after: Option<&[Value]>| part(test, keys, after, Beginning::At);
    if !is_nullable(first.key) {
        return vec![part("1", keys, after)];
    }
    let column = sort_column(first.key);
    let (without, with) = (format!("{column} IS NULL"), format!("{column} IS NOT NULL"));
    let comes_without_first = first.direction == Direction::Ascending;
    match after {
        Some([Value::Null, others @ ..]) => {
            let mut parts = vec![part(&without, rest, Some(others))];
            if comes_without_first {
                parts.push(part(&with, keys, None));
            }
            parts
        }
        Some(after) => {
            let mut parts = vec![part(&with, keys, Some(after))];
            if !comes_without_first {
                parts.push(part(&without, rest, None));
            }
            parts
        }
        None if comes_without_first => {
            vec![part(&without, rest, None), part(&with, keys, None)]
        }
        None => vec![part(&with, keys, None), part(&without, rest, None)],
    }
}

/// Where a part begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// With what has the marker's keys.
    At,
    Behind,
}

fn part(
    test: &str,
    sorts: &[Sort],
    after: Option<&[Value]>,
    beginning: Beginning,
) -> (String, Vec<Value>) {
    let mut sql = format!(" FROM images i WHERE {test}");
    let after = after.unwrap_or_default();
    if let (Some(first), false) = (sorts.first(), after.is_empty()) {
        let columns: Vec<_> = sorts.iter().map(|sort| sort_column(sort.key)).collect();
        let bound: Vec<_> = (1..=after.len())
            .map(|number| format!("?{number}"))
            .collect();
        let comes = match first.direction {
            Direction::Ascending => ">",
            Direction::Descending => "<",
        };
        let or_is = if beginning == Beginning::At { "=" } else { "" };
        let (columns, bound) = (columns.join(", "), bound.join(", "));
        _ = write!(sql, " AND ({columns}) {comes}{or_is} ({bound})");
    }
    if !sorts.is_empty() {
        order(sorts, &mut sql);
    }
    (sql, after.to_vec())
}
