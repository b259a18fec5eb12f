//! All rows in the order of creation and id.

use super::error::StoreError;
use super::rows::{self, Numbered};
use rusqlite::{Connection, params};

/// How many rows there are.
pub fn count(connection: &Connection) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row("SELECT count(*) FROM images", [], |row| row.get(0))?;
    Ok(count.try_into().unwrap_or_default())
}

/// So many images behind one.
pub fn slice(
    connection: &Connection,
    (created_at, id): &(i64, String),
    most: usize,
) -> Result<Vec<Numbered>, StoreError> {
    let sql = format!(
        "SELECT {} FROM images i WHERE (i.created_at, i.id) > (?1, ?2) \
         ORDER BY i.created_at, i.id LIMIT ?3",
        rows::COLUMNS
    );
    let mut select = connection.prepare_cached(&sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut found = select.query(params![created_at, id, most])?;
    let mut images = Vec::new();
    while let Some(row) = found.next()? {
        images.push((row.get(1)?, rows::read(connection, row)?));
    }
    Ok(images)
}
