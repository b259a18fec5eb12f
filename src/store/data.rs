//! The rows of image data: which files images have.

use super::error::{Damage, StoreError};
use super::spool::{DataName, Stored};
use crate::domain::DataKind;
use rusqlite::{Connection, Row, params};

/// Data of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageDataRow {
    /// The file: their SHA-512.
    pub name: DataName,
    /// Their MD5.
    pub md5: String,
    /// Bytes of them.
    pub size: u64,
}

/// Every name, as often as a row has it.
pub fn names(connection: &Connection) -> Result<Vec<DataName>, StoreError> {
    let mut select = connection.prepare("SELECT image, name FROM image_data")?;
    let mut found = select.query([])?;
    let mut names = Vec::new();
    while let Some(row) = found.next()? {
        names.push(name(&row.get::<_, String>(0)?, row, 1)?);
    }
    Ok(names)
}

/// Every row: whose data, of which kind, and where they are.
pub fn all(connection: &Connection) -> Result<Vec<(String, DataKind, ImageDataRow)>, StoreError> {
    let mut select = connection.prepare("SELECT image, staged FROM image_data")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(String, bool)> = rows.collect::<Result<_, _>>()?;
    let mut all = Vec::with_capacity(rows.len());
    for (image, is_staged) in rows {
        let kind = match is_staged {
            true => DataKind::Staged,
            false => DataKind::Image,
        };
        let row = find(connection, &image, kind)?;
        all.extend(row.map(|row| (image, kind, row)));
    }
    Ok(all)
}

/// Forgets the data and uploads of an image; says which data nobody of it names any more.
pub fn forget(connection: &Connection, id: &str) -> Result<Vec<DataName>, StoreError> {
    let sql = "DELETE FROM uploads WHERE image = ?1";
    connection.prepare_cached(sql)?.execute([id])?;
    let mut freed = Vec::new();
    for kind in [DataKind::Image, DataKind::Staged] {
        freed.extend(take_one(connection, id, kind)?);
    }
    Ok(freed)
}

/// Forgets all data and uploads.
pub fn forget_all(connection: &Connection) -> Result<Vec<DataName>, StoreError> {
    let freed = names(connection)?;
    connection.execute_batch("DELETE FROM uploads; DELETE FROM image_data;")?;
    Ok(freed)
}

pub fn take_one(
    connection: &Connection,
    id: &str,
    kind: DataKind,
) -> Result<Option<DataName>, StoreError> {
    let found = find(connection, id, kind)?;
    if found.is_some() {
        let sql = "DELETE FROM image_data WHERE image = ?1 AND staged = ?2";
        connection
            .prepare_cached(sql)?
            .execute(params![id, is_staged(kind)])?;
    }
    Ok(found.map(|row| row.name))
}

pub fn insert(
    connection: &Connection,
    id: &str,
    kind: DataKind,
    stored: &Stored,
) -> Result<(), StoreError> {
    let row = ImageDataRow {
        name: stored.hold.name().clone(),
        md5: stored.md5.clone(),
        size: stored.size,
    };
    insert_row(connection, id, kind, &row)
}

/// Says where data of an image are.
pub fn insert_row(
    connection: &Connection,
    id: &str,
    kind: DataKind,
    row: &ImageDataRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO image_data (image, staged, name, md5, size) VALUES (?1, ?2, ?3, ?4, ?5)";
    let size = i64::try_from(row.size).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![
        id,
        is_staged(kind),
        row.name.as_str(),
        row.md5,
        size
    ])?;
    Ok(())
}

pub fn find(
    connection: &Connection,
    id: &str,
    kind: DataKind,
) -> Result<Option<ImageDataRow>, StoreError> {
    let sql = "SELECT name, md5, size FROM image_data WHERE image = ?1 AND staged = ?2";
    let mut select = connection.prepare_cached(sql)?;
    let mut found = select.query(params![id, is_staged(kind)])?;
    let Some(row) = found.next()? else {
        return Ok(None);
    };
    let damage =
        |what: &str| Damage::of_image(id, format!("the {what} of its data cannot be read"));
    let size: i64 = row.get(2).map_err(|error| damage("size").found_by(error))?;
    Ok(Some(ImageDataRow {
        name: name(id, row, 0)?,
        md5: row
            .get(1)
            .map_err(|error| damage("digest").found_by(error))?,
        size: u64::try_from(size).map_err(|error| damage("size").found_by(error))?,
    }))
}

fn name(id: &str, row: &Row<'_>, column: usize) -> Result<DataName, StoreError> {
    let damage = || Damage::of_image(id, "the name of its data cannot be read");
    let text = row.get_ref(column)?.as_str();
    let text = text.map_err(|error| damage().found_by(error))?;
    Ok(DataName::parse(text).ok_or_else(damage)?)
}

const fn is_staged(kind: DataKind) -> bool {
    match kind {
        DataKind::Image => false,
        DataKind::Staged => true,
    }
}
