//! How databases in memory are made, and copied.

use super::connecting::{Use, connect};
use super::error::StoreError;
use super::location::Location;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

/// A new database in memory, filled by this; the connection is to write with. Others reach it by its name, if
/// it has one.
pub fn filled<T>(
    name: Option<String>,
    page_bytes: u32,
    fill: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<(Connection, T), StoreError> {
    let filled = || {
        let mut writer = match name {
            Some(name) => connect(&Location::Memory(name), Use::Write)?,
            None => Connection::open_in_memory()?,
        };
        writer.execute_batch(&format!(
            "PRAGMA page_size = {page_bytes}; PRAGMA journal_mode = OFF;"
        ))?;
        let made = fill(&mut writer)?;
        // Without a journal nothing that was begun could be taken back.
        writer.execute_batch("PRAGMA journal_mode = MEMORY;")?;
        Ok((writer, made))
    };
    filled().map_err(of_memory)
}

/// A copy of a database, in memory where nobody else reaches it or in a new file.
pub fn copied(source: &Connection, file: Option<&Path>) -> Result<Connection, StoreError> {
    let page_bytes: u32 = source.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let mut copy = match file {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    // What is begun and not finished is nobody's.
    copy.execute_batch(&format!(
        "PRAGMA page_size = {page_bytes}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    ))?;
    copy_pages(source, &mut copy)?;
    Ok(copy)
}

/// Makes a database that nobody else has open yet one with the content of another.
pub fn copy_pages(source: &Connection, target: &mut Connection) -> Result<(), StoreError> {
    match Backup::new(source, target)?.step(-1)? {
        StepResult::Done => Ok(()),
        unfinished => Err(StoreError::NotCopied(format!("{unfinished:?}"))),
    }
}

/// What a database in memory says when there is no room for more.
pub fn of_memory(error: StoreError) -> StoreError {
    match error {
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::DiskFull =>
        {
            StoreError::MemoryFull
        }
        other => other,
    }
}
