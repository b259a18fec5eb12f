//! The file of a database, as the operating system has it.

use super::error::StoreError;
use std::path::Path;

/// Keeps a second server away from a file: it would answer from the first one's past.
#[derive(Debug)]
pub struct FileLock(std::fs::File);

impl FileLock {
    /// Takes the lock, and makes the file when it is not there.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
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
