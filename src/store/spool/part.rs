//! The file that an upload is written to, until it has a name.

use super::error::SpoolError;
use super::name::DataName;
use super::room::Room;
use crate::domain::disk::{Found, Inspection};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;

/// Written bytes that are sent to the disk before more come, where they have to be there in the end:
/// so that the end does not wait for all of them.
const SYNCED_EVERY: u64 = 32 * 1024 * 1024;

/// A file that is being written. Dropped before it is finished, it goes.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    inspection: Inspection,
    /// What went wrong; from then on nothing is written.
    failed: Option<io::Error>,
    is_durable: bool,
    unsynced: u64,
    is_finished: bool,
}

impl Part {
    /// A new one. Waits for the disk.
    pub fn create(room: &Room) -> Result<Self, SpoolError> {
        let folder = room.folder.made()?;
        loop {
            let path = room.new_part(folder);
            match options().open(&path) {
                Ok(file) => {
                    return Ok(Self {
                        path,
                        file,
                        inspection: Inspection::new(),
                        failed: None,
                        is_durable: room.folder.is_durable(),
                        unsynced: 0,
                        is_finished: false,
                    });
                }
                // What could not be swept.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes more.
    pub fn write(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.try_write(bytes).err();
        }
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inspection.see(bytes);
        self.file.write_all(bytes)?;
        self.unsynced += bytes.len() as u64;
        if self.is_durable && self.unsynced >= SYNCED_EVERY {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(())
    }

    /// Makes it the data of a name, and says what they look like. Waits for the disk.
    pub fn finish(mut self, room: &Room, name: &DataName) -> Result<Found, SpoolError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        if self.is_durable {
            self.file.sync_all()?;
        }
        room.store(&self.path, name)?;
        self.is_finished = true;
        Ok(self.inspection.finish())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_finished
            && let Err(error) = fs::remove_file(&self.path)
        {
            let part = self.path.display();
            tracing::debug!(%error, %part, "a part stays until the next start");
        }
    }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}
