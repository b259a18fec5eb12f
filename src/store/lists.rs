//! Lists, read: the statements of a query run, and their rows in one order.

use super::error::{Damage, StoreError};
use super::rows;
use super::select::Select;
use super::texts::Reading;
use crate::domain::{Image, ImageQuery, ListForm, ListedImage};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, Row, Rows, Statement};
use std::cell::RefCell;

/// Begins with what rows are put in order by, as every list of columns here does.
const ENTRIES: &str = "i.created_at, i.seq, i.id, i.name";

/// What the indexes hold: finding out which images a list has does not touch the table.
const KEYS: &str = "i.created_at, i.seq";

/// Shows `visit` each image of a query, in order.
pub fn listed(
    connection: &Connection,
    query: &ImageQuery,
    form: ListForm,
    visit: &mut dyn FnMut(ListedImage<'_>),
) -> Result<(), StoreError> {
    let Some(mut texts) = Reading::of(connection, form)? else {
        return each(connection, query, ENTRIES, |row| {
            rows::entry(row, row.get(1)?, |id, name| {
                visit(ListedImage::Entry { id, name });
            })
        });
    };
    // Whoever asks for an id cannot be told that it is damaged: the whole list is.
    let unreadable = RefCell::new(None);
    each(connection, query, KEYS, |row| {
        let seq = row.get(1)?;
        if let Some(text) = texts.text(seq)? {
            let read_id = &|| {
                rows::id(connection, seq).unwrap_or_else(|error| {
                    unreadable.replace(Some(error));
                    String::new()
                })
            };
            visit(ListedImage::Text { read_id, text });
        } else {
            visit(ListedImage::Whole(&rows::at(connection, seq)?));
        }
        Ok(())
    })?;
    unreadable.into_inner().map_or(Ok(()), Err)
}

/// Reads whole images, in order.
pub fn images(connection: &Connection, query: &ImageQuery) -> Result<Vec<Image>, StoreError> {
    let mut images = Vec::new();
    each(connection, query, rows::COLUMNS, |row| {
        images.push(rows::read(connection, row)?);
        Ok(())
    })?;
    Ok(images)
}

/// Runs the statements of a query side by side and takes their rows in order, as far as the query
/// goes.
fn each(
    connection: &Connection,
    query: &ImageQuery,
    columns: &str,
    mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let Some(select) = Select::compile(connection, query, columns)? else {
        return Ok(());
    };
    let mut statements = Vec::with_capacity(select.parts.len());
    for sql in &select.parts {
        statements.push(connection.prepare_cached(sql)?);
    }
    let mut parts = Vec::with_capacity(statements.len());
    for statement in &mut statements {
        parts.extend(Part::begin(statement, &select)?);
    }
    for _ in 0..select.limit {
        let Some(first) = first(connection, &parts)? else {
            break;
        };
        let Some(part) = parts.get_mut(first) else {
            break;
        };
        if let Some(row) = part.rows.get() {
            visit(row)?;
        }
        if !part.advance()? {
            parts.swap_remove(first);
        }
    }
    Ok(())
}

/// The part whose row comes first in the usual order; a part that is alone need not have it.
fn first(connection: &Connection, parts: &[Part<'_>]) -> Result<Option<usize>, StoreError> {
    if let [_] = parts {
        return Ok(Some(0));
    }
    let mut best: Option<(usize, &Part<'_>)> = None;
    for (index, part) in parts.iter().enumerate() {
        let is_first = match best {
            None => true,
            Some((_, best)) if part.created_at == best.created_at => {
                part.id(connection)? > best.id(connection)?
            }
            Some((_, best)) => part.created_at > best.created_at,
        };
        if is_first {
            best = Some((index, part));
        }
    }
    Ok(best.map(|(index, _)| index))
}

fn created_at(row: &Row<'_>, error: rusqlite::Error) -> StoreError {
    match row.get(1) {
        Ok(seq) => Damage::of_row(seq, "its created_at cannot be read")
            .found_by(error)
            .into(),
        Err(_) => error.into(),
    }
}

/// A statement under way, at one of its rows.
struct Part<'s> {
    rows: Rows<'s>,
    created_at: i64,
}

impl<'s> Part<'s> {
    /// Nothing when it finds nothing.
    fn begin(
        statement: &'s mut Statement<'_>,
        select: &Select,
    ) -> Result<Option<Self>, StoreError> {
        // Values are numbered over all parts, and a part need not have the last of them.
        let bound = select.values.iter().take(statement.parameter_count());
        for (index, value) in bound.enumerate() {
            statement.raw_bind_parameter(index + 1, value)?;
        }
        let mut part = Self {
            rows: statement.raw_query(),
            created_at: 0,
        };
        Ok(part.advance()?.then_some(part))
    }

    fn advance(&mut self) -> Result<bool, StoreError> {
        let Some(row) = self.rows.next()? else {
            return Ok(false);
        };
        self.created_at = row.get(0).map_err(|error| created_at(row, error))?;
        Ok(true)
    }

    /// The id decides between images of one microsecond only. So it is read when it does, and not
    /// with every row.
    fn id(&self, connection: &Connection) -> Result<String, StoreError> {
        match self.rows.get() {
            Some(row) => rows::id(connection, row.get(1)?),
            // Parts that are through are let go before anybody asks.
            None => Ok(String::new()),
        }
    }
}
