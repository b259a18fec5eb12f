//! The files that tell others where the server is.

use super::error::CommandError;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file that holds the port, and beside it those with the addresses that Keystone and Glance have of
/// their own; all are there as long as the server answers and no longer. A file of an earlier run would send clients elsewhere.
#[derive(Debug)]
pub struct PortFile {
    path: PathBuf,
    identity: PathBuf,
    image: PathBuf,
}

impl PortFile {
    /// Takes away what an earlier run has left there.
    ///
    /// # Errors
    /// When it cannot be taken away.
    pub fn clear(path: &Path) -> Result<Self, CommandError> {
        let file = Self {
            path: path.to_owned(),
            identity: with_suffix(path, ".identity"),
            image: with_suffix(path, ".image"),
        };
        for path in [&file.path, &file.identity, &file.image] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(failed(path, error));
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
    pub fn write(
        &self,
        port: u16,
        identity: Option<impl Display>,
        image: Option<impl Display>,
    ) -> Result<(), CommandError> {
        if let Some(address) = identity {
            write(&self.identity, address).map_err(|error| failed(&self.identity, error))?;
        }
        if let Some(address) = image {
            write(&self.image, address).map_err(|error| failed(&self.image, error))?;
        }
        write(&self.path, port).map_err(|error| failed(&self.path, error))
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        for path in [&self.path, &self.identity, &self.image] {
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
