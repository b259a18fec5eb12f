//! What uploads, readings and their spool share: the folder, the names in it, the threads.

use super::error::SpoolError;
use super::folder::Folder;
use super::name::DataName;
use super::pool::Pool;
use crate::domain::processors;
use std::any::Any;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::Semaphore;

/// Bytes of a block.
pub const BLOCK_BYTES: usize = 256 * 1024;

/// Blocks that all uploads together have in memory beside those that they fill: 8 MiB.
const MOST_BLOCKS: usize = 32;

/// Files are mostly in memory, and a disk gains little by more.
const FILE_THREADS: usize = 4;

/// Rows of image data that are written at the same time: they wait for whoever has the database.
const ROW_THREADS: usize = 32;

/// The shared part of a spool.
pub struct Room {
    /// Where the files are.
    pub folder: Folder,
    /// Threads that compute digests.
    pub hashing: Pool,
    /// Threads that wait for files.
    pub files: Pool,
    /// Threads that wait for the database.
    pub rows: Pool,
    /// Room for blocks in memory.
    pub blocks: Arc<Semaphore>,
    holds: Mutex<HashMap<DataName, usize>>,
    parts: AtomicU64,
    /// Dropped behind the folder.
    closed: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Room {
    /// Around a folder.
    pub fn new(folder: Folder) -> Self {
        Self {
            folder,
            // Two digests of one upload are computed side by side even where there is one processor.
            hashing: Pool::new("image-hash", processors().max(2)),
            files: Pool::new("image-file", FILE_THREADS),
            rows: Pool::new("image-row", ROW_THREADS),
            blocks: Arc::new(Semaphore::new(MOST_BLOCKS)),
            holds: Mutex::default(),
            parts: AtomicU64::new(0),
            closed: OnceLock::new(),
        }
    }

    /// Drops this once the folder is as it stays.
    pub fn when_closed(&self, token: Box<dyn Any + Send + Sync>) {
        _ = self.closed.set(token);
    }

    fn holds(&self) -> MutexGuard<'_, HashMap<DataName, usize>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more who needs these data.
    pub fn hold(&self, name: &DataName) {
        *self.holds().entry(name.clone()).or_insert(0) += 1;
    }

    /// Counts one less; the last one's data go.
    pub fn let_go(self: &Arc<Self>, name: &DataName) {
        let (room, name) = (Arc::clone(self), name.clone());
        match self.holds.try_lock() {
            Ok(mut holds) => {
                if one_less(&mut holds, &name) {
                    self.files.spawn(move || room.remove(&name));
                }
            }
            // Who has it waits for the disk, and this thread may be one that answers requests.
            Err(_) => self.files.spawn(move || {
                let is_last = one_less(&mut room.holds(), &name);
                if is_last {
                    room.remove(&name);
                }
            }),
        }
    }

    /// A path of a name that no other file of the folder has.
    pub fn new_part(&self, folder: &Path) -> PathBuf {
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        folder.join(format!("part-{number}"))
    }

    /// Makes a part the data of a name, and counts one who needs them; says whether the part is they.
    /// Equal ones may be there. Waits for the disk.
    pub fn store(&self, part: &Path, name: &DataName) -> Result<bool, SpoolError> {
        let path = self.folder.made()?.join(name.as_str());
        let mut holds = self.holds();
        // What is there is whole: no file has a name before it is.
        let is_new = !path.try_exists()?;
        if is_new {
            fs::rename(part, &path)?;
        }
        *holds.entry(name.clone()).or_insert(0) += 1;
        Ok(is_new)
    }

    /// Removes data that nobody has come to need meanwhile.
    fn remove(&self, name: &DataName) {
        let Some(folder) = self.folder.path() else {
            return;
        };
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let gone = folder.join(format!("gone-{number}"));
        let holds = self.holds();
        if holds.contains_key(name) {
            return;
        }
        // Under the lock only what is quick: a large file takes its time to go.
        let moved = fs::rename(folder.join(name.as_str()), &gone);
        drop(holds);
        if let Err(error) = moved.and_then(|()| fs::remove_file(&gone)) {
            tracing::warn!(%error, %name, "image data that nobody needs stay until the next start");
        }
    }

    /// Removes what nobody needs, as a crash leaves it behind; says how many files. Nothing else may
    /// use the folder meanwhile.
    pub fn sweep(&self) -> Result<usize, SpoolError> {
        let holds = self.holds();
        self.folder
            .sweep(|name| DataName::parse(name).is_some_and(|name| holds.contains_key(&name)))
    }
}

/// Whether that was the last.
fn one_less(holds: &mut HashMap<DataName, usize>, name: &DataName) -> bool {
    let Entry::Occupied(mut entry) = holds.entry(name.clone()) else {
        return false;
    };
    *entry.get_mut() -= 1;
    let is_last = *entry.get() == 0;
    if is_last {
        entry.remove();
    }
    is_last
}

impl Drop for Room {
    fn drop(&mut self) {
        self.hashing.close();
        self.files.close();
        self.rows.close();
        self.folder.close();
        // What waits for the end learns of it now.
        _ = self.closed.take();
    }
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Room").field(&self.folder).finish()
    }
}
