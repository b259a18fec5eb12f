//! What goes wrong with a database.

use crate::domain::hexadecimal;
use rusqlite::ErrorCode;
use std::path::PathBuf;

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
    /// The copy of a seed ended before its last page.
    #[error("a copy of the data could not be made: {0}")]
    NotCopied(String),
    /// Another process has had the lock on the file for longer than a write waits.
    #[error("another process keeps the database locked")]
    Busy,
    /// The commit failed that this write was part of.
    #[error("nothing was written: {0}")]
    NotCommitted(#[source] std::sync::Arc<StoreError>),
    /// SQLite took back a transaction because of an error in one of its writes.
    #[error("another write failed, and all that was to be committed with it")]
    GivenUp,
    /// The file does not take the log that it had before.
    #[error("the database cannot be put back into its journal mode")]
    NoLog,
    /// Another server has the file.
    #[error("the database is in use by another process")]
    InUse,
    /// The file cannot be opened.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// What is written would be lost.
    #[error("the database file {} was removed", .0.display())]
    Gone(PathBuf),
    /// What is written would be lost, and what stands there is another's.
    #[error("the database file {} was replaced by another", .0.display())]
    Replaced(PathBuf),
    /// Nothing more can be written beside the database.
    #[error("the disk takes no more: {0}")]
    NoRoom(#[source] std::io::Error),
    /// A row holds what no release of ours writes.
    #[error(transparent)]
    Damaged(#[from] Damage),
}

impl StoreError {
    /// Whether the store itself is well, and it is the file, its disk, or another process that has it.
    #[must_use]
    pub fn is_of_its_place(&self) -> bool {
        match self {
            Self::Busy | Self::Gone(_) | Self::Replaced(_) | Self::NoRoom(_) => true,
            Self::NotCommitted(why) => why.is_of_its_place(),
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DiskFull | ErrorCode::CannotOpen | ErrorCode::DatabaseBusy)
            ),
            _ => false,
        }
    }
}

/// What is wrong with a row, and with which. It is left as it is: nothing of it is guessed, and what
/// would be written over it is refused.
#[derive(Debug, thiserror::Error)]
#[error("{row} is damaged: {what}")]
pub struct Damage {
    row: String,
    what: String,
    #[source]
    cause: Option<Cause>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Damage {
    /// Something of the image of an id.
    pub fn of_image(id: &str, what: impl Into<String>) -> Self {
        Self::of(format!("image {id}"), what)
    }

    /// Something of an image whose id does not matter, or cannot be read.
    pub fn of_row(seq: i64, what: impl Into<String>) -> Self {
        Self::of(format!("row {seq} of the images"), what)
    }

    /// A set of rows, of which lists with filters are made.
    pub fn of_block(key: &str, block: i64) -> Self {
        let what = "it is cut short or mixed up";
        Self::of(format!("block {block} of the rows by {key}"), what)
    }

    /// Something of a token. Its digest opens nothing.
    pub fn of_token(digest: &[u8], what: impl Into<String>) -> Self {
        Self::of(format!("the token of digest {}", hexadecimal(digest)), what)
    }

    fn of(row: String, what: impl Into<String>) -> Self {
        Self {
            row,
            what: what.into(),
            cause: None,
        }
    }

    /// With what has found it.
    pub fn found_by(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}
