//! Where images are kept: SQLite, in memory or in a file.
//!
//! The only place of the crate that names rusqlite or writes SQL. Writes go
//! one after the other through one connection; reads use connections of their
//! own, one per thread that reads at the time.

mod lists;
mod properties;
mod rows;
mod schema;
mod select;
#[cfg(test)]
mod tests;
mod texts;
mod tokens;

use crate::domain::{Image, ImageQuery, ListForm, ListedImage, TextMaker};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

pub use tokens::TokenDigest;

/// How long a connection waits for another process that uses the same file.
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

/// Why the store cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite failed.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is a database of something else, or no database.
    #[error("the file is not a database of nova-images")]
    Foreign,
    /// The file was written by a later release.
    #[error("the database has version {found}, this release knows versions up to {known}")]
    Newer {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// SQLite keeps one GiB in memory at most.
    #[error("the database in memory is full; a file has no such limit (--database)")]
    MemoryFull,
    /// Another server has the file.
    #[error("the database is in use by another process")]
    InUse,
    /// The file cannot be opened.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A row holds what no release of ours writes.
    #[error("image {0}: its row is damaged")]
    Damaged(String),
}

/// Where the data are.
#[derive(Clone, Debug)]
pub enum Location {
    /// In memory, under a name that no other store of the process has.
    Memory(String),
    /// In a file.
    File(PathBuf),
}

/// What became of a fixture's images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Newly stored.
    pub added: usize,
    /// Left as they were, because their ids were known.
    pub kept: usize,
}

/// What a decision about an image leads to.
pub enum Change<T> {
    /// The image becomes this.
    Put(Box<Image>, T),
    /// The row goes away.
    Remove(T),
}

/// The image store. Shared between threads; every method may be called from any.
#[derive(Debug)]
pub struct Store {
    location: Location,
    maker: TextMaker,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// SQLite's memory databases refuse readers while a writer commits; this lets them wait instead.
    commit_gate: RwLock<()>,
    generation: AtomicU64,
    /// Holds the lock on the file that keeps a second server away.
    _lock: Option<FileLock>,
}

impl Store {
    /// Opens the database, and makes it when it is not there. Beside its images it keeps the texts
    /// that `maker` writes of them.
    ///
    /// # Errors
    /// When the file cannot be used: in use, foreign, newer, unreadable.
    pub fn open(location: Location, maker: TextMaker) -> Result<Self, StoreError> {
        let lock = match &location {
            Location::Memory(_) => None,
            Location::File(path) => Some(FileLock::take(path)?),
        };
        let mut writer = connect(&location, false)?;
        schema::prepare(&mut writer, &maker).map_err(not_a_database)?;
        Ok(Self {
            location,
            maker,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            commit_gate: RwLock::new(()),
            generation: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// A number that grows with every committed write.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Adds images; one whose id is known is left as it is.
    ///
    /// # Errors
    /// When the database fails; then nothing was added.
    pub fn load(&self, images: &[Image]) -> Result<Loaded, StoreError> {
        self.write(|connection| {
            let mut loaded = Loaded::default();
            for image in in_order(images) {
                if rows::insert_new(connection, &self.maker, image)? {
                    loaded.added += 1;
                } else {
                    loaded.kept += 1;
                }
            }
            Ok(loaded)
        })
    }

    /// Forgets everything and holds just these images.
    ///
    /// # Errors
    /// When the database fails; then nothing changed.
    pub fn replace_all(&self, images: &[Image]) -> Result<(), StoreError> {
        self.write(|connection| {
            rows::remove_all(connection)?;
            for image in in_order(images) {
                rows::insert_new(connection, &self.maker, image)?;
            }
            Ok(())
        })
    }

    /// The image of an id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn image(&self, id: &str) -> Result<Option<Image>, StoreError> {
        self.read(|connection| rows::find(connection, id))
    }

    /// Shows `visit` each image that the query asks for, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(
        &self,
        query: &ImageQuery,
        form: ListForm,
        visit: &mut dyn FnMut(ListedImage<'_>),
    ) -> Result<(), StoreError> {
        self.read(|connection| lists::listed(connection, query, form, visit))
    }

    /// The images that the query asks for, whole.
    ///
    /// # Errors
    /// When the database fails.
    pub fn images(&self, query: &ImageQuery) -> Result<Vec<Image>, StoreError> {
        self.read(|connection| lists::images(connection, query))
    }

    /// Lets `decide` look at an image and change it, with no other write in between.
    ///
    /// # Errors
    /// What `decide` says, or when the database fails; then nothing changed.
    pub fn change<T, E: From<StoreError>>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>) -> Result<Change<T>, E>,
    ) -> Result<T, E> {
        let mut outcome = None;
        let written = self.write(|connection| {
            let image = rows::find(connection, id)?;
            let decided = decide(image);
            if let Ok(Change::Put(image, _)) = &decided {
                rows::put(connection, &self.maker, image)?;
            }
            if let Ok(Change::Remove(_)) = &decided {
                rows::remove(connection, id)?;
            }
            outcome = Some(decided);
            Ok(())
        });
        written.map_err(E::from)?;
        match outcome {
            Some(Ok(Change::Put(_, value) | Change::Remove(value))) => Ok(value),
            Some(Err(error)) => Err(error),
            None => Err(E::from(StoreError::Damaged(id.to_owned()))),
        }
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.location, true)?,
        };
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
        if connection.is_autocommit() {
            self.readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
        result
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let value = self.transact(work)?;
        self.generation.fetch_add(1, Ordering::Release);
        Ok(value)
    }

    fn transact<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let _gate = self
            .commit_gate
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let written = || {
            let transaction = writer.transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        written().map_err(|error| match (&self.location, error) {
            (
                Location::Memory(_),
                StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)),
            ) if failure.code == rusqlite::ErrorCode::DiskFull => StoreError::MemoryFull,
            (_, other) => other,
        })
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
    connection.prepare_cached(end)?.execute([])?;
    result
}

/// As they are listed: neighbours of a list are then neighbours in the tables.
fn in_order(images: &[Image]) -> Vec<&Image> {
    let mut images: Vec<_> = images.iter().collect();
    images.sort_by_key(|image| (image.created_at, image.id.as_str()));
    images
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
        Location::File(path) => Connection::open_with_flags(
            path,
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
    if let Location::File(_) = location {
        // An acknowledged write survives a killed process, and with FULL a power cut.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .map_err(|error| not_a_database(error.into()))?;
    }
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

/// Keeps a second server away from a file: it would answer from the first one's past.
#[derive(Debug)]
struct FileLock(std::fs::File);

impl FileLock {
    fn take(path: &Path) -> Result<Self, StoreError> {
        let file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing is not enough: a process that another thread is about to start holds a copy of
        // the handle, and the lock with it, until it runs its own program.
        _ = self.0.unlock();
    }
}
