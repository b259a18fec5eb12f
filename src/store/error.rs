//! What goes wrong with a database.

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
