//! Data on their way into images and out of them: who may, and what becomes of the image.

use super::service::{Images, note, visible};
use crate::domain::disk::{Found, Inspection};
use crate::domain::{Caller, DataKind, GlanceStatus, Image, Timestamp};
use crate::service::access;
use crate::service::error::ImageError;
use crate::service::image_data::{DataError, ImageData, Received, Receiving};
use crate::service::rules::ImageRules;
use crate::service::transitions::Arrival;
use crate::service::upload_error::UploadError;
use crate::store::Decided;
use crate::store::spool::{Reading, Stored};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use std::fmt::Display;
use std::ops::Range;

/// What is made of the format that data are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing: API v1 looks at no data.
    Ignored,
    /// The size of the disk is taken from it.
    Noted,
    /// The same, and it has to be the declared one.
    Checked,
}

/// Who brings data, under which rules, and what they were announced to be.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Who asks.
    pub caller: Caller,
    /// What the service does.
    pub rules: ImageRules,
    /// What is made of their format.
    pub content: Content,
    /// How many bytes there are to be.
    pub size: Option<u64>,
    /// Which MD5 they are to have.
    pub checksum: Option<String>,
    /// What an image becomes whose data are not what was announced.
    pub spoilt: GlanceStatus,
}

/// What became of an upload that ended.
type Ended = Result<Image, UploadError>;

