//! Uploads, and what becomes of the data that they bring.
//!
//! An upload has a row of its own, beside what the image's status says: a fixture may hold images that
//! *are* saving, and after a crash only those are put back whose upload it was.

use super::data::{self, ImageDataRow};
use super::error::StoreError;
use super::images::Store;
use super::rows;
use super::shared_texts::Tables;
use super::spool::{Spool, Stored};
use crate::domain::{DataKind, GlanceStatus, Image, TextMaker};
use rusqlite::params;

/// An upload that is under way. It is void once its image is gone, or another upload has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadTicket {
    image: String,
    number: i64,
}

impl UploadTicket {
    /// To which image.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.image
    }
}

/// What an image becomes, and what else was decided.
pub type Decided<T> = (Box<Image>, T);

impl Store {
    /// Keeps the data of its images in a spool: holds those that its rows name, and puts back to
    /// queued what was being uploaded when the last server ended. Says how many images that were.
    ///
    /// # Errors
    /// When the database fails, or a row names no data.
    pub fn keep_data(&mut self, spool: Spool) -> Result<usize, StoreError> {
        let (recovered, names) = self.database.write_all(|connection| {
            let recovered = recover(connection, &self.maker)?;
            Ok((recovered, data::names(connection)?))
        })?;
        for name in &names {
            spool.hold(name).keep();
        }
        self.spool = Some(spool);
        if recovered > 0 {
            self.changes.everything();
        }
        Ok(recovered)
    }

    /// Lets `decide` look at an image, and begins an upload to it.
    ///
    /// # Errors
    /// What `decide` says, or when the database fails; then nothing changed.
    pub fn begin_upload<T, E: From<StoreError>>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>) -> Result<Decided<T>, E>,
    ) -> Result<(UploadTicket, T), E> {
        let written = self.database.write(|connection| {
            let known = rows::known(connection, id)?;
            let (image, value) = match decide(known.as_ref().map(|(_, image)| image.clone())) {
                Ok(decided) => decided,
                Err(refusal) => return Ok(Err(refusal)),
            };
            rows::put_known(connection, &self.maker, known.as_ref(), &image)?;
            let sql = "INSERT OR REPLACE INTO uploads (image) VALUES (?1)";
            connection.prepare_cached(sql)?.execute([id])?;
            let ticket = UploadTicket {
                image: id.to_owned(),
                number: connection.last_insert_rowid(),
            };
            Ok(Ok((ticket, value)))
        });
        let value = written??;
        self.changes.one(id);
        Ok(value)
    }

    /// Ends an upload, with data or without any, and lets `decide` say what becomes of the image: data
    /// that it does not have then go.
    /// Nothing when it is void; then the data go.
    ///
    /// # Errors
    /// What `decide` says, or when the database fails; then nothing changed.
    pub fn end_upload<T, E: From<StoreError>>(
        &self,
        ticket: &UploadTicket,
        kept: Option<(DataKind, Stored)>,
        decide: impl FnOnce(Image, Option<&Stored>) -> Result<Decided<T>, E>,
    ) -> Result<Option<T>, E> {
        let id = ticket.image.as_str();
        let mut freed = None;
        let written = self.database.write(|connection| {
            let sql = "DELETE FROM uploads WHERE number = ?1 AND image = ?2";
            let mut delete = connection.prepare_cached(sql)?;
            let is_void = delete.execute(params![ticket.number, id])? == 0;
            let Some(known) = rows::known(connection, id)?.filter(|_| !is_void) else {
                return Ok(Ok(None));
            };
            let stored = kept.as_ref().map(|(_, stored)| stored);
            let (image, value) = match decide(known.1.clone(), stored) {
                Ok(decided) => decided,
                Err(refusal) => return Ok(Err(refusal)),
            };
            rows::put_known(connection, &self.maker, Some(&known), &image)?;
            let kept = kept
                .as_ref()
                .filter(|(kind, _)| *kind == DataKind::Staged || image.has_data);
            if let Some((kind, stored)) = kept {
                freed = data::take_one(connection, id, *kind)?;
                data::insert(connection, id, *kind, stored)?;
            }
            Ok(Ok(Some((value, kept.is_some()))))
        });
        let Some((value, is_kept)) = written?? else {
            return Ok(None);
        };
        self.changes.one(id);
        if let Some((_, stored)) = kept.filter(|_| is_kept) {
            stored.hold.keep();
        }
        self.let_go(freed);
        Ok(Some(value))
    }

    /// Makes staged data those of the image, as `decide` says it becomes with them.
    ///
    /// # Errors
    /// What `decide` says, or when the database fails; then nothing changed.
    pub fn use_staged<T, E: From<StoreError>>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>, Option<&ImageDataRow>) -> Result<Decided<T>, E>,
    ) -> Result<T, E> {
        let mut freed = None;
        let written = self.database.write(|connection| {
            let staged = data::find(connection, id, DataKind::Staged)?;
            let known = rows::known(connection, id)?;
            let before = known.as_ref().map(|(_, image)| image.clone());
            let (image, value) = match decide(before, staged.as_ref()) {
                Ok(decided) => decided,
                Err(refusal) => return Ok(Err(refusal)),
            };
            rows::put_known(connection, &self.maker, known.as_ref(), &image)?;
            if staged.is_some() {
                freed = data::take_one(connection, id, DataKind::Image)?;
                let sql = "UPDATE image_data SET staged = 0 WHERE image = ?1 AND staged = 1";
                connection.prepare_cached(sql)?.execute([id])?;
            }
            Ok(Ok(value))
        });
        let value = written??;
        self.changes.one(id);
        self.let_go(freed);
        Ok(value)
    }

    /// The data of an image, if it has any.
    ///
    /// # Errors
    /// When the database fails.
    pub fn data(&self, id: &str, kind: DataKind) -> Result<Option<ImageDataRow>, StoreError> {
        self.database
            .read(|connection| data::find(connection, id, kind))
    }
}

/// Puts back what was being uploaded.
pub fn recover(connection: &Tables<'_>, maker: &TextMaker) -> Result<usize, StoreError> {
    let mut select = connection.prepare("SELECT image FROM uploads ORDER BY number")?;
    let ids: Result<Vec<String>, _> = select.query_map([], |row| row.get(0))?.collect();
    let mut recovered = 0;
    for id in ids? {
        let mut image = match rows::find(connection, &id) {
            Ok(Some(image)) => image,
            Ok(None) => continue,
            Err(StoreError::Damaged(damage)) => {
                tracing::error!(%damage, "an image whose upload was cut off stays as it is");
                continue;
            }
            Err(other) => return Err(other),
        };
        if matches!(
            image.status,
            GlanceStatus::Saving | GlanceStatus::Uploading | GlanceStatus::Importing
        ) {
            image.status = GlanceStatus::Queued;
            rows::put(connection, maker, &image)?;
            recovered += 1;
        }
    }
    connection.execute("DELETE FROM uploads", [])?;
    Ok(recovered)
}
