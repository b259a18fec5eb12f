//! The spaces of a server by name, beside its own.

use super::app::App;
use super::naming::{MOST_CHARACTERS, is_name};
use super::numbers::Numbers;
use super::outfit::{Operations, Outfit};
use super::seed::{LoadError, Reread, Seed};
use super::snapshots::Shelf;
use super::upstream::Upstream;
use super::web_download::{Resolve, WebDownloads};
use crate::config::{JournalMode, ServerConfig, SettingError, SpaceConfig};
use crate::control::journal::Bounds;
use crate::control::{Clock, ClockError, Fixture, FixtureError, Idle, Ids, Journal, is_built_in};
use crate::domain::{Progress, TextMaker, Untold};
use crate::store::spool::{Place, Spool};
use crate::store::{Loaded, StoreError};
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// What paths of spaces begin with.
const MOUNT: &str = "/_space/";

/// The types of the services that every space has, in the words of the catalogue.
const OWN_SERVICES: [&str; 3] = ["compute", "identity", "image"];

/// Seeds that are kept for the next space that wants one, besides those that spaces have.
const MOST_SEEDS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// All spaces of a server.
#[derive(Debug)]
pub struct Spaces {
    /// The server's own, at the root.
    pub root: App,
    /// Connections that have a place, counted by who lets them in.
    pub connections: Arc<AtomicUsize>,
    named: RwLock<BTreeMap<String, Arc<App>>>,
    /// What a space without a word of its own begins with.
    usual: Usual,
    seeds: Mutex<LruCache<Digest, Arc<Seed>>>,
    numbers: Numbers,
    texts: TextMaker,
    operations: Operations,
    /// The data of all their images: equal ones are there once.
    spool: Spool,
    /// What was asked of all of them.
    pub journal: Journal,
}

type Digest = [u8; 32];

#[derive(Debug)]
enum Usual {
    /// The seed of the server's own space.
    Seed(Arc<Seed>),
    /// The fixture of the file, if it was given one.
    Fixture(Option<Reread>),
}

/// What a server begins with.
#[derive(Debug)]
pub struct Start {
    /// How the server is started.
    pub server: ServerConfig,
    /// How its own space is made.
    pub config: SpaceConfig,
    /// What that begins with.
    pub fixture: Fixture,
    /// How a file reads it again; nothing when it was given none.
    pub reread: Option<Reread>,
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// What lists show of images.
    pub texts: TextMaker,
    /// Who is told how far its images are stored.
    pub progress: Box<dyn Progress>,
    /// What requests can be for, by name.
    pub operations: Operations,
    /// How names of hosts are looked up that data are fetched from.
    pub resolve: Resolve,
    /// The snapshots of its own space.
    pub snapshots: Shelf,
    /// The real cloud whose images its own space serves; other spaces have images of their own.
    pub upstream: Option<Arc<Upstream>>,
}

/// A space that somebody wants.
#[derive(Debug)]
pub struct Order {
    /// Its name.
    pub name: String,
    /// What it begins with; when missing, what the server's own space does.
    pub content: Option<SpaceContent>,
    /// How it is made.
    pub config: SpaceConfig,
    /// Its time; when missing, a clock that begins as the server's.
    pub clock: Option<Clock>,
    /// What its ids are drawn from; when missing, as the server's.
    pub seed: Option<u64>,
    /// Removes it once nobody has asked it anything for so long; when missing, never.
    pub expires: Option<Duration>,
}

/// What a space begins with.
#[derive(Debug)]
pub enum SpaceContent {
    /// This.
    Fixture(Box<Fixture>),
    /// The built-in set of this name.
    BuiltIn(String),
    /// What stands in this text, in JSON.
    Text(String),
}

/// Why a space was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpaceError {
    /// A path could not hold the name as it is.
    #[error(
        "{name:?} is no name of a space: letters, digits, `-`, `_` and `.`, at most {most} of them, \
         a letter or a digit first", most = MOST_CHARACTERS
    )]
    Name {
        /// The name.
        name: String,
    },
    /// There is one.
    #[error("there is a space {name:?} already")]
    Taken {
        /// Its name.
        name: String,
    },
    /// There are as many as there may be.
    #[error("there are {most} spaces, and no more are made (--max-spaces)")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// A setting makes no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Its fixture is none.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// No such set is built in.
    #[error("no fixture {name:?} is built in")]
    NotBuiltIn {
        /// What was asked for.
        name: String,
    },
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<LoadError> for SpaceError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Fixture(error) => error.into(),
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for SpaceError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl Order {
    /// As the server's own space, under a name. Its services are its own, wherever links and the
    /// catalogue of that one lead: a client stays in its space.
    #[must_use]
    pub fn like(root: &App, name: impl Into<String>) -> Self {
        let mut config = root.config.clone();
        config.glance_url = None;
        // Its images are its own.
        config.stand_in = None;
        let is_own = |kind: &str| OWN_SERVICES.contains(&kind);
        config.catalog.retain(|(kind, _)| !is_own(kind));
        Self {
            name: name.into(),
            content: None,
            config,
            clock: None,
            seed: None,
            expires: None,
        }
    }

    /// Takes `real`, or an RFC 3339 time, as its clock.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn tell_time_by(&mut self, clock: &str) -> Result<(), ClockError> {
        self.clock = Some(Clock::parse(clock)?);
        Ok(())
    }
}

