//! The connections to a database: one that writes, and as many that read as there are threads that
//! do so at the time.

use super::connecting::{PAGE_CACHE_KIB, PASSING_CACHE_KIB, Use, connect, set_cache};
use super::error::StoreError;
use super::file::FileLock;
use super::group::GroupWriter;
use super::location::Location;
use super::memory::{self, of_memory};
use super::original::MemoryWriter;
use super::schema;
use super::seed::Seed;
use super::shared_texts::{SharedTexts, Tables};
use super::turn::Turn;
use crate::domain::TextMaker;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Instant;

/// The connection that writes.
#[derive(Debug)]
enum Writer {
    /// A commit in memory takes no time: there is nothing to share.
    Memory(Mutex<MemoryWriter>),
    File(GroupWriter),
}

/// A database that is open. Shared between threads; every method may be called from any.
#[derive(Debug)]
pub struct Database {
    location: Location,
    writer: Writer,
    readers: Mutex<Vec<Reader>>,
    /// SQLite's memory databases refuse readers while a writer commits; this lets them wait instead.
    /// It holds the data in memory, which may be exchanged for others.
    commit_gate: RwLock<Arc<Turn>>,
    /// How often they were, held by whoever is about to exchange them.
    turns: Mutex<u64>,
    /// Holds the lock on the file that keeps a second server away.
    lock: Option<Arc<FileLock>>,
}

/// A connection that reads, while nobody does.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    /// Whether nobody has read with it since the last look.
    is_idle: bool,
}

impl Database {
    /// Opens a database, and makes it when it is not there. Beside its images it keeps the texts
    /// that `maker` writes of them.
    pub fn open(location: Location, maker: &TextMaker) -> Result<Self, StoreError> {
        let lock = match &location {
            Location::Memory(_) => None,
            Location::File(file) => Some(Arc::new(FileLock::take(&file.path)?)),
        };
        let mut writer = connect(&location, Use::Write)?;
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
        let writer = match (&location, &lock) {
            (Location::File(file), Some(lock)) => {
                let lock = Arc::clone(lock);
                Writer::File(GroupWriter::new(writer, lock, file.patience)?)
            }
            _ => Writer::Memory(Mutex::new(MemoryWriter::Own(writer))),
        };
        Ok(Self::around(location, writer, lock, None))
    }

    /// A database in memory that holds what the seed holds, under a name that no other of the process
    /// has, unless the seed lends its own.
    pub fn of_seed(seed: &Seed, name: String) -> Result<Self, StoreError> {
        let (name, writer) = match seed.lend() {
            Some(lent) => lent,
            None => (name.clone(), MemoryWriter::Own(copied(seed, name)?)),
        };
        Ok(Self::in_memory(name, writer, seed.shared().cloned()))
    }

    fn in_memory(name: String, writer: MemoryWriter, shared: Option<SharedTexts>) -> Self {
        let writer = Writer::Memory(Mutex::new(writer));
        Self::around(Location::Memory(name), writer, None, shared)
    }

    fn around(
        location: Location,
        writer: Writer,
        lock: Option<Arc<FileLock>>,
        shared: Option<SharedTexts>,
    ) -> Self {
        Self {
            location,
            writer,
            readers: Mutex::new(Vec::new()),
            commit_gate: RwLock::new(Arc::new(Turn::new(0, shared))),
            turns: Mutex::new(0),
            lock,
        }
    }

    /// The same of what a connection reads, as it is now.
    pub fn copy_of_read(tables: &Tables<'_>, name: String) -> Result<Self, StoreError> {
        let page_bytes = tables.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let copy = |writer: &mut Connection| memory::copy_pages(tables, writer);
        let (writer, ()) = memory::filled(Some(name.clone()), page_bytes, copy)?;
        let writer = MemoryWriter::Own(writer);
        Ok(Self::in_memory(name, writer, tables.shared().cloned()))
    }

