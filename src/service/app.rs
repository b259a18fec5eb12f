//! Everything that one emulator is, in one value. A second emulator is a second value.

use super::failure::Failure;
use super::identity::Identity;
use super::image_data::ImageData;
use super::images::Images;
use super::rate_limit::RateLimiter;
use super::waldur::Waldur;
use super::web_download::WebDownloads;
use crate::config::{Config, SyncMode};
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{Image, TextMaker};
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
    fixture_images: Vec<Image>,
}

impl App {
    /// Opens the store and loads the fixture; data that are there already win over it. `texts` is what
    /// lists will show of the images.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn open(
        config: Config,
        fixture: Fixture,
        clock: Clock,
        ids: Ids,
        texts: TextMaker,
    ) -> Result<(Self, Loaded), StoreError> {
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
        let loaded = store.load(&fixture.images)?;
        let over_nova_fake = fixture.is_nova_fake_corpus();
        let waldur = Waldur::new(Arc::clone(&store), clock.clone(), &fixture);
        let app = Self {
            images: Images::new(Arc::clone(&store), clock.clone()),
            waldur,
            web_downloads: WebDownloads::new(&config),
            image_data: ImageData::new(Arc::clone(&store), spool, config.max_image_size),
            identity: Identity::open(
                fixture.directory,
                &config,
                clock.clone(),
                ids.clone(),
                &store,
            )?,
            config,
            clock,
            ids,
            rate_limiter: RateLimiter::default(),
            over_nova_fake,
            store,
            fixture_images: fixture.images,
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
    /// When the store fails; then nothing changed.
    pub fn reset(&self) -> Result<(), StoreError> {
        self.rate_limiter.reset();
        self.waldur.reset();
        self.store.replace_all(&self.fixture_images)?;
        self.identity.forget()
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