impl Images {
    /// Takes the data of a queued image, which is active then; where a plan has it wait, it stays saving
    /// until that says so.
    ///
    /// # Errors
    /// When the caller may not, the image takes none, or they are not what they were said to be.
    pub async fn upload<E: Display>(
        &self,
        data: &ImageData,
        intake: &Intake,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Image, UploadError> {
        let receiving = self.begin(data, intake, id, GlanceStatus::Saving).await?;
        self.receive(receiving, intake, id, body).await
    }

    /// Begins an import of data that the caller does not bring: until [`Self::receive`] has them all,
    /// the image is importing.
    ///
    /// # Errors
    /// When the caller may not, or the image takes no data.
    pub async fn begin_import(
        &self,
        data: &ImageData,
        intake: &Intake,
        id: &str,
    ) -> Result<Receiving, UploadError> {
        self.begin(data, intake, id, GlanceStatus::Importing).await
    }

    /// Takes the data of an upload that has begun.
    ///
    /// # Errors
    /// When they are not what they were said to be, or do not come.
    pub async fn receive<E: Display>(
        &self,
        receiving: Receiving,
        intake: &Intake,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Image, UploadError> {
        let (now, intake) = (self.clock.now(), intake.clone());
        let spoilt = intake.spoilt;
        let receiving = received(receiving, body, spoilt, now).await?;
        let received = receiving.complete().await?;
        // Data that are not what was announced are refused at once.
        if self.transitions.makes_wait(id) && self.is_as_announced(&received, &intake, id, now)? {
            let arrival = Arrival::new(received, move |image, stored, at| {
                with_data(image, stored, &intake, at).0
            });
            let image = self.transitions.put_off(id, arrival)?;
            return ended(id, image.map(Ok));
        }
        let finished = received.finish(DataKind::Image, move |image, stored| {
            Ok::<_, UploadError>(with_data(image, stored, &intake, now))
        });
        ended(id, finished.await?)
    }

    fn is_as_announced(
        &self,
        received: &Received,
        intake: &Intake,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, UploadError> {
        let image = self.store.image(id)?;
        let with_data = |image| with_data(image, received.stored(), intake, now);
        Ok(image.is_some_and(|image| with_data(image).1.is_ok()))
    }

    /// Takes data that an import will use: the image waits for it.
    ///
    /// # Errors
    /// As for an upload.
    pub async fn stage<E: Display>(
        &self,
        data: &ImageData,
        intake: &Intake,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Image, UploadError> {
        let receiving = self.begin(data, intake, id, GlanceStatus::Uploading);
        let (receiving, now) = (receiving.await?, self.clock.now());
        let receiving = received(receiving, body, GlanceStatus::Queued, now).await?;
        let finished = receiving.finish(DataKind::Staged, move |mut image, stored| {
            image.size_bytes = Some(bytes(stored.size));
            image.updated_at = now;
            Ok::<_, UploadError>((Box::new(image.clone()), Ok(image)))
        });
        ended(id, finished.await?)
    }

    async fn begin(
        &self,
        data: &ImageData,
        intake: &Intake,
        id: &str,
        status: GlanceStatus,
    ) -> Result<Receiving, UploadError> {
        let (now, intake) = (self.clock.now(), intake.clone());
        let begun = data.begin(id, move |image| -> Result<Decided<()>, UploadError> {
            let mut image =
                visible(&intake.caller, &intake.rules, image).map_err(ImageError::from)?;
            access::change(&intake.caller, &intake.rules, &image).map_err(ImageError::from)?;
            if image.status != GlanceStatus::Queued {
                return Err(UploadError::Status(image.status));
            }
            if status == GlanceStatus::Saving {
                check_formats(&image)?;
            }
            image.status = status;
            image.updated_at = now;
            Ok((Box::new(image), ()))
        });
        let begun = begun.await;
        let (receiving, ()) = begun.inspect_err(|error| note(id, &error.why()))?;
        Ok(receiving)
    }

    /// Makes what was staged the data of the image, which is active then.
    ///
    /// # Errors
    /// When the caller may not, or nothing was staged.
    pub async fn import(
        &self,
        data: &ImageData,
        intake: &Intake,
        id: &str,
    ) -> Result<Image, UploadError> {
        let found = match data.of(id, DataKind::Staged)? {
            Some(row) => Some(inspected(data.open(&row.name, None).await?).await?),
            None => None,
        };
        let (now, intake) = (self.clock.now(), intake.clone());
        let imported = data.use_staged(id, move |image, row| {
            let image = visible(&intake.caller, &intake.rules, image).map_err(ImageError::from)?;
            access::change(&intake.caller, &intake.rules, &image).map_err(ImageError::from)?;
            let (Some(row), Some(found)) = (row, found) else {
                return Err(UploadError::NoData);
            };
            let digests = Digests {
                size: row.size,
                md5: &row.md5,
                sha512: row.name.as_str(),
            };
            Ok::<_, UploadError>(kept(image, &digests, &found, &intake, now))
        });
        imported.await?
    }

    /// The data of an image, or a range of them.
    ///
    /// # Errors
    /// When the caller may not, or there are none.
    pub async fn download(
        &self,
        data: &ImageData,
        image: &Image,
        range: Option<Range<u64>>,
    ) -> Result<Reading, UploadError> {
        let row = data.of(&image.id, DataKind::Image)?;
        let row = row.ok_or(UploadError::NoData)?;
        Ok(data.open(&row.name, range).await?)
    }
}

fn check_formats(image: &Image) -> Result<(), UploadError> {
    let formats = [
        ("disk_format", &image.disk_format),
        ("container_format", &image.container_format),
    ];
    let missing = formats
        .into_iter()
        .filter(|(_, format)| format.as_ref().is_none_or(String::is_empty));
    let missing: Vec<_> = missing.map(|(name, _)| name).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(UploadError::MissingFormats(missing)),
    }
}

/// Takes a whole body. What is too large leaves nothing behind.
async fn received<E: Display>(
    mut receiving: Receiving,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    spoilt: GlanceStatus,
    now: Timestamp,
) -> Result<Receiving, UploadError> {
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| UploadError::CutOff(error.to_string()))?;
        if let Err(error) = receiving.write(chunk).await {
            let abandoned = receiving.abandon(move |mut image| {
                image.status = spoilt;
                image.updated_at = now;
                Ok::<_, DataError>((Box::new(image), ()))
            });
            abandoned.await?;
            return Err(error.into());
        }
    }
    Ok(receiving)
}

fn ended(id: &str, ended: Option<Ended>) -> Ended {
    let ended = ended.unwrap_or(Err(UploadError::Gone));
    ended.inspect_err(|error| note(id, &error.why()))
}

fn bytes(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// What is known of data.
struct Digests<'d> {
    size: u64,
    md5: &'d str,
    sha512: &'d str,
}

fn with_data(mut image: Image, stored: &Stored, intake: &Intake, now: Timestamp) -> Decided<Ended> {
    let digests = Digests {
        size: stored.size,
        md5: &stored.md5,
        sha512: stored.hold.name().as_str(),
    };
    if let Some(error) = not_as_announced(&digests, intake) {
        image.status = intake.spoilt;
        image.updated_at = now;
        return (Box::new(image), Err(error));
    }
    kept(image, &digests, &stored.found, intake, now)
}

fn not_as_announced(digests: &Digests<'_>, intake: &Intake) -> Option<UploadError> {
    let got = digests.size;
    if let Some(expected) = intake.size.filter(|expected| *expected != got) {
        return Some(UploadError::Size { expected, got });
    }
    let expected = intake.checksum.as_ref()?;
    (expected != digests.md5).then(|| UploadError::Checksum {
        expected: expected.clone(),
        got: digests.md5.to_owned(),
    })
}

/// An image whose data these are from now on. Data of another format than the declared one are kept, but
/// the image stays queued.
fn kept(
    mut image: Image,
    digests: &Digests<'_>,
    found: &Found,
    intake: &Intake,
    now: Timestamp,
) -> Decided<Ended> {
    image.updated_at = now;
    image.has_data = true;
    image.checksum = Some(digests.md5.to_owned());
    image.os_hash_algo = Some("sha512".to_owned());
    image.os_hash_value = Some(digests.sha512.to_owned());
    let is_looked_at =
        intake.content != Content::Ignored && image.container_format.as_deref() == Some("bare");
    let format = image.disk_format.as_deref().filter(|_| is_looked_at);
    let virtual_size = format.map_or(Ok(None), |format| found.fit(format));
    match virtual_size {
        Err(misfit) if intake.content == Content::Checked => {
            image.status = GlanceStatus::Queued;
            image.size_bytes = None;
            image.virtual_size_bytes = None;
            (Box::new(image), Err(UploadError::Misfit(misfit)))
        }
        virtual_size => {
            image.status = GlanceStatus::Active;
            image.size_bytes = Some(bytes(digests.size));
            image.virtual_size_bytes = virtual_size.ok().flatten().map(bytes);
            (Box::new(image.clone()), Ok(image))
        }
    }
}

/// Reads staged data once more, to see what they are.
async fn inspected(mut reading: Reading) -> Result<Found, UploadError> {
    let mut inspection = Inspection::new();
    while let Some(piece) = reading.next().await {
        inspection.see(&piece?);
    }
    Ok(inspection.finish())
}
