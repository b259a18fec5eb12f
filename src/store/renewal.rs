//! The texts of images, made anew when the release that wrote them is another.

use super::error::StoreError;
use super::shared_texts::Tables;
use super::{rows, texts};
use crate::domain::TextMaker;
use rusqlite::{Connection, OptionalExtension};

/// Whether this maker has made the texts.
pub fn is_current(connection: &Connection, maker: &TextMaker) -> Result<bool, StoreError> {
    let select = "SELECT version FROM image_texts_version";
    let known: Option<i64> = connection
        .query_row(select, [], |row| row.get(0))
        .optional()?;
    Ok(known == Some(maker.version))
}

/// Notes that this maker makes the texts, where nobody has noted another.
pub fn begin(connection: &Connection, maker: &TextMaker) -> Result<(), StoreError> {
    let insert_version = "INSERT INTO image_texts_version (version) VALUES (?1)";
    connection.execute(insert_version, [maker.version])?;
    Ok(())
}

/// Makes the texts of all rows anew when another release has made them; says of how many.
pub fn renew(connection: &Tables<'_>, maker: &TextMaker) -> Result<usize, StoreError> {
    if is_current(connection, maker)? {
        return Ok(0);
    }
    texts::remove_all(connection)?;
    connection.execute("DELETE FROM image_texts_version", [])?;
    begin(connection, maker)?;
    let mut statement = connection.prepare(&format!("SELECT {} FROM images i", rows::COLUMNS))?;
    let mut found = statement.query([])?;
    let mut renewed = 0;
    while let Some(row) = found.next()? {
        match rows::read(connection, row) {
            Ok(image) => texts::put(connection, row.get(1)?, &(maker.make)(&image))?,
            // One image does not keep the others from being served. Without a text, lists that have
            // it read its row, and fail by its name.
            Err(StoreError::Damaged(damage)) => {
                tracing::error!(%damage, "an image has no text");
                continue;
            }
            Err(other) => return Err(other),
        }
        renewed += 1;
    }
    Ok(renewed)
}
