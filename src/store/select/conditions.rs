//! What must hold of columns, in SQL.
//!
//! SQLite nests a thousand expressions and binds 32,766 values at most, and a statement that was
//! made for one query of hundreds is of no use to the next. So many are handed over as one JSON text.

use super::columns::{number_column, operator, text_column, time_column};
use super::values::Values;
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{Comparison, Matches};
use rusqlite::types::Value;
use std::fmt::Write as _;

/// Most values of a condition that a statement spells out.
const MOST_SPELT_OUT: usize = 16;

/// Microseconds of a second.
const MICROS: i64 = 1_000_000;

/// What must hold of a column that no set of rows is kept for.
#[derive(Clone, Copy, Debug)]
pub enum Condition<'q> {
    Text(TextColumn, &'q Matches),
    Number(NumberColumn, i64),
    Size(Comparison, i64),
    Time(TimeColumn, Comparison, i64),
    /// The column is within this second, or is not.
    Second(TimeColumn, bool, i64),
}

impl Condition<'_> {
    /// A statement that has the rows of which it holds, so many at most.
    pub fn select(self, most: Option<usize>) -> (String, Values) {
        let mut values = Values::default();
        let mut sql = "SELECT i.seq FROM images i WHERE 1".to_owned();
        self.write(&mut values, &mut sql);
        if let Some(most) = most.and_then(|most| i64::try_from(most).ok()) {
            let most = values.bind(Value::Integer(most));
            _ = write!(sql, " LIMIT {most}");
        }
        (sql, values)
    }

    /// A statement that has a row when all hold of the image whose row's number is bound last.
    pub fn check(conditions: &[Self]) -> (String, Values) {
        let mut values = Values::default();
        let mut tests = String::new();
        for condition in conditions {
            condition.write(&mut values, &mut tests);
        }
        let seq = values.next();
        let sql = format!("SELECT 1 FROM images i WHERE i.seq = {seq}{tests}");
        (sql, values)
    }

    /// Adds it.
    pub fn write(self, values: &mut Values, sql: &mut String) {
        match self {
            Self::Text(column, Matches::Is(text)) => {
                let text = values.bind_text(text);
                _ = write!(sql, " AND i.{} = {text}", text_column(column));
            }
            Self::Text(column, Matches::AnyOf(texts)) => {
                let texts = one_of(texts, values);
                _ = write!(sql, " AND i.{} IN ({texts})", text_column(column));
            }
            Self::Number(column, number) => {
                let number = values.bind(Value::Integer(number));
                _ = write!(sql, " AND i.{} = {number}", number_column(column));
            }
            Self::Size(comparison, bytes) => {
                let bytes = values.bind(Value::Integer(bytes));
                _ = write!(sql, " AND i.size {} {bytes}", operator(comparison));
            }
            Self::Time(column, comparison, micros) => {
                let moment = values.bind(Value::Integer(micros));
                let column = time_column(column);
                _ = write!(sql, " AND i.{column} {} {moment}", operator(comparison));
            }
            Self::Second(column, is, second) => {
                let first = second.saturating_mul(MICROS);
                let last = first.saturating_add(MICROS - 1);
                let [first, last] = [first, last].map(|micros| values.bind(Value::Integer(micros)));
                let (column, not) = (time_column(column), if is { "" } else { "NOT " });
                _ = write!(sql, " AND i.{column} {not}BETWEEN {first} AND {last}");
            }
        }
    }

    /// Whether an index finds what it holds of.
    pub fn is_indexed(self) -> bool {
        match self {
            Self::Text(TextColumn::Name | TextColumn::Id, _)
            | Self::Number(NumberColumn::Size, _) => true,
            Self::Size(comparison, _) | Self::Time(_, comparison, _) => {
                comparison != Comparison::NotEqual
            }
            Self::Second(_, is, _) => is,
            _ => false,
        }
    }
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
