//! Why data are not taken or not given.

use super::pool::Unfinished;
use std::io;
use std::path::PathBuf;

/// What goes wrong with image data.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// There is more of it than is taken.
    #[error("there are more than {most} bytes")]
    TooLarge {
        /// The bound, in bytes.
        most: u64,
    },
    /// The folder of the data cannot be used.
    #[error("the folder {} of image data: {source}", .folder.display())]
    Folder {
        /// Where it is, or should be.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written or read.
    #[error("image data: {0}")]
    Io(#[from] io::Error),
    /// A row names data that are not there.
    #[error("the data {0} are gone from the disk")]
    Missing(String),
    /// A file holds others than its name says.
    #[error("the data {0} are others than their name says")]
    Other(String),
    /// The threads that do it are gone.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}
