//! Everything that one emulator is, in one value. A second emulator is a second value.

use super::failure::Failure;
use super::identity::Identity;
use super::image_data::ImageData;
use super::images::Images;
use super::rate_limit::RateLimiter;
use super::waldur::Waldur;
use super::web_download::WebDownloads;
use crate::config::{Config, SyncMode};
use crate::control::{Clock, Fixture, FixtureError, Ids};
use crate::domain::{Progress, TextMaker};
use crate::store::spool::{Place, Spool};
use crate::store::{DatabaseFile, Loaded, Location, Store, StoreError, Sync};
use std::sync::Arc;

/// One emulator: what the facades are given to answer with.
#[derive(Debug)]
pub struct App {
    /// How it was started.
    pub config: Config,
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// Its images.
    pub images: Images,
    /// The data of its images.
    pub image_data: ImageData,
    /// Where data may be fetched from.
    pub web_downloads: WebDownloads,
    /// Its users.
    pub identity: Identity,
    /// Waldur over the same images.
    pub waldur: Waldur,
    /// Who asked how often.
    pub rate_limiter: RateLimiter,
    /// Whether the images are just those of Nova's own fake image service.
    pub over_nova_fake: bool,
    store: Arc<Store>,
    /// What it goes back to; of large files not the images, but where they are.
    beginning: Fixture,
}

/// Why images are not stored.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// They cannot be read.
    #[error("{0}")]
    Fixture(#[from] FixtureError),
    /// The store fails.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl App {
    /// Opens the store and loads the fixture; data that are there already win over it. `texts` is what
    /// lists will show of the images.
    ///
    /// # Errors
    /// When the store cannot be used, or a large file of the fixture is gone or another by now.
    pub fn open(
        config: Config,
        mut fixture: Fixture,
        clock: Clock,
        ids: Ids,
        texts: TextMaker,
        progress: &dyn Progress,
    ) -> Result<(Self, Loaded), LoadError> {
        let location = match &config.database {
            Some(path) => Location::File(DatabaseFile {
                path: path.clone(),
                sync: match config.sync {
                    SyncMode::Full => Sync::Full,
                    SyncMode::Normal => Sync::Normal,
                },
                patience: config.lock_patience,
            }),
            // The seeded sequence may repeat in one process; the name must not.
            None => Location::Memory(Ids::random().uuid().to_string()),
        };
        let spool = spool(&config);
        let mut store = Store::open(location, texts)?;
        let recovered = store.keep_data(spool.clone())?;
        if recovered > 0 {
            tracing::info!(
                recovered,
                "images whose upload was cut off are queued again"
            );
        }
        sweep(&spool);
        if config.sweeps {
            spool.sweep_temporary();
        }
        let store = Arc::new(store);
        let images = fixture.image_count();
        progress.begin("storing", images as u64);
        let loaded = store.load_each::<LoadError>(images, |add| {
            fixture.each_image(&mut |image| {
                progress.step(1);
                add(image)
            })
        });
        progress.end();
        let loaded = loaded?;
        let over_nova_fake = fixture.is_nova_fake_corpus();
        let waldur = Waldur::new(Arc::clone(&store), clock.clone(), &fixture);
        let directory = std::mem::take(&mut fixture.directory);
        let app = Self {
            images: Images::new(Arc::clone(&store), clock.clone()),
            waldur,
            web_downloads: WebDownloads::new(&config),
            image_data: ImageData::new(Arc::clone(&store), spool, config.max_image_size),
            identity: Identity::open(directory, &config, clock.clone(), ids.clone(), &store)?,
            config,
            clock,
            ids,
            rate_limiter: RateLimiter::default(),
            over_nova_fake,
            store,
            beginning: fixture,
        };
        Ok((app, loaded))
    }

    /// Lets go what time has ended.
    pub fn tidy(&self) {
        if let Err(error) = self.identity.tidy() {
            // It is tried again.
            _ = Failure::of(&error);
        }
    }

    /// Whether what is written is kept.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), StoreError> {
        self.store.check()
    }

    /// Back to the fixture, as if just started.
    ///
    /// # Errors
    /// When the store fails, or a large file of the fixture is gone or another by now; then nothing
    /// changed.
    pub fn reset(&self) -> Result<(), LoadError> {
        self.rate_limiter.reset();
        self.waldur.reset();
        let images = self.beginning.image_count();
        self.store
            .replace_each::<LoadError>(images, |add| self.beginning.each_image(add))?;
        Ok(self.identity.forget()?)
    }
}

/// Beside the database, or where the system has its temporary files.
fn spool(config: &Config) -> Spool {
    match &config.database {
        Some(path) => Spool::at(&Place::Beside(path.clone())),
        // The seeded sequence may repeat in one process, and in others; the name must not.
        None => Spool::at(&Place::Temporary(Ids::random().uuid().to_string())),
    }
}

/// Data are served with what a crash left behind, too.
fn sweep(spool: &Spool) {
    match spool.sweep() {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "image data that no image has are removed"),
        Err(error) => tracing::warn!(%error, "image data that no image has stay"),
    }
}
