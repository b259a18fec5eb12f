//! The file that tells others the port.

use super::error::CommandError;
use std::path::Path;

/// Written beside and moved, so that whoever waits for the file never reads half of it.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, port: u16) -> Result<(), CommandError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = std::fs::write(&partial, format!("{port}\n"))
        .and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|source| CommandError::PortFile {
        path: path.to_owned(),
        source,
    })
}
