//! Why an emulator does not start.

use std::path::PathBuf;

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// What was asked for.
        address: String,
        /// What the operating system says.
        reason: String,
    },
    /// The store cannot be used.
    #[error("{}{error}", database.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default())]
    Store {
        /// The file, when there is one.
        database: Option<PathBuf>,
        /// What is wrong.
        error: String,
    },
    /// The threads could not be started.
    #[error("cannot start: {0}")]
    Thread(String),
}