impl Spaces {
    /// The server's own space and no other. Says also what became of its fixture.
    ///
    /// # Errors
    /// When the store cannot be used, or a large file of the fixture is gone or another by now.
    pub fn open(start: Start) -> Result<(Self, Loaded), LoadError> {
        let Start {
            server,
            config,
            fixture,
            reread,
            clock,
            ids,
            texts,
            progress,
            operations,
            resolve,
            snapshots,
            upstream,
        } = start;
        let spool = spool(&server);
        let numbers = Numbers::default();
        let journal = Journal::new(bounds(&server));
        let outfit = Outfit {
            config,
            numbers: numbers.clone(),
            operations,
            prefix: "".into(),
            clock,
            ids,
            texts,
            spool: spool.clone(),
            journal: journal.clone(),
            web_downloads: WebDownloads::new(&server, resolve),
            snapshots,
            idle: None,
            upstream,
            server: Arc::new(server),
        };
        let server = Arc::clone(&outfit.server);
        let ((root, loaded), usual) = if let Some(path) = &server.database {
            let opened = App::over_file(path, fixture, reread.clone(), outfit, &*progress)?;
            (opened, Usual::Fixture(reread))
        } else {
            let seed = Arc::new(Seed::of(fixture, texts, &*progress)?);
            (App::of(Arc::clone(&seed), outfit)?, Usual::Seed(seed))
        };
        // All rows hold their data, and nobody uploads yet.
        sweep(&spool);
        let spaces = Self {
            root,
            connections: Arc::default(),
            spool,
            journal,
            named: RwLock::default(),
            usual,
            seeds: Mutex::new(LruCache::new(MOST_SEEDS)),
            numbers,
            texts,
            operations,
        };
        Ok((spaces, loaded))
    }

    /// The space of a name, to use it.
    #[must_use]
    pub fn used(&self, name: &str) -> Option<Arc<App>> {
        let app = self.named(name)?;
        app.touch();
        Some(app)
    }

