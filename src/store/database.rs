//! The connections to a database: one that writes, and as many that read as there are threads that
//! do so at the time.

use super::error::StoreError;
use super::file::FileLock;
use super::group::GroupWriter;
use super::schema;
use crate::domain::TextMaker;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

/// How long a connection waits for another process that uses the same file, where nothing else is
/// said.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements that a connection keeps prepared: more than the shapes of query in use at a time, of
/// which a list has three.
const PREPARED_STATEMENTS: usize = 128;

/// What a connection keeps of the database in its own memory, in KiB, as far as it has read that
/// much. A list that does not fit reads every page anew each time, at several times the cost:
/// SQLite's default of 2 MiB is less than a thousand images take.
const PAGE_CACHE_KIB: u32 = 16 * 1024;

/// Of a new database: as many pages again as SQLite's default of 4 KiB are half as many to find.
const PAGE_BYTES: u32 = 8192;

/// Where the data are.
#[derive(Clone, Debug)]
pub enum Location {
    /// In memory, under a name that no other store of the process has.
    Memory(String),
    /// In a file.
    File(DatabaseFile),
}

/// A file, and how it is written to.
#[derive(Clone, Debug)]
pub struct DatabaseFile {
    /// Where it is.
    pub path: PathBuf,
    /// What a commit waits for.
    pub sync: Sync,
    /// How long a write waits for another process that has the file locked.
    pub patience: Duration,
}

impl DatabaseFile {
    /// As files are written to where nothing else is said.
    #[cfg(test)]
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            sync: Sync::Full,
            patience: BUSY_TIMEOUT,
        }
    }
}

/// What a commit to a file waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// For the disk: what was answered survives a power cut.
    Full,
    /// For the operating system: what was answered survives the end of the process.
    Normal,
}

impl Sync {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}

/// The connection that writes.
#[derive(Debug)]
enum Writer {
    /// A commit in memory takes no time: there is nothing to share.
    Memory(Mutex<Connection>),
    File(GroupWriter),
}

/// A database that is open. Shared between threads; every method may be called from any.
#[derive(Debug)]
pub struct Database {
    location: Location,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    /// SQLite's memory databases refuse readers while a writer commits; this lets them wait instead.
    commit_gate: RwLock<()>,
    /// Holds the lock on the file that keeps a second server away.
    lock: Option<FileLock>,
}

impl Database {
    /// Opens a database, and makes it when it is not there. Beside its images it keeps the texts
    /// that `maker` writes of them.
    pub fn open(location: Location, maker: &TextMaker) -> Result<Self, StoreError> {
        let lock = match &location {
            Location::Memory(_) => None,
            Location::File(file) => Some(FileLock::take(&file.path)?),
        };
        let mut writer = connect(&location, false)?;
        if let Location::File(file) = &location {
            // The last connection to close writes the log into the file; not into a foreign one.
            writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            schema::version(&writer).map_err(not_a_database)?;
            writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
            // An acknowledged write survives a killed process, and with FULL a power cut.
            writer.execute_batch("PRAGMA journal_mode = WAL;")?;
            writer.pragma_update(None, "synchronous", file.sync.as_str())?;
        }
        schema::prepare(&mut writer, maker).map_err(not_a_database)?;
        let writer = match &location {
            Location::Memory(_) => Writer::Memory(Mutex::new(writer)),
            Location::File(file) => Writer::File(GroupWriter::new(writer, file.patience)?),
        };
        Ok(Self {
            location,
            writer,
            readers: Mutex::new(Vec::new()),
            commit_gate: RwLock::new(()),
            lock,
        })
    }

    /// Reads, all from one state of the data.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.reader()?;
        let result = match self.location {
            Location::Memory(_) => {
                let _gate = self
                    .commit_gate
                    .read()
                    .unwrap_or_else(PoisonError::into_inner);
                work(&connection)
            }
            Location::File(_) => in_transaction(&connection, work),
        };
        self.give_back(connection);
        result
    }

    /// A connection that sees a file as it is now, as long as it is held; nothing for a database in
    /// memory, whose writers would have to wait that long.
    pub fn snapshot(&self) -> Result<Option<Connection>, StoreError> {
        if let Location::Memory(_) = self.location {
            return Ok(None);
        }
        let connection = self.reader()?;
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Some(connection))
    }

    /// Lets go of a snapshot.
    pub fn release(&self, connection: Connection) {
        let ended = connection
            .prepare_cached("COMMIT")
            .and_then(|mut end| end.execute([]));
        if let Err(error) = ended {
            tracing::debug!(%error, "a snapshot could not be ended; its connection is closed");
        }
        self.give_back(connection);
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        let idle = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        // Another file of that name must not be read, nor an empty one be made.
        self.check_place()?;
        connect(&self.location, true)
    }

    fn give_back(&self, connection: Connection) {
        if connection.is_autocommit() {
            self.readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
    }

    /// Writes, all or nothing; returns when that is committed. What `work` refuses to do is no write:
    /// nothing is committed.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        match &self.writer {
            Writer::Memory(writer) => self.write_memory(writer, work),
            Writer::File(writer) => writer.write(|connection| {
                self.check_place()?;
                work(connection)
            }),
        }
    }

    /// The same for whoever has the database alone: of a file, all of it is written once and not
    /// through the log.
    pub fn write_alone<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        match &self.writer {
            Writer::Memory(writer) => self.write_memory(writer, work),
            Writer::File(writer) => writer.write_alone(work),
        }
    }

    fn write_memory<T, E>(
        &self,
        writer: &Mutex<Connection>,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let _gate = self
            .commit_gate
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let written = || {
            let transaction = writer.transaction()?;
            let outcome = work(&transaction)?;
            if outcome.is_ok() {
                transaction.commit()?;
            }
            Ok(outcome)
        };
        written().map_err(|error| match error {
            StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == rusqlite::ErrorCode::DiskFull =>
            {
                StoreError::MemoryFull
            }
            other => other,
        })
    }

    /// Whether what is written is kept. Waits for no other write.
    pub fn check(&self) -> Result<(), StoreError> {
        self.check_place()?;
        self.lock.as_ref().map_or(Ok(()), FileLock::check_room)
    }

    fn check_place(&self) -> Result<(), StoreError> {
        self.lock.as_ref().map_or(Ok(()), FileLock::check_place)
    }

    /// Writes what nobody refuses.
    pub fn write_all<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Ok(value) = self.write(|connection| work(connection).map(Ok::<T, Infallible>))?;
        Ok(value)
    }
}

/// Reads everything from one state of a file, whatever is written meanwhile.
fn in_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let result = work(connection);
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection
        .prepare_cached(end)
        .and_then(|mut end| end.execute([]));
    let value = result?;
    ended?;
    Ok(value)
}

fn connect(location: &Location, read_only: bool) -> Result<Connection, StoreError> {
    let connection = match location {
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
    connection.execute_batch(&format!("PRAGMA page_size = {PAGE_BYTES};"))?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Without this promise SQLite plans a statement anew whenever a bound value might matter for
    // the plan, which costs more than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -{PAGE_CACHE_KIB};"
    ))?;
    if read_only {
        connection.execute_batch("PRAGMA query_only = ON;")?;
    }
    Ok(connection)
}

fn not_a_database(error: StoreError) -> StoreError {
    match error {
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::NotADatabase =>
        {
            StoreError::Foreign
        }
        other => other,
    }
}
