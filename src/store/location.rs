//! Where data are, and how a file is written to.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// How long a connection waits for another process that uses the same file, where nothing else is
/// said.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the data are.
#[derive(Clone, Debug)]
pub enum Location {
    /// In memory, under a name that no other store of the process has.
    Memory(String),
    /// In a file.
    File(DatabaseFile),
}

/// A file, and how it is written to.
#[derive(Clone, Debug)]
pub struct DatabaseFile {
    /// Where it is.
    pub path: PathBuf,
    /// What a commit waits for.
    pub sync: Sync,
    /// How long a write waits for another process that has the file locked.
    pub patience: Duration,
    /// Who is told how much SQLite does.
    pub steps: Option<StepCounter>,
}

/// Counts the steps of SQLite's machine, in all connections to a file: what time there is for is told
/// by these without a clock. They are told by the [`STEPS_TOLD`].
pub type StepCounter = Arc<AtomicU64>;

/// Steps that are told at once.
pub const STEPS_TOLD: u16 = 16;

impl DatabaseFile {
    /// As files are written to where nothing else is said.
    #[cfg(test)]
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            sync: Sync::Full,
            patience: BUSY_TIMEOUT,
            steps: None,
        }
    }
}

/// What a commit to a file waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// For the disk: what was answered survives a power cut.
    Full,
    /// For the operating system: what was answered survives the end of the process.
    Normal,
}

impl Sync {
    /// The word of SQLite.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}