    /// The space of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Arc<App>> {
        let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
        named.get(name).map(Arc::clone)
    }

    /// All names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
        named.keys().cloned().collect()
    }

    /// Makes a space.
    ///
    /// # Errors
    /// When there is one of that name, or what is wanted makes no sense.
    pub fn make(&self, order: Order) -> Result<Arc<App>, SpaceError> {
        let Order {
            name,
            content,
            config,
            clock,
            seed: ids,
            expires,
        } = order;
        if !is_name(&name) {
            return Err(SpaceError::Name { name });
        }
        // Others have not to wait for what is made; whoever comes second has made it for nothing.
        if self.named(&name).is_some() {
            return Err(SpaceError::Taken { name });
        }
        self.check_room()?;
        let outfit = Outfit {
            server: Arc::clone(&self.root.server),
            config: config.checked()?,
            numbers: self.numbers.clone(),
            prefix: format!("{MOUNT}{name}").into(),
            clock: clock.unwrap_or_else(|| self.root.clock.anew()),
            ids: ids.map_or_else(|| self.root.ids.of_space(&name), Ids::seeded),
            texts: self.texts,
            operations: self.operations,
            spool: self.spool.clone(),
            journal: self.journal.clone(),
            web_downloads: self.root.web_downloads.clone(),
            snapshots: self.root.snapshots.beside(),
            idle: expires.map(Idle::for_at_most),
            upstream: None,
        };
        let (app, _) = App::of(self.seed(content)?, outfit)?;
        let (app, most) = (Arc::new(app), self.root.server.max_spaces);
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        if named.contains_key(&name) {
            return Err(SpaceError::Taken { name });
        }
        check_count(named.len(), most)?;
        named.insert(name, Arc::clone(&app));
        Ok(app)
    }

    /// Removes a space; says whether there was one. Requests under way in it are finished.
    pub fn remove(&self, name: &str) -> bool {
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        let removed = named.remove(name);
        drop(named);
        if let Some(app) = &removed {
            app.removal.happen();
        }
        removed.is_some()
    }

    /// Removes, behind everybody's back, what killed servers left where the system has its temporary files,
    /// if the server is to do so.
    pub fn sweep_temporary(&self) {
        if self.root.server.sweeps {
            self.spool.sweep_temporary();
        }
    }

    /// Lets nobody wait for anything any more: the server stops.
    pub fn close(&self) {
        self.journal.close();
    }

    /// Removes the spaces that nobody has used for as long as they were made for.
    fn expire(&self) {
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        let mut expired = Vec::new();
        named.retain(|name, app| {
            let is_abandoned = app.is_abandoned();
            if is_abandoned {
                expired.push((name.clone(), Arc::clone(app)));
            }
            !is_abandoned
        });
        // Whoever looks for a space does not wait until their stores are gone.
        drop(named);
        for (name, app) in expired {
            // A fetch of data may be under way in it.
            app.removal.happen();
            tracing::info!(name, "a space is removed that nobody has used");
        }
    }

    /// Whether there may be another space, if need be without those that nobody has used.
    fn check_room(&self) -> Result<(), SpaceError> {
        let most = self.root.server.max_spaces;
        let count = || {
            let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
            named.len()
        };
        if count() >= most {
            self.expire();
        }
        check_count(count(), most)
    }

    /// Lets go what time has ended, and what nobody uses.
    pub fn tidy(&self) {
        self.expire();
        self.root.tidy();
        let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
        let spaces: Vec<_> = named.values().map(Arc::clone).collect();
        drop(named);
        for space in spaces {
            space.tidy();
        }
    }

    pub(super) fn seed(&self, content: Option<SpaceContent>) -> Result<Arc<Seed>, SpaceError> {
        match content {
            Some(SpaceContent::BuiltIn(name)) if !is_built_in(&name) => {
                Err(SpaceError::NotBuiltIn { name })
            }
            Some(SpaceContent::BuiltIn(name)) => {
                let digest = digest(["built in", &name]);
                self.known_or(digest, || Fixture::named(&name))
            }
            Some(SpaceContent::Text(text)) => {
                let digest = digest(["text", &text]);
                self.known_or(digest, || Fixture::parse("fixture", &text))
            }
            Some(SpaceContent::Fixture(fixture)) => {
                self.known_or(fixture.digest(), || Ok(*fixture))
            }
            None => match &self.usual {
                Usual::Seed(seed) => Ok(Arc::clone(seed)),
                Usual::Fixture(fixture) => {
                    let fixture = fixture.as_ref().map(Reread::read).transpose()?;
                    let fixture = fixture.unwrap_or_default();
                    self.known_or(fixture.digest(), || Ok(fixture))
                }
            },
        }
    }

    /// The seed of a digest, which is made when nobody knows it.
    fn known_or(
        &self,
        digest: Digest,
        fixture: impl FnOnce() -> Result<Fixture, FixtureError>,
    ) -> Result<Arc<Seed>, SpaceError> {
        let seeds = || self.seeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seeds().get(&digest) {
            return Ok(Arc::clone(known));
        }
        let mut fixture = fixture()?;
        fixture.complete();
        let seed = Arc::new(Seed::of(fixture, self.texts, &Untold)?);
        seeds().put(digest, Arc::clone(&seed));
        Ok(seed)
    }
}

/// What the journal keeps.
fn bounds(server: &ServerConfig) -> Bounds {
    match server.journal {
        JournalMode::Off => Bounds::NOTHING,
        JournalMode::On => Bounds {
            entries: server.journal_entries,
            bytes: server.journal_bytes,
            body_bytes: server.journal_body_bytes,
        },
    }
}

/// Beside the database, or where the system has its temporary files.
fn spool(server: &ServerConfig) -> Spool {
    match &server.database {
        Some(path) => Spool::at(&Place::Beside(path.clone())),
        // A seeded sequence may repeat in one process, and in others; the name must not.
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

/// Of texts that tell fixtures apart. No name of a set has a null byte.
fn digest(parts: [&str; 2]) -> Digest {
    Sha256::digest(parts.join("\0")).into()
}

/// Whether one more space than these is not too many.
fn check_count(count: usize, most: usize) -> Result<(), SpaceError> {
    match count < most {
        true => Ok(()),
        false => Err(SpaceError::TooMany { most }),
    }
}
