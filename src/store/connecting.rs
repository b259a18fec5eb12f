//! How a connection to a database is opened.

use super::error::StoreError;
use super::location::{BUSY_TIMEOUT, Location, STEPS_TOLD};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::sync::atomic::Ordering;

/// Statements that a connection keeps prepared: more than the shapes of query in use at a time, of
/// which a list has three.
const PREPARED_STATEMENTS: usize = 128;

/// What a connection keeps of the database in its own memory, in KiB, as far as it has read that
/// much. A list that does not fit reads every page anew each time, at several times the cost:
/// SQLite's default of 2 MiB is less than a thousand images take.
pub const PAGE_CACHE_KIB: u32 = 16 * 1024;

/// The same while it shows a file as it was, for a list of any length, which comes by each page once.
/// There may be as many of these as there are clients.
pub const PASSING_CACHE_KIB: u32 = 1024;

/// The same of a database in memory, out of which a page is copied in less than a microsecond: a list of a
/// thousand images takes no longer than with twice as much.
const MEMORY_CACHE_KIB: u32 = 2 * 1024;

/// The same of the connection that writes to memory: it reads little, and one of them stands open in
/// each space however long nobody asks.
pub const WRITER_CACHE_KIB: u32 = 32;

/// Of a new file: as many pages again as SQLite's default of 4 KiB are half as many to find.
const PAGE_BYTES: u32 = 8192;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Read,
    Write,
}

/// Opens a connection.
pub fn connect(location: &Location, purpose: Use) -> Result<Connection, StoreError> {
    let mut connection = match location {
        // Plain `:memory:` is one database per connection; memdb shares one by its name.
        Location::Memory(name) => Connection::open_with_flags(
            format!("file:/{name}?vfs=memdb"),
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_URI
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?,
        Location::File(file) => Connection::open_with_flags(
            &file.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?,
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    if let Location::File(file) = location
        && let Some(steps) = file.steps.clone()
    {
        let told = move || {
            steps.fetch_add(STEPS_TOLD.into(), Ordering::Relaxed);
            false
        };
        connection.progress_handler(STEPS_TOLD.into(), Some(told))?;
    }
    if purpose == Use::Write && matches!(location, Location::File(_)) {
        connection.execute_batch(&format!("PRAGMA page_size = {PAGE_BYTES};"))?;
    }
    let cache_kib = match (location, purpose) {
        (Location::Memory(_), Use::Write) => WRITER_CACHE_KIB,
        (Location::Memory(_), Use::Read) => MEMORY_CACHE_KIB,
        (Location::File(_), _) => PAGE_CACHE_KIB,
    };
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Without this promise SQLite plans a statement anew whenever a bound value might matter for
    // the plan, which costs more than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
    set_cache(&connection, cache_kib)?;
    if purpose == Use::Read {
        connection.execute_batch("PRAGMA query_only = ON;")?;
    }
    Ok(connection)
}

/// Keeps no more than so much of the database in the connection's memory.
pub fn set_cache(connection: &Connection, kib: u32) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{kib};"))
}
