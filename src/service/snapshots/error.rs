//! Why a snapshot was not taken, or not gone back to.

use crate::service::naming::MOST_CHARACTERS;
use crate::store::StoreError;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// Why a snapshot was not taken, gone back to, or removed. The space is what it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A path could not hold the name as it is.
    #[error(
        "{name:?} is no name of a snapshot: letters, digits, `-`, `_` and `.`, at most \
         {MOST_CHARACTERS} of them, a letter or a digit first"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// There is none of that name.
    #[error("there is no snapshot {name:?}")]
    Missing {
        /// The name.
        name: String,
    },
    /// There are as many as there may be.
    #[error("there are {most} snapshots already: one has to go before another is taken")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// Those in memory take as much of it as they may.
    #[error(
        "another {bytes} bytes would be more than the {most} that snapshots may take in memory: one \
         has to go, or a folder keeps them (--snapshot-dir)"
    )]
    TooMuch {
        /// What this one takes.
        bytes: u64,
        /// What all may take.
        most: u64,
    },
    /// A file of it is damaged.
    #[error("snapshot file {}: it is damaged: {why}", .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another release has written it.
    #[error(
        "snapshot file {}: it has version {found}, this release knows version {known}",
        .file.display()
    )]
    Version {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: String,
        /// Ours.
        known: u32,
    },
    /// A file of it cannot be read or written.
    #[error("snapshot file {}: {source}", .file.display())]
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another server has the folder.
    #[error("the folder of snapshots {} is in use by another process", .folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The space was removed.
    #[error("the space was removed")]
    Removed,
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<StoreError> for SnapshotError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl SnapshotError {
    /// Of a file, by what the operating system says.
    pub(super) fn of(file: &Path) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io { file, source }
    }

    /// Of a file that is damaged.
    pub(super) fn damaged(file: &Path, why: &impl ToString) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            why: why.to_string(),
        }
    }
}
