//! The file of a database, as the operating system has it: whose it is, and who has it.

use super::error::StoreError;
use super::schema;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read as _;
use std::path::Path;

/// Keeps a second server away from a file: it would answer from the first one's past.
#[derive(Debug)]
pub struct FileLock(File);

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
        let lock = Self(file);
        let mut start = Vec::new();
        (&lock.0)
            .take(schema::START_BYTES)
            .read_to_end(&mut start)?;
        if schema::is_foreign_file(&start) {
            return Err(StoreError::Foreign);
        }
        Ok(lock)
    }
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
        _ = self.0.unlock();
    }
}
