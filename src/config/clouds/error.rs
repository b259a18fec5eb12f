//! Why there are no credentials.

use super::credentials::ServiceInterfaceError;
use crate::config::base_url::BaseUrlError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a variable of the environment.
    Variable(String),
    /// In a line of a file.
    Line(Arc<Path>, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::Line(path, line) => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// Why there are no credentials for a cloud.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloudsError {
    /// Nobody says where to sign in.
    #[error(
        "no credentials for the cloud: set OS_AUTH_URL and its kin, or name a cloud of a \
         clouds.yaml (--os-cloud, OS_CLOUD)"
    )]
    Nothing,
    /// There is no file that could have the cloud.
    #[error(
        "no clouds.yaml is found for the cloud {cloud:?}: {}",
        listed(searched)
    )]
    NoFile {
        /// The cloud.
        cloud: String,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file says something that cannot be understood.
    #[error("{place}: {what}")]
    Damaged {
        /// Where.
        place: Place,
        /// What is wrong.
        what: String,
    },
    /// A file has no such cloud.
    #[error("{} has no cloud {cloud:?}; it has {}", path.display(), known.join(", "))]
    NoCloud {
        /// The file.
        path: PathBuf,
        /// The cloud that was asked for.
        cloud: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// Something has to be said, and is not.
    #[error("{who} lacks {what}")]
    Missing {
        /// Who says the rest.
        who: String,
        /// What is missing.
        what: &'static str,
    },
    /// What is said is not known here.
    #[error("{place}: {name} {text:?} {why}")]
    Unknown {
        /// Where.
        place: Place,
        /// Which word.
        name: String,
        /// What it is to be.
        text: String,
        /// Why it cannot be.
        why: &'static str,
    },
    /// A URL is none.
    #[error("{place}: {name} {text:?} {source}")]
    Url {
        /// Where.
        place: Place,
        /// Which word.
        name: String,
        /// What it is to be.
        text: String,
        /// Why it cannot be.
        source: BaseUrlError,
    },
    /// An interface is none.
    #[error("{place}: interface {source}")]
    Interface {
        /// Where.
        place: Place,
        /// Why not.
        source: ServiceInterfaceError,
    },
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    match paths.is_empty() {
        true => "there is nowhere to look".to_owned(),
        false => format!("looked for {}", paths.join(", ")),
    }
}
