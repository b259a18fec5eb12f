//! The data of images: fetched one after the other, looked at, and kept by name.

use super::cloud::Cloud;
use super::error::ImportError;
use super::side_file::SideFile;
use super::staged::{Staged, Wanted};
use crate::domain::Progress;
use crate::store::ImageDataRow;
use crate::store::spool::{DataName, Spool, SpoolError, Stored};

/// What is taken from where to where.
pub struct TakingData<'t> {
    /// The cloud.
    pub cloud: &'t Cloud,
    /// What has come.
    pub side: &'t mut SideFile,
    /// The same, as far as it is needed.
    pub staged: &'t mut Staged,
    /// Where data are kept.
    pub spool: &'t Spool,
    /// Who is told how far it is.
    pub progress: &'t dyn Progress,
}

impl TakingData<'_> {
    /// Takes the data that are not here yet. Those that are here are held for the rows to come; says how
    /// many images there are whose data the cloud does not give.
    ///
    /// # Errors
    /// When data do not come, are others than their image tells of, or cannot be kept.
    pub async fn run(&mut self) -> Result<u64, ImportError> {
        let wanted = std::mem::take(&mut self.staged.with_data);
        self.progress.begin("data of", wanted.len() as u64);
        let taken = self.all(&wanted).await;
        self.progress.end();
        self.staged.with_data = wanted;
        taken
    }

    async fn all(&mut self, wanted: &[Wanted]) -> Result<u64, ImportError> {
        let mut missing = 0;
        for wanted in wanted {
            self.progress.step(1);
            if let Some(row) = self.staged.data.get(&wanted.id) {
                // Whoever cleared up meanwhile did not know that they are needed.
                if self.is_here(&row.name) {
                    self.spool.hold(&row.name).keep();
                    continue;
                }
            }
            if let Some(row) = self.row(wanted).await? {
                self.side.data(&wanted.id, &row)?;
                self.staged.data.insert(wanted.id.clone(), row);
            } else {
                self.staged.data.remove(&wanted.id);
                missing += 1;
            }
        }
        Ok(missing)
    }

    /// The data of an image, held.
    async fn row(&self, wanted: &Wanted) -> Result<Option<ImageDataRow>, ImportError> {
        if let (Some(name), Some(md5), Some(size)) = (&wanted.sha512, &wanted.md5, wanted.size)
            && self.is_here(name)
        {
            self.spool.hold(name).keep();
            return Ok(Some(ImageDataRow {
                name: name.clone(),
                md5: md5.clone(),
                size,
            }));
        }
        let Some(stored) = self.fetch(wanted).await? else {
            return Ok(None);
        };
        compare(wanted, &stored)?;
        let row = ImageDataRow {
            name: stored.hold.name().clone(),
            md5: stored.md5,
            size: stored.size,
        };
        stored.hold.keep();
        Ok(Some(row))
    }

    async fn fetch(&self, wanted: &Wanted) -> Result<Option<Stored>, ImportError> {
        let id = wanted.id.as_str();
        let failed = |source: SpoolError| ImportError::Spool {
            folder: self.spool.folder().to_owned(),
            id: id.to_owned(),
            source,
        };
        let Some(mut fetched) = self.cloud.data(id).await? else {
            return Ok(None);
        };
        let most = wanted.size.unwrap_or(u64::MAX);
        let mut upload = self.spool.begin(most).await.map_err(failed)?;
        loop {
            let piece = fetched.next().await;
            let piece = piece.map_err(|source| ImportError::CutOff {
                id: id.to_owned(),
                source,
            })?;
            match piece {
                Some(piece) => upload.write(piece).await.map_err(failed)?,
                None => return upload.finish().await.map(Some).map_err(failed),
            }
        }
    }

    fn is_here(&self, name: &DataName) -> bool {
        self.spool.file_of(name).is_some()
    }
}

/// Makes sure that data are those that an image tells of.
fn compare(wanted: &Wanted, stored: &Stored) -> Result<(), ImportError> {
    let name = stored.hold.name().to_string();
    let said = [
        (
            "size",
            wanted.size.map(|size| size.to_string()),
            stored.size.to_string(),
        ),
        ("MD5", wanted.md5.clone(), stored.md5.clone()),
        (
            "SHA-512",
            wanted.sha512.as_ref().map(ToString::to_string),
            name,
        ),
    ];
    for (what, said, found) in said {
        if let Some(said) = said.filter(|said| *said != found) {
            return Err(ImportError::OtherData {
                id: wanted.id.clone(),
                what,
                found,
                said,
            });
        }
    }
    Ok(())
}
