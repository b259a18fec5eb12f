//! The file of a database, as the operating system has it: whose it is, and who has it.

use super::error::StoreError;
use super::schema;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// More than a write of a page or two takes of the disk.
const PROBE_BYTES: usize = 64 * 1024;

/// How often much that is being written is brought to the disk.
const FLUSHED_EVERY: Duration = Duration::from_millis(250);

/// Keeps a second server away from a file: it would answer from the first one's past.
#[derive(Debug)]
pub struct FileLock {
    file: File,
    path: PathBuf,
}

impl FileLock {
    /// Takes the lock, and makes the file when it is not there. A file of somebody else's is refused
    /// before SQLite sees it, since SQLite writes to what it opens.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        for_the_owner(&mut options);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let lock = Self {
            file,
            path: path.to_owned(),
        };
        let mut start = Vec::new();
        (&lock.file)
            .take(schema::START_BYTES)
            .read_to_end(&mut start)?;
        if schema::is_foreign_file(&start) {
            return Err(StoreError::Foreign);
        }
        Ok(lock)
    }

    /// Whether the file is still where it was opened, and its log beside it: SQLite goes on writing
    /// to files that nobody finds again.
    pub fn check_place(&self) -> Result<(), StoreError> {
        let gone = |_| StoreError::Gone(self.path.clone());
        let there = std::fs::metadata(&self.path).map_err(gone)?;
        if !is_same(&there, &self.file.metadata()?) {
            return Err(StoreError::Replaced(self.path.clone()));
        }
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        std::fs::metadata(&log).map_err(|_| StoreError::Gone(log.into()))?;
        Ok(())
    }

    /// Whether the disk takes more. It is tried on a file of its own, since the database is often
    /// locked by a write that takes its time, and a probe must not wait.
    pub fn check_room(&self) -> Result<(), StoreError> {
        let mut probe = self.path.clone().into_os_string();
        probe.push("-probe");
        let written = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            for_the_owner(&mut options);
            let mut file = options.open(&probe)?;
            file.write_all(&vec![1; PROBE_BYTES])?;
            file.flush()
        };
        let outcome = written();
        // What cannot be removed is written over the next time.
        _ = std::fs::remove_file(&probe);
        outcome.map_err(StoreError::NoRoom)
    }

    /// Does what writes much to the file, while what has been written of it goes to the disk: its commit would
    /// wait for all of it otherwise.
    pub fn flush_while<T>(&self, work: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            let (working, done) = channel::<()>();
            scope.spawn(move || {
                while done.recv_timeout(FLUSHED_EVERY) == Err(RecvTimeoutError::Timeout) {
                    if let Err(error) = self.file.sync_data() {
                        tracing::debug!(%error, "the commit will say that the disk has failed");
                    }
                }
            });
            let worked = work();
            drop(working);
            worked
        })
    }
}

#[cfg(unix)]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    true
}

/// A new file is its owner's alone, since it holds what others must not read; SQLite gives those
/// beside it the same mode.
#[cfg(unix)]
fn for_the_owner(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn for_the_owner(_: &mut OpenOptions) {}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing is not enough: a process that another thread is about to start holds a copy of
        // the handle, and the lock with it, until it runs its own program.
        _ = self.file.unlock();
    }
}
