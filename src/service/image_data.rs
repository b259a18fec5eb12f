//! Image data on their way in and out: what a facade's rules are carried out with.
//!
//! Whatever waits, for the disk or for a write of the database, does so on the spool's threads; here it
//! is awaited. Who may do what, and what becomes of an image, is decided by whoever calls.

use crate::domain::{DataKind, GlanceStatus, Image};
pub use crate::store::spool::SpoolError;
use crate::store::spool::{DataName, Reading, Spool, Stored, Unfinished, Upload};
use crate::store::{Decided, ImageDataRow, Patience, Store, StoreError, UploadTicket};
use bytes::Bytes;
use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

/// What goes wrong with image data, apart from rules.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The rows of it.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The files of it.
    #[error("{0}")]
    Spool(#[from] SpoolError),
}

impl From<Unfinished> for DataError {
    fn from(unfinished: Unfinished) -> Self {
        Self::Spool(unfinished.into())
    }
}

/// The data of a cloud's images.
#[derive(Clone, Debug)]
pub struct ImageData {
    store: Arc<Store>,
    spool: Spool,
    most_bytes: u64,
}

impl ImageData {
    /// Of a store's images, in the spool that it keeps its data in; an upload has at most so many
    /// bytes.
    #[must_use]
    pub fn new(store: Arc<Store>, spool: Spool, most_bytes: u64) -> Self {
        Self {
            store,
            spool,
            most_bytes,
        }
    }

    /// The same over another store that keeps its data in the same spool.
    #[must_use]
    pub fn over(&self, store: Arc<Store>) -> Self {
        Self {
            store,
            ..self.clone()
        }
    }

    /// The most bytes that an image may have.
    #[must_use]
    pub fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Drops this once all is as it stays: temporary files are gone then.
    pub fn when_closed(&self, token: impl Any + Send + Sync) {
        self.spool.when_closed(Box::new(token));
    }

    /// Begins an upload: `decide` looks at the image and says what it becomes meanwhile (saving), and
    /// what else the caller wants to know.
    ///
    /// # Errors
    /// What `decide` says, or when there is no place for the data; then nothing changed.
    pub async fn begin<T, E>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>) -> Result<Decided<T>, E> + Send + 'static,
    ) -> Result<(Receiving, T), E>
    where
        T: Send + 'static,
        E: From<DataError> + From<StoreError> + Send + 'static,
    {
        let upload = self.spool.begin(self.most_bytes).await;
        let upload = upload.map_err(DataError::from)?;
        let (this, id) = (self.clone(), id.to_owned());
        let begun = self.on_row(move || {
            let (ticket, value) = this.store.begin_upload(&id, decide)?;
            // Made there, so that it is undone when the caller has left meanwhile.
            let receiving = Receiving {
                data: this,
                upload: Some(upload),
                ticket: Some(ticket),
            };
            Ok((receiving, value))
        });
        begun.await.map_err(DataError::from)?
    }

    /// What an image has of data.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(&self, id: &str, kind: DataKind) -> Result<Option<ImageDataRow>, StoreError> {
        self.store.data(id, kind)
    }

    /// How many bytes an image has, if it has any data here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn size(&self, image: &Image) -> Result<Option<u64>, StoreError> {
        if !image.has_data {
            return Ok(None);
        }
        Ok(self.of(&image.id, DataKind::Image)?.map(|row| row.size))
    }

    /// Reads data: a range of them, as far as they go, or all.
    ///
    /// # Errors
    /// When they are not there, or cannot be read.
    pub async fn open(
        &self,
        name: &DataName,
        range: Option<Range<u64>>,
    ) -> Result<Reading, SpoolError> {
        self.spool.open(name, range).await
    }

    /// Makes staged data those of the image, as `decide` says it becomes with them.
    ///
    /// # Errors
    /// What `decide` says, or when the store fails; then nothing changed.
    pub async fn use_staged<T, E>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>, Option<&ImageDataRow>) -> Result<Decided<T>, E>
        + Send
        + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DataError> + From<StoreError> + Send + 'static,
    {
        let (store, id) = (Arc::clone(&self.store), id.to_owned());
        let used = self.on_row(move || store.use_staged(&id, decide));
        used.await.map_err(DataError::from)?
    }

    /// Does this on a thread that may wait for the database; for whoever else has that, as long as one write
    /// that begins now.
    async fn on_row<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let end = self.store.end_of_patience();
        let done = self.spool.rows().run(move || {
            let _patience = end.map(Patience::until);
            work()
        });
        done.await
    }
}

/// An upload to an image. Dropped before it has ended, as when its client leaves, the image is queued
/// again and nothing of the data stays.
#[derive(Debug)]
pub struct Receiving {
    data: ImageData,
    upload: Option<Upload>,
    ticket: Option<UploadTicket>,
}

