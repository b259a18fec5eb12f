//! The file that an upload is written to, until it has a name.

use super::error::SpoolError;
use super::name::DataName;
use super::pool::Pool;
use super::room::Room;
use crate::domain::disk::{Found, Inspection};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Written bytes that are sent to the disk while more come, where they have to be there in the end: so
/// that the end does not wait for all of them.
const FLUSHED_EVERY: u64 = 32 * 1024 * 1024;

/// A file that is being written. Dropped before it is finished, it goes.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    inspection: Inspection,
    /// What went wrong; from then on nothing is written.
    failed: Option<io::Error>,
    flush: Option<Flush>,
    is_finished: bool,
}

/// Sends bytes to the disk behind the back of who writes them.
#[derive(Debug)]
struct Flush {
    files: Pool,
    /// A handle of its own: what goes wrong here is told to the other one again.
    file: Arc<File>,
    is_running: Arc<AtomicBool>,
    written: u64,
}

impl Part {
    /// A new one. Waits for the disk.
    pub fn create(room: &Room) -> Result<Self, SpoolError> {
        let folder = room.folder.made()?;
        loop {
            let path = room.new_part(folder);
            match options().open(&path) {
                Ok(file) => {
                    let mut part = Self {
                        path,
                        file,
                        inspection: Inspection::new(),
                        failed: None,
                        flush: None,
                        is_finished: false,
                    };
                    if room.folder.is_durable() {
                        part.flush = Some(Flush::new(room.files.clone(), File::open(&part.path)?));
                    }
                    return Ok(part);
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
        if let Some(flush) = &mut self.flush {
            flush.wrote(bytes.len());
        }
        Ok(())
    }

    /// Makes it the data of a name, and says what they look like. Waits for the disk.
    pub fn finish(mut self, room: &Room, name: &DataName) -> Result<Found, SpoolError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        if self.flush.is_some() {
            self.file.sync_all()?;
        }
        room.store(&self.path, name)?;
        self.is_finished = true;
        Ok(self.inspection.finish())
    }
}

impl Flush {
    fn new(files: Pool, file: File) -> Self {
        Self {
            files,
            file: Arc::new(file),
            is_running: Arc::default(),
            written: 0,
        }
    }

    /// So many more bytes are there to be sent.
    fn wrote(&mut self, bytes: usize) {
        self.written += bytes as u64;
        if self.written < FLUSHED_EVERY || self.is_running.swap(true, Ordering::AcqRel) {
            return;
        }
        self.written = 0;
        let (file, is_running) = (Arc::clone(&self.file), Arc::clone(&self.is_running));
        self.files.spawn(move || {
            if let Err(error) = file.sync_data() {
                tracing::debug!(%error, "an upload cannot be sent to the disk");
            }
            is_running.store(false, Ordering::Release);
        });
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
