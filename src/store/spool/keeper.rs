//! The spool as its stores see it.

use super::error::SpoolError;
use super::folder::{self, Folder, Place};
use super::hold::Hold;
use super::name::DataName;
use super::part::Part;
use super::pool::Pool;
use super::reading::Reading;
use super::room::{BLOCK_BYTES, Room};
use super::upload::Upload;
use sha2::{Digest as _, Sha512};
use std::any::Any;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Keeps image data. Shared between threads and stores; every method may be called from any.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Room>);

impl Spool {
    /// At a place. Nothing is read or made yet.
    #[must_use]
    pub fn at(place: &Place) -> Self {
        Self(Arc::new(Room::new(Folder::at(place))))
    }

    /// Removes, behind everybody's back, folders that servers left behind which were killed.
    pub fn sweep_temporary(&self) {
        self.0.files.spawn(|| {
            let folders = folder::sweep_temporary();
            if folders > 0 {
                tracing::info!(
                    folders,
                    "image data of servers that were killed are removed"
                );
            }
        });
    }

    /// Drops this once the spool is closed: a temporary folder is gone then.
    pub fn when_closed(&self, token: Box<dyn Any + Send + Sync>) {
        self.0.when_closed(token);
    }

    /// The threads that wait for files.
    #[cfg(test)]
    #[must_use]
    pub fn files(&self) -> &Pool {
        &self.0.files
    }

    /// The threads that wait for the database: for rows that are written together with data. Nobody who only
    /// wants a file waits for them.
    #[must_use]
    pub fn rows(&self) -> &Pool {
        &self.0.rows
    }

    /// Begins an upload of at most so many bytes.
    ///
    /// # Errors
    /// When there is no place to write it to.
    pub async fn begin(&self, most: u64) -> Result<Upload, SpoolError> {
        let room = Arc::clone(&self.0);
        let part = self.0.files.run(move || Part::create(&room)).await??;
        Ok(Upload::new(Arc::clone(&self.0), part, most))
    }

    /// Reads data: this range of them, as far as they go, or all.
    ///
    /// # Errors
    /// When they are not there, or cannot be read.
    pub async fn open(
        &self,
        name: &DataName,
        range: Option<Range<u64>>,
    ) -> Result<Reading, SpoolError> {
        let (spool, name) = (self.clone(), name.clone());
        let opened = self.0.files.run(move || {
            let hold = spool.hold(&name);
            open(&spool.0, hold, range)
        });
        opened.await?
    }

    /// Keeps data from going.
    #[must_use]
    pub fn hold(&self, name: &DataName) -> Hold {
        self.0.hold(name);
        Hold::counted(Arc::clone(&self.0), name.clone())
    }

    /// Where its files are, or are to be.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.0.folder.place()
    }

    /// The file of these data, while somebody holds them.
    #[must_use]
    pub fn file_of(&self, name: &DataName) -> Option<PathBuf> {
        let file = self.0.folder.path()?.join(name.as_str());
        file.is_file().then_some(file)
    }

    /// Holds data that are in another file, which is copied where they are not here. Waits for the disk.
    ///
    /// # Errors
    /// When they cannot be read or written, or the file has others.
    pub fn adopt(&self, file: &Path, name: &DataName) -> Result<Hold, SpoolError> {
        // So that they do not go meanwhile.
        let held = self.hold(name);
        if self.file_of(name).is_some() {
            return Ok(held);
        }
        let part = self.0.new_part(self.0.folder.made()?);
        let copied = self.copy(file, name, &part);
        if !matches!(copied, Ok(true)) {
            _ = std::fs::remove_file(&part);
        }
        copied?;
        Ok(Hold::counted(Arc::clone(&self.0), name.clone()))
    }

    /// Copies a file to where its data belong; says whether they were not there.
    fn copy(&self, file: &Path, name: &DataName, part: &Path) -> Result<bool, SpoolError> {
        let (mut source, mut target) = (File::open(file)?, File::create_new(part)?);
        let mut digest = Sha512::new();
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let read = source.read(&mut block)?;
            let bytes = block.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            digest.update(bytes);
            target.write_all(bytes)?;
        }
        if DataName::of(&digest.finalize()) != *name {
            return Err(SpoolError::Other(name.to_string()));
        }
        target.sync_all()?;
        self.0.store(part, name)
    }

    /// A row that named these data is gone. With the last one the data go.
    pub fn let_go(&self, name: &DataName) {
        self.0.let_go(name);
    }

    /// Removes what nobody holds, as a crash leaves it behind: when all rows that name data are held,
    /// and before anybody uploads. Says how many files it were.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file not be removed.
    pub fn sweep(&self) -> Result<usize, SpoolError> {
        self.0.sweep()
    }
}

fn open(room: &Room, hold: Hold, range: Option<Range<u64>>) -> Result<Reading, SpoolError> {
    let missing = || SpoolError::Missing(hold.name().to_string());
    let folder = room.folder.path().ok_or_else(missing)?;
    let file = match File::open(folder.join(hold.name().as_str())) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing()),
        other => other?,
    };
    let size = file.metadata()?.len();
    let range = range.unwrap_or(0..size);
    let (start, end) = (range.start.min(size), range.end.min(size));
    let bytes = end.saturating_sub(start);
    Ok(Reading::new(room.files.clone(), hold, file, start, bytes)?)
}
