//! The files that tell others where the server is.

use super::error::CommandError;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A file that holds the port, and beside it those with the addresses that services have of their own;
/// all are there as long as the server answers and no longer. A file of an earlier run would send clients
/// elsewhere.
#[derive(Debug)]
pub struct PortFile {
    path: PathBuf,
}

/// The addresses of services that have a listener of their own.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnAddresses {
    /// Keystone's.
    pub identity: Option<SocketAddr>,
    /// Glance's.
    pub image: Option<SocketAddr>,
    /// The control API's.
    pub control: Option<SocketAddr>,
}

impl OwnAddresses {
    /// What is behind the path of the port file, and the address that stands there.
    fn by_suffix(self) -> [(&'static str, Option<SocketAddr>); 3] {
        [
            (".identity", self.identity),
            (".image", self.image),
            (".control", self.control),
        ]
    }
}

impl PortFile {
    /// Takes away what an earlier run has left there.
    ///
    /// # Errors
    /// When it cannot be taken away.
    pub fn clear(path: &Path) -> Result<Self, CommandError> {
        let file = Self {
            path: path.to_owned(),
        };
        for path in file.paths() {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(failed(&path, error));
                }
                _ => {}
            }
        }
        Ok(file)
    }

    /// Says where the server is. Who waits for the first file finds the others there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, port: u16, own: OwnAddresses) -> Result<(), CommandError> {
        for (suffix, address) in own.by_suffix() {
            if let Some(address) = address {
                let path = with_suffix(&self.path, suffix);
                write(&path, address).map_err(|error| failed(&path, error))?;
            }
        }
        write(&self.path, port).map_err(|error| failed(&self.path, error))
    }

    /// The file, and those beside it.
    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        let suffixes = OwnAddresses::default().by_suffix().into_iter();
        let own = suffixes.map(|(suffix, _)| with_suffix(&self.path, suffix));
        std::iter::once(self.path.clone()).chain(own)
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        for path in self.paths() {
            _ = std::fs::remove_file(path);
        }
    }
}

/// Written beside and moved, so that nobody ever reads half of it.
fn write(path: &Path, line: impl Display) -> io::Result<()> {
    let partial = with_suffix(path, ".partial");
    std::fs::write(&partial, format!("{line}\n"))?;
    std::fs::rename(&partial, path)
}

fn with_suffix(path: &Path, suffix: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed(path: &Path, source: io::Error) -> CommandError {
    CommandError::PortFile {
        path: path.to_owned(),
        source,
    }
}
