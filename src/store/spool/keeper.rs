//! The spool as its stores see it.

use super::error::SpoolError;
use super::folder::{self, Folder, Place};
use super::hold::Hold;
use super::name::DataName;
use super::part::Part;
use super::pool::{Pool, Unfinished};
use super::reading::Reading;
use super::room::Room;
use super::upload::Upload;
use std::any::Any;
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
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

    /// The threads that wait for files: for rows that are written together with data.
    #[must_use]
    pub fn files(&self) -> &Pool {
        &self.0.files
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

    /// Does this on a thread that may wait for files.
    ///
    /// # Errors
    /// When it was not finished.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        self.0.files.run(work).await
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