impl Receiving {
    /// Takes more. Waits as long as more would not fit into memory.
    ///
    /// # Errors
    /// When there is more than is taken, or it cannot be written.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), SpoolError> {
        match &mut self.upload {
            Some(upload) => upload.write(bytes).await,
            None => Err(Unfinished.into()),
        }
    }

    /// That was all of it: the data are the image's, which becomes what `decide` makes of it, knowing
    /// what came. Nothing when the image is gone meanwhile.
    ///
    /// # Errors
    /// What `decide` says, or when the data cannot be kept; then the image is queued again.
    pub async fn finish<T, E>(
        self,
        kind: DataKind,
        decide: impl FnOnce(Image, &Stored) -> Result<Decided<T>, E> + Send + 'static,
    ) -> Result<Option<T>, E>
    where
        T: Send + 'static,
        E: From<DataError> + From<StoreError> + Send + 'static,
    {
        self.complete().await?.finish(kind, decide).await
    }

    /// That was all of it; what becomes of the image is decided later.
    ///
    /// # Errors
    /// When the data cannot be kept; then the image is queued again.
    pub async fn complete(mut self) -> Result<Received, DataError> {
        let upload = self.upload.take().ok_or(Unfinished)?;
        let stored = upload.finish().await?;
        Ok(Received {
            receiving: self,
            stored,
        })
    }

    /// There will be no more of it: nothing of the data stays, and the image becomes what `decide`
    /// makes of it. Nothing when it is gone meanwhile.
    ///
    /// # Errors
    /// What `decide` says, or when the store fails; then the image is queued again.
    pub async fn abandon<T, E>(
        mut self,
        decide: impl FnOnce(Image) -> Result<Decided<T>, E> + Send + 'static,
    ) -> Result<Option<T>, E>
    where
        T: Send + 'static,
        E: From<DataError> + From<StoreError> + Send + 'static,
    {
        self.upload = None;
        let data = self.data.clone();
        let abandoned = data.on_row(move || self.end(None, |image, _| decide(image)));
        abandoned.await.map_err(DataError::from)?
    }

    fn end<T, E: From<StoreError>>(
        &mut self,
        kept: Option<(DataKind, Stored)>,
        decide: impl FnOnce(Image, Option<&Stored>) -> Result<Decided<T>, E>,
    ) -> Result<Option<T>, E> {
        let Some(ticket) = &self.ticket else {
            return Ok(None);
        };
        let ended = self.data.store.end_upload(ticket, kept, decide)?;
        self.ticket = None;
        Ok(ended)
    }
}

/// An upload whose data are all there, and the image's only once it ends. Dropped before, as a
/// [`Receiving`] is.
#[derive(Debug)]
pub struct Received {
    receiving: Receiving,
    stored: Stored,
}

impl Received {
    /// What came.
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// The data are the image's, which becomes what `decide` makes of it, knowing what came. Nothing when
    /// the image is gone meanwhile. It waits for the store: [`Self::finish`] does so elsewhere.
    ///
    /// # Errors
    /// What `decide` says, or when the store fails; then the image is queued again.
    pub fn keep<T, E: From<DataError> + From<StoreError>>(
        self,
        kind: DataKind,
        decide: impl FnOnce(Image, &Stored) -> Result<Decided<T>, E>,
    ) -> Result<Option<T>, E> {
        let Self {
            mut receiving,
            stored,
        } = self;
        // Refused, the receiving is dropped, which undoes it.
        receiving.end(Some((kind, stored)), |image, stored| match stored {
            Some(stored) => decide(image, stored),
            None => Err(DataError::from(Unfinished).into()),
        })
    }

    /// The same, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub async fn finish<T, E>(
        self,
        kind: DataKind,
        decide: impl FnOnce(Image, &Stored) -> Result<Decided<T>, E> + Send + 'static,
    ) -> Result<Option<T>, E>
    where
        T: Send + 'static,
        E: From<DataError> + From<StoreError> + Send + 'static,
    {
        let data = self.receiving.data.clone();
        let finished = data.on_row(move || self.keep(kind, decide));
        finished.await.map_err(DataError::from)?
    }

    /// Nothing of the data stays, and the image becomes what `decide` makes of it. Nothing when it is gone
    /// meanwhile. It waits for the store.
    ///
    /// # Errors
    /// What `decide` says, or when the store fails; then the image is queued again.
    pub fn let_go<T, E: From<StoreError>>(
        self,
        decide: impl FnOnce(Image) -> Result<Decided<T>, E>,
    ) -> Result<Option<T>, E> {
        let mut receiving = self.receiving;
        receiving.end(None, |image, _| decide(image))
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else {
            return;
        };
        // Its part goes first: who sees the image queued again finds nothing of the data.
        self.upload = None;
        let store = Arc::clone(&self.data.store);
        self.data.spool.rows().spawn(move || {
            let undone = store.end_upload(&ticket, None, |mut image, _| {
                image.status = GlanceStatus::Queued;
                Ok::<_, StoreError>((Box::new(image), ()))
            });
            if let Err(error) = undone {
                let id = ticket.image();
                tracing::error!(%error, id, "the upload of an image could not be undone");
            }
        });
    }
}

#[cfg(test)]
mod tests;
