//! Everything that one emulator is, in one value. A second emulator is a second value.

use super::failure::Failure;
use super::identity::Identity;
use super::images::Images;
use super::rate_limit::RateLimiter;
use super::waldur::Waldur;
use crate::config::{Config, SyncMode};
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{Image, TextMaker};
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
        let store = Arc::new(Store::open(location, texts)?);
        let loaded = store.load(&fixture.images)?;
        let over_nova_fake = fixture.is_nova_fake_corpus();
        let waldur = Waldur::new(Arc::clone(&store), clock.clone(), &fixture);
        let app = Self {
            images: Images::new(Arc::clone(&store), clock.clone()),
            waldur,
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
