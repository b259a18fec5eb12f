//! Why an emulator does not start.

use crate::config::SettingError;
use crate::control::FixtureError;
use crate::service::SnapshotError;
use crate::service::upstream::ClientError;
use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// Why an emulator did not start. Its text is one line that says all; the causes stand behind
/// [`Error::source`] as well.
///
/// ```
/// use nova_images::{Emulator, StartError};
///
/// # fn main() -> Result<(), StartError> {
/// let first = Emulator::builder().start()?;
/// let taken = Emulator::builder().listen(first.address().to_string()).start();
/// match taken {
///     Err(StartError::Listen { source, .. }) => {
///         assert_eq!(source.kind(), std::io::ErrorKind::AddrInUse);
///     }
///     other => panic!("{other:?}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting makes no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// The store cannot be used.
    #[error("{}{}", before(database.as_deref()), chain(source.as_ref()))]
    Store {
        /// The file, when there is one.
        database: Option<PathBuf>,
        /// What is wrong.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A large file of the fixture is gone, or another by now.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// The folder of snapshots cannot be used.
    #[error(transparent)]
    Snapshots(#[from] SnapshotError),
    /// The real cloud cannot be asked.
    #[error("cannot ask the real cloud: {0}")]
    Upstream(#[source] Box<dyn Error + Send + Sync>),
    /// The threads could not be started.
    #[error("cannot start: {0}")]
    Thread(#[source] io::Error),
}

impl From<ClientError> for StartError {
    fn from(error: ClientError) -> Self {
        Self::Upstream(Box::new(error))
    }
}

fn before(database: Option<&Path>) -> String {
    database.map_or_else(String::new, |path| format!("{}: ", path.display()))
}

/// An error and its causes, as far as it does not tell them itself.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            _ = write!(text, ": {words}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::StartError;
    use std::error::Error as _;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("row 7 is damaged")]
    struct Damage(#[source] io::Error);

    #[test]
    fn a_line_tells_each_cause_once() {
        let error = StartError::Store {
            database: Some("a.db".into()),
            source: Box::new(Damage(io::Error::other("no number"))),
        };
        assert_eq!(error.to_string(), "a.db: row 7 is damaged: no number");
        let source = error.source().unwrap();
        assert!(source.is::<Damage>());
        let error = StartError::Store {
            database: None,
            source: Box::new(io::Error::other("no number")),
        };
        assert_eq!(error.to_string(), "no number");
    }
}