    /// Exchanges the data in memory for those of the seed. They are copied beside: whoever reads or
    /// writes waits for the exchange alone. What is written meanwhile goes with the rest, which is
    /// there as long as somebody holds what this gives. Nobody reads or writes while `exchanged` is told that
    /// it is done.
    pub fn become_copy_of(
        &self,
        seed: &Seed,
        exchanged: impl FnOnce(),
    ) -> Result<Arc<Turn>, StoreError> {
        let (Location::Memory(name), Writer::Memory(writer)) = (&self.location, &self.writer)
        else {
            return Err(StoreError::NotCopied("a file has no seed".to_owned()));
        };
        // One after the other, each under a name of its own.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = *turns + 1;
        let beside = copied(seed, turned(name, turn))?;
        schema::begin_uploads_at(&beside, i64::try_from(turn << 32).unwrap_or(i64::MAX))?;
        *turns = turn;
        let now = Turn::new(turn, seed.shared().cloned());
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gate = self
            .commit_gate
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *gate, Arc::new(now));
        before.end(std::mem::replace(&mut *writer, MemoryWriter::Own(beside)));
        let readers = std::mem::take(&mut *self.idle());
        exchanged();
        drop((gate, writer));
        drop(readers);
        Ok(before)
    }

    /// Closes what nobody has read with since the last time; says how many connections are left.
    pub fn tidy(&self) -> usize {
        let mut idle = self.idle();
        let closed: Vec<_> = idle.extract_if(.., |reader| reader.is_idle).collect();
        for reader in &mut *idle {
            reader.is_idle = true;
        }
        let left = idle.len();
        drop(idle);
        drop(closed);
        left
    }

    /// Whether what is written outlives the process.
    pub fn is_file(&self) -> bool {
        self.lock.is_some()
    }

    /// When a write that began now would have waited for another process for long enough; in memory there is
    /// none to wait for.
    pub fn end_of_patience(&self) -> Option<Instant> {
        self.file_writer().map(GroupWriter::end_of_patience)
    }

    /// Whether somebody waits for another process that has the file.
    pub fn is_locked_out(&self) -> bool {
        self.file_writer().is_some_and(GroupWriter::is_locked_out)
    }

    /// What writes to a file; in memory there are no groups to write in.
    pub fn file_writer(&self) -> Option<&GroupWriter> {
        match &self.writer {
            Writer::Memory(_) => None,
            Writer::File(writer) => Some(writer),
        }
    }

    /// Reads, all from one state of the data.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.location {
            Location::Memory(_) => {
                let turn = self.gate();
                self.read_now(&turn, work)
            }
            Location::File(_) => {
                let connection = self.reader(0)?;
                let work = |connection: &Connection| work(&Tables::alone(connection));
                let result = in_transaction(&connection, work);
                self.give_back(connection);
                result
            }
        }
    }

    /// Reads data in memory while nobody exchanges them.
    fn read_now<T>(
        &self,
        turn: &Turn,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.reader(turn.number())?;
        let result = work(&Tables::with(&connection, turn.shared()));
        self.give_back(connection);
        result
    }

    fn gate(&self) -> RwLockReadGuard<'_, Arc<Turn>> {
        self.commit_gate
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The data in memory that are there now, for whoever reads them for longer; nothing for a file.
    pub fn turn(&self) -> Option<Arc<Turn>> {
        match self.location {
            Location::Memory(_) => Some(Arc::clone(&self.gate())),
            Location::File(_) => None,
        }
    }

    /// Reads data in memory, also when others are in their place.
    pub fn read_at<T>(
        &self,
        turn: &Turn,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let now = self.gate();
        if now.number() == turn.number() {
            return self.read_now(turn, work);
        }
        // Nobody writes there any more.
        drop(now);
        let connection = match turn.take() {
            Some(connection) => connection,
            None => self.connect_to(turn.number())?,
        };
        let result = work(&Tables::with(&connection, turn.shared()));
        turn.give_back(connection);
        result
    }

    /// A connection that sees a file as it is now, as long as it is held; nothing for a database in
    /// memory, whose writers would have to wait that long.
    pub fn snapshot(&self) -> Result<Option<Connection>, StoreError> {
        if let Location::Memory(_) = self.location {
            return Ok(None);
        }
        let connection = self.reader(0)?;
        set_cache(&connection, PASSING_CACHE_KIB)?;
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Some(connection))
    }

    /// Lets go of a snapshot.
    pub fn release(&self, connection: Connection) {
        let ended = connection
            .prepare_cached("COMMIT")
            .and_then(|mut end| end.execute([]))
            .and_then(|_| set_cache(&connection, PAGE_CACHE_KIB));
        if let Err(error) = ended {
            tracing::debug!(%error, "a snapshot could not be ended; its connection is closed");
        }
        self.give_back(connection);
    }

    /// A connection to the data that were exchanged so often.
    fn reader(&self, turn: u64) -> Result<Connection, StoreError> {
        if let Some(reader) = self.idle().pop() {
            return Ok(reader.connection);
        }
        self.connect_to(turn)
    }

    fn connect_to(&self, turn: u64) -> Result<Connection, StoreError> {
        // Another file of that name must not be read, nor an empty one be made.
        self.check_place()?;
        match &self.location {
            Location::Memory(name) => connect(&Location::Memory(turned(name, turn)), Use::Read),
            file @ Location::File(_) => connect(file, Use::Read),
        }
    }

    fn give_back(&self, connection: Connection) {
        if connection.is_autocommit() {
            self.idle().push(Reader {
                connection,
                is_idle: false,
            });
        }
    }

    /// Reads data in memory that nobody else reads or writes any more, by no other connection than there is;
    /// nothing of a file.
    pub fn look_back<T>(
        &mut self,
        look: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let Writer::Memory(writer) = &mut self.writer else {
            return Ok(None);
        };
        let writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        writer.read(look).map(Some)
    }

    /// How many connections are open to read with, while nobody does.
    #[cfg(test)]
    pub fn readers(&self) -> usize {
        self.idle().len()
    }

    /// Whether its data are a seed's.
    #[cfg(test)]
    pub fn is_lent(&self) -> bool {
        let Writer::Memory(writer) = &self.writer else {
            return false;
        };
        let writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*writer, MemoryWriter::Lent(_))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes, all or nothing; returns when that is committed. What `work` refuses to do is no write:
    /// nothing is committed.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        match &self.writer {
            Writer::Memory(writer) => self.write_memory(writer, work),
            Writer::File(writer) => writer.write(|connection| work(&Tables::alone(connection))),
        }
    }

    /// The same for whoever has the database alone: of a file, all of it is written once and not
    /// through the log.
    pub fn write_alone<T, E>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        match &self.writer {
            Writer::Memory(writer) => self.write_memory(writer, work),
            Writer::File(writer) => {
                self.check_place()?;
                // One that stands by to read keeps the log where it is.
                let readers = std::mem::take(&mut *self.idle());
                drop(readers);
                writer.write_alone(|connection| work(&Tables::alone(connection)))
            }
        }
    }

    /// The same for what changes most of the data.
    pub fn write_most<T, E>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        match &self.writer {
            Writer::Memory(writer) => self.write_memory(writer, work),
            Writer::File(writer) => {
                writer.write_most(|connection| work(&Tables::alone(connection)))
            }
        }
    }

    fn write_memory<T, E>(
        &self,
        writer: &Mutex<MemoryWriter>,
        work: impl FnOnce(&Tables<'_>) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = writer.own()?;
        let gate = self
            .commit_gate
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let written = || {
            let transaction = writer.transaction()?;
            let outcome = work(&Tables::with(&transaction, gate.shared()))?;
            if outcome.is_ok() {
                transaction.commit()?;
            }
            Ok(outcome)
        };
        written().map_err(of_memory)
    }

    /// Whether what is written is kept. Waits for no other write.
    pub fn check(&self) -> Result<(), StoreError> {
        self.check_place()?;
        self.lock.as_ref().map_or(Ok(()), |lock| lock.check_room())
    }

    fn check_place(&self) -> Result<(), StoreError> {
        self.lock.as_ref().map_or(Ok(()), |lock| lock.check_place())
    }

    /// Writes what nobody refuses.
    pub fn write_all<T>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
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

/// The name of data in memory that were exchanged so often.
fn turned(name: &str, turn: u64) -> String {
    match turn {
        0 => name.to_owned(),
        turn => format!("{name}-{turn}"),
    }
}

/// A new database in memory, filled from a seed; the connection is to write with.
fn copied(seed: &Seed, name: String) -> Result<Connection, StoreError> {
    let filled = memory::filled(Some(name), seed.page_bytes(), |writer| seed.copy_to(writer));
    Ok(filled?.0)
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
