//! Why the command could not do what it was asked.

use crate::control::{ClockError, FixtureError};
use crate::emulator::StartError;
use std::path::PathBuf;

/// Why the command ends with something else than 0.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such clock.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A fixture was refused.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// The emulator did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A database cannot be read.
    #[error("{}: {source}", path.display())]
    Database {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The secret of clients cannot be read.
    #[error("the secret of clients in {}: {source}", path.display())]
    ClientSecret {
        /// In which file it is to stand.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// What is made cannot be written.
    #[error("{}: {source}", path.display())]
    Out {
        /// Where to.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The port file cannot be written.
    #[error("port file {}: {source}", path.display())]
    PortFile {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Nobody could tell it when to end.
    #[error("cannot wait for signals: {0}")]
    Signal(#[source] std::io::Error),
}
