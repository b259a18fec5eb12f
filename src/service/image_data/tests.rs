//! Uploads from their beginning to whatever end, with rows and files.
#![allow(clippy::unwrap_used)]

use super::{DataError, ImageData, Receiving};
use crate::domain::{DataKind, GlanceStatus, Image, ImageTexts, TextMaker};
use crate::store::spool::tests::{block_on, rest};
use crate::store::spool::{Place, Spool, SpoolError};
use crate::store::{Change, DatabaseFile, Location, Store, StoreError};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

const NO_TEXTS: TextMaker = TextMaker {
    version: 1,
    make: |_| ImageTexts::default(),
};

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the image is {0:?}")]
    Not(GlanceStatus),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A cloud whose images are in a file.
struct Cloud {
    folder: PathBuf,
    data: ImageData,
}

impl Cloud {
    /// With the images `a` and `b`, queued, and `saving`, which is saving and nobody's upload.
    fn new(test: &str) -> Self {
        let name = format!("nova-images-uploads-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let cloud = Self::open(folder);
        let images = [
            ("a", GlanceStatus::Queued),
            ("b", GlanceStatus::Queued),
            ("saving", GlanceStatus::Saving),
        ];
        let images = images.map(|(id, status)| Image {
            status,
            ..Image::example(id, id)
        });
        cloud.data.store.load(&images).unwrap();
        cloud
    }

    fn open(folder: PathBuf) -> Self {
        let database = folder.join("db");
        let spool = Spool::at(&Place::Beside(database.clone()));
        let mut store = Store::open(Location::File(DatabaseFile::at(database)), NO_TEXTS).unwrap();
        store.keep_data(spool.clone()).unwrap();
        spool.sweep().unwrap();
        Self {
            folder,
            data: ImageData::new(Arc::new(store), spool, 1 << 20),
        }
    }

    /// As after a crash: nothing that is under way is undone.
    fn crash(mut self) -> Self {
        let folder = std::mem::take(&mut self.folder);
        rest(&self.data.spool);
        // Its lock on the file goes with it; what it would undo is forgotten by the caller.
        drop(self);
        Self::open(folder)
    }

    fn status(&self, id: &str) -> GlanceStatus {
        self.data.store.image(id).unwrap().unwrap().status
    }

    /// The files, once all that was begun is done.
    fn files(&self) -> usize {
        rest(&self.data.spool);
        rest(&self.data.spool);
        fs::read_dir(self.folder.join("db-data")).map_or(0, Iterator::count)
    }

    async fn begin(&self, id: &str) -> Result<Receiving, Failed> {
        let begun = self.data.begin(id, |image| {
            let mut image = image.unwrap();
            if image.status != GlanceStatus::Queued {
                return Err(Failed::Not(image.status));
            }
            image.status = GlanceStatus::Saving;
            Ok((Box::new(image), ()))
        });
        Ok(begun.await?.0)
    }

    async fn upload(&self, id: &str, data: &'static [u8]) -> Result<Option<()>, Failed> {
        let mut receiving = self.begin(id).await?;
        let written = receiving.write(Bytes::from_static(data)).await;
        written.map_err(DataError::from)?;
        let finished = receiving.finish(DataKind::Image, |mut image, stored| {
            image.status = GlanceStatus::Active;
            image.has_data = true;
            image.os_hash_value = Some(stored.hold.name().to_string());
            Ok((Box::new(image), ()))
        });
        finished.await
    }

    fn delete(&self, id: &str) {
        let deleted = self
            .data
            .store
            .change(id, |image| -> Result<_, StoreError> {
                let mut image = image.unwrap();
                image.status = GlanceStatus::Deleted;
                Ok(Change::Put(Box::new(image), ()))
            });
        deleted.unwrap();
    }

    async fn read(&self, id: &str) -> Option<Vec<u8>> {
        let row = self.data.of(id, DataKind::Image).unwrap()?;
        let mut reading = self.data.open(&row.name, None).await.unwrap();
        let mut came = Vec::new();
        while let Some(piece) = reading.next().await {
            came.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(came.len() as u64, row.size);
        Some(came)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[test]
fn an_upload_makes_an_image_active_and_its_data_go_with_it() {
    let cloud = Cloud::new("active");
    block_on(async {
        assert_eq!(cloud.read("a").await, None);
        assert!(cloud.upload("a", b"hello").await.unwrap().is_some());
        assert!(cloud.upload("b", b"hello").await.unwrap().is_some());
        assert_eq!(cloud.status("a"), GlanceStatus::Active);
        assert_eq!(cloud.read("a").await.unwrap(), b"hello");
        assert_eq!(cloud.files(), 1);
        cloud.delete("a");
        assert_eq!(cloud.read("a").await, None);
        assert_eq!(cloud.read("b").await.unwrap(), b"hello");
        cloud.data.store.replace_all(&[]).unwrap();
        assert_eq!(cloud.files(), 0);
    });
}

#[test]
fn whoever_leaves_finds_the_image_queued() {
    let cloud = Cloud::new("leaves");
    block_on(async {
        let mut receiving = cloud.begin("a").await.unwrap();
        receiving.write(Bytes::from_static(b"hel")).await.unwrap();
        assert_eq!(cloud.status("a"), GlanceStatus::Saving);
        let again = cloud.begin("a").await;
        assert!(matches!(again, Err(Failed::Not(GlanceStatus::Saving))));
        drop(receiving);
        assert_eq!(cloud.files(), 0);
        assert_eq!(cloud.status("a"), GlanceStatus::Queued);
        let mut large = cloud.begin("a").await.unwrap();
        let refused = large.write(vec![0; (1 << 20) + 1].into()).await;
        assert!(matches!(
            refused,
            Err(SpoolError::TooLarge { most: 0x10_0000 })
        ));
        drop(large);
        assert_eq!(cloud.files(), 0);
        assert!(cloud.upload("a", b"hello").await.unwrap().is_some());
    });
}

#[test]
fn an_upload_that_is_refused_or_abandoned_keeps_nothing() {
    let cloud = Cloud::new("refused");
    block_on(async {
        let mut receiving = cloud.begin("a").await.unwrap();
        receiving.write(Bytes::from_static(b"hello")).await.unwrap();
        let refuse = |image: Image, _: &_| Err::<(_, ()), _>(Failed::Not(image.status));
        let refused = receiving.finish(DataKind::Image, refuse).await;
        assert!(matches!(refused, Err(Failed::Not(GlanceStatus::Saving))));
        assert_eq!(cloud.files(), 0);
        assert_eq!(cloud.status("a"), GlanceStatus::Queued);
        let receiving = cloud.begin("a").await.unwrap();
        let killed = receiving.abandon(|mut image| {
            image.status = GlanceStatus::Killed;
            Ok::<_, Failed>((Box::new(image), ()))
        });
        assert!(killed.await.unwrap().is_some());
        assert_eq!(cloud.files(), 0);
        assert_eq!(cloud.status("a"), GlanceStatus::Killed);
    });
}

#[test]
fn an_upload_to_what_is_gone_meanwhile_is_void() {
    let cloud = Cloud::new("void");
    block_on(async {
        let finish = async |receiving: Receiving| {
            let active = |mut image: Image, _: &_| {
                image.has_data = true;
                Ok::<_, Failed>((Box::new(image), ()))
            };
            receiving.finish(DataKind::Image, active).await.unwrap()
        };
        let receiving = cloud.begin("a").await.unwrap();
        cloud.delete("a");
        assert!(finish(receiving).await.is_none());
        assert_eq!(cloud.status("a"), GlanceStatus::Deleted);
        // A reset brings the image back, but not the one that the upload was to.
        let receiving = cloud.begin("b").await.unwrap();
        let images = [Image {
            status: GlanceStatus::Queued,
            ..Image::example("b", "b")
        }];
        cloud.data.store.replace_all(&images).unwrap();
        let other = cloud.begin("b").await.unwrap();
        assert!(finish(receiving).await.is_none());
        assert_eq!(cloud.status("b"), GlanceStatus::Saving);
        assert!(finish(other).await.is_some());
        assert_eq!(cloud.files(), 1);
    });
}

#[test]
fn staged_data_become_the_images() {
    let cloud = Cloud::new("staged");
    block_on(async {
        let mut receiving = cloud.begin("a").await.unwrap();
        receiving.write(Bytes::from_static(b"hello")).await.unwrap();
        let stage = |mut image: Image, _: &_| {
            image.status = GlanceStatus::Uploading;
            Ok::<_, Failed>((Box::new(image), ()))
        };
        receiving.finish(DataKind::Staged, stage).await.unwrap();
        assert_eq!(cloud.read("a").await, None);
        let used = cloud.data.use_staged("a", |image, staged| {
            let mut image = image.unwrap();
            image.status = GlanceStatus::Active;
            image.has_data = true;
            image.checksum = staged.map(|staged| staged.md5.clone());
            Ok::<_, Failed>((Box::new(image), ()))
        });
        used.await.unwrap();
        assert_eq!(cloud.read("a").await.unwrap(), b"hello");
        assert_eq!(cloud.data.of("a", DataKind::Staged).unwrap(), None);
        assert_eq!(cloud.files(), 1);
    });
}

#[test]
fn after_a_crash_only_uploads_are_put_back() {
    let cloud = Cloud::new("crash");
    let cloud = block_on(async {
        assert!(cloud.upload("a", b"hello").await.unwrap().is_some());
        let mut receiving = cloud.begin("b").await.unwrap();
        receiving.write(vec![7; 400_000].into()).await.unwrap();
        assert_eq!(cloud.files(), 2);
        // Its end never comes; it holds no lock on the database.
        std::mem::forget((receiving.upload.take(), receiving.ticket.take()));
        drop(receiving);
        cloud.crash()
    });
    assert_eq!(cloud.status("a"), GlanceStatus::Active);
    assert_eq!(cloud.status("b"), GlanceStatus::Queued);
    assert_eq!(cloud.status("saving"), GlanceStatus::Saving);
    assert_eq!(cloud.files(), 1);
    assert_eq!(block_on(cloud.read("a")).unwrap(), b"hello");
}
