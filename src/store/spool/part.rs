//! The file that an upload is written to, until it has a name.

use super::error::SpoolError;
use super::name::DataName;
use super::pool::{Pool, Unfinished};
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

/// A file that is being written. Dropped before it is data, it goes.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    inspection: Inspection,
    /// What went wrong; from then on nothing is written.
    failed: Option<io::Error>,
    has_failed: Arc<AtomicBool>,
    flush: Option<Flush>,
    is_kept: bool,
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
                        has_failed: Arc::default(),
                        flush: None,
                        is_kept: false,
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
            self.has_failed
                .store(self.failed.is_some(), Ordering::Release);
        }
    }

    /// Says, while it is written, whether that has failed.
    pub fn has_failed(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.has_failed)
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inspection.see(bytes);
        self.file.write_all(bytes)?;
        if let Some(flush) = &mut self.flush {
            flush.wrote(bytes.len());
        }
        Ok(())
    }

    /// Why it cannot be written.
    pub fn into_failure(mut self) -> SpoolError {
        match self.failed.take() {
            Some(error) => error.into(),
            None => Unfinished.into(),
        }
    }

    /// Makes it the data of a name, which somebody needs then. Waits for the disk.
    pub fn finish(mut self, room: &Room, name: &DataName) -> Result<Found, SpoolError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        if self.flush.is_some() {
            self.file.sync_all()?;
        }
        // Where equal data are there this one goes.
        self.is_kept = room.store(&self.path, name)?;
        Ok(self.inspection.finish())
    }
}

#[cfg(test)]
impl Part {
    /// One that takes nothing, as on a disk that is full.
    pub fn unwritable(room: &Room) -> Result<Self, SpoolError> {
        let mut part = Self::create(room)?;
        part.file = File::open(&part.path)?;
        Ok(part)
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
        if !self.is_kept
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
