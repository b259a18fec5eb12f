//! The snapshots of a space by name, within bounds.

use super::error::SnapshotError;
use super::folder::Folder;
use super::snapshot::{Snapshot, SnapshotInfo};
use crate::service::naming::is_name;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Snapshots of one space.
const MOST_SNAPSHOTS: usize = 100;

/// What those in memory of all spaces of a server may take, in bytes.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;

/// The snapshots of a space.
#[derive(Debug)]
pub struct Shelf {
    entries: Mutex<BTreeMap<String, Entry>>,
    /// Bytes in memory of all spaces of the server.
    taken: Arc<AtomicU64>,
    /// Where they are kept; in memory without one.
    folder: Option<Folder>,
}

/// A snapshot.
#[derive(Clone, Debug)]
pub enum Entry {
    /// It is at hand.
    Ready(Arc<Snapshot>),
    /// It is in the folder, and nobody has asked for it yet.
    Kept(SnapshotInfo),
    /// It is in the folder and cannot be read, for this reason.
    Unreadable(String),
}

impl Default for Shelf {
    fn default() -> Self {
        Self::sharing(Arc::default())
    }
}

impl Shelf {
    /// With what a folder has, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be used, or another server has it.
    pub fn at(path: &Path) -> Result<Self, SnapshotError> {
        let (folder, found) = Folder::open(path)?;
        let entries = found.into_iter().map(|(name, info)| match info {
            Ok(info) => (name, Entry::Kept(info)),
            Err(error) => {
                tracing::warn!(%error, "a snapshot cannot be gone back to");
                (name, Entry::Unreadable(error.to_string()))
            }
        });
        Ok(Self {
            entries: Mutex::new(entries.collect()),
            folder: Some(folder),
            taken: Arc::default(),
        })
    }

    /// An empty one in memory, for another space of the same server.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::sharing(Arc::clone(&self.taken))
    }

    fn sharing(taken: Arc<AtomicU64>) -> Self {
        Self {
            entries: Mutex::default(),
            taken,
            folder: None,
        }
    }

    /// Where they are kept, if it is not in memory.
    pub fn folder(&self) -> Option<&Folder> {
        self.folder.as_ref()
    }

    /// What is told of all that can be read, by name.
    #[must_use]
    pub fn list(&self) -> Vec<SnapshotInfo> {
        let entries = self.entries();
        let infos = entries.values().filter_map(|entry| match entry {
            Entry::Ready(snapshot) => Some(snapshot.info.clone()),
            Entry::Kept(info) => Some(info.clone()),
            Entry::Unreadable(_) => None,
        });
        infos.collect()
    }

    /// Those that cannot be read, and why.
    #[must_use]
    pub fn unreadable(&self) -> Vec<(String, String)> {
        let entries = self.entries();
        let found = entries.iter().filter_map(|(name, entry)| match entry {
            Entry::Unreadable(why) => Some((name.clone(), why.clone())),
            Entry::Ready(_) | Entry::Kept(_) => None,
        });
        found.collect()
    }

    /// The snapshot of a name.
    pub fn get(&self, name: &str) -> Option<Entry> {
        self.entries().get(name).cloned()
    }

    /// Whether one of this name may be taken.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, name: &str) -> Result<(), SnapshotError> {
        if !is_name(name) {
            let name = name.to_owned();
            return Err(SnapshotError::Name { name });
        }
        let entries = self.entries();
        match entries.contains_key(name) || entries.len() < MOST_SNAPSHOTS {
            true => Ok(()),
            false => Err(SnapshotError::TooMany {
                most: MOST_SNAPSHOTS,
            }),
        }
    }

    /// Puts a snapshot there, in place of the one of its name.
    ///
    /// # Errors
    /// When it would take too much memory.
    pub fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        let mut entries = self.entries();
        let before = self.bytes_of(entries.get(&snapshot.info.name));
        if self.folder.is_none() {
            let bytes = snapshot.info.bytes;
            let update = |taken: u64| {
                let taken = taken.saturating_sub(before).saturating_add(bytes);
                (taken <= MOST_BYTES).then_some(taken)
            };
            let order = Ordering::AcqRel;
            let updated = self.taken.fetch_update(order, Ordering::Acquire, update);
            if updated.is_err() {
                return Err(SnapshotError::TooMuch {
                    bytes,
                    most: MOST_BYTES,
                });
            }
        }
        let name = snapshot.info.name.clone();
        let replaced = entries.insert(name, Entry::Ready(Arc::new(snapshot)));
        drop(entries);
        drop(replaced);
        Ok(())
    }

    /// Keeps at hand what was read from the folder.
    pub fn note(&self, snapshot: &Arc<Snapshot>) {
        let ready = Entry::Ready(Arc::clone(snapshot));
        self.entries().insert(snapshot.info.name.clone(), ready);
    }

    /// Removes a snapshot; says whether there was one.
    ///
    /// # Errors
    /// When a file of it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<bool, SnapshotError> {
        let mut entries = self.entries();
        if !entries.contains_key(name) {
            return Ok(false);
        }
        if let Some(folder) = &self.folder {
            folder.remove(name)?;
        }
        let removed = entries.remove(name);
        let bytes = self.bytes_of(removed.as_ref());
        self.taken.fetch_sub(bytes, Ordering::AcqRel);
        Ok(true)
    }

    /// What an entry takes in memory.
    fn bytes_of(&self, entry: Option<&Entry>) -> u64 {
        match entry {
            Some(Entry::Ready(snapshot)) if self.folder.is_none() => snapshot.info.bytes,
            _ => 0,
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The memory is free for others when the space is gone.
impl Drop for Shelf {
    fn drop(&mut self) {
        let entries = std::mem::take(&mut *self.entries());
        let bytes: u64 = entries.values().map(|it| self.bytes_of(Some(it))).sum();
        self.taken.fetch_sub(bytes, Ordering::AcqRel);
    }
}
