//! One cloud, in one value: what a server has several of, each of which knows nothing of the others.

use super::due::{Agenda, Due};
use super::failure::Failure;
use super::identity::{Identity, SavedTokens};
use super::image_data::ImageData;
use super::images::Images;
use super::numbers::Numbers;
use super::outfit::{Operations, Outfit};
use super::rate_limit::RateLimiter;
use super::removal::Removal;
use super::seed::{Around, LoadError, Reread, Seed};
use super::snapshots::Shelf;
use super::transitions::{Held, SavedTransitions, Transitions};
use super::upstream::Upstream;
use super::waldur::{Used, Waldur};
use super::web_download::WebDownloads;
use crate::config::{ServerConfig, SpaceConfig, SyncMode};
use crate::control::faults::Faults;
use crate::control::journal::SpacePlace;
use crate::control::{Clock, Fixture, Idle, Ids, LongLock, SpaceJournal};
use crate::domain::{Instance, Progress};
use crate::store::{DatabaseFile, Loaded, Location, Store, StoreError, Sync};
use arc_swap::ArcSwap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// One space: what the facades are given to answer with.
#[derive(Debug)]
pub struct App {
    /// How its server was started.
    pub server: Arc<ServerConfig>,
    /// How it was made.
    pub config: SpaceConfig,
    /// What no other space of the server has, nor ever had.
    pub number: u64,
    /// What its paths begin with, such as `/_space/a`; empty at the root.
    pub prefix: Arc<str>,
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// The real cloud whose images it serves in place of its own.
    pub upstream: Option<Arc<Upstream>>,
    /// Its images.
    pub images: Images,
    /// The data of its images.
    pub image_data: ImageData,
    /// Where data may be fetched from.
    pub web_downloads: WebDownloads,
    /// Its users.
    pub identity: Arc<Identity>,
    /// Waldur over the same images.
    pub waldur: Waldur,
    /// Nova's instances.
    pub instances: ArcSwap<Vec<Instance>>,
    /// What it was at moments that somebody named.
    pub snapshots: Shelf,
    /// Who asked how often.
    pub rate_limiter: Arc<RateLimiter>,
    /// What goes wrong on demand; beside a fault that shows images as they were stands a view of those.
    pub faults: Faults<Arc<App>>,
    /// What requests can be for, by name.
    pub operations: Operations,
    /// Whether it was removed: what is in the middle of something finds nothing to write to.
    pub removal: Arc<Removal>,
    over_nova_fake: AtomicBool,
    numbers: Numbers,
    store: Arc<Store>,
    agenda: Arc<Agenda>,
    transitions: Arc<Transitions>,
    pub(super) beginning: Beginnings,
    /// Its entries in the journal go with it.
    place: SpacePlace,
    /// Held by whoever puts something else in place of all there is, or of those around the images.
    pub(super) exchanging: LongLock<()>,
    idle: Option<Idle>,
}

/// What had come of a state.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'k> {
    /// Tokens of Keystone.
    pub tokens: &'k SavedTokens,
    /// When Waldur's were used.
    pub used: &'k Used,
    /// The plans of images.
    pub transitions: &'k SavedTransitions,
}

/// What a space goes back to.
#[derive(Debug)]
pub(super) struct Beginnings {
    pub(super) images: Beginning,
    pub(super) around: Around,
}

/// What images it goes back to.
#[derive(Debug)]
pub(super) enum Beginning {
    Seed(Arc<Seed>),
    /// A file has no seed, which would take as much memory as the file takes room: its fixture is read
    /// again, if it was given one.
    Fixture(Option<Reread>),
}

impl App {
    /// A space in memory.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn of(seed: Arc<Seed>, outfit: Outfit) -> Result<(Self, Loaded), StoreError> {
        // A seeded sequence may repeat in one process; the name must not.
        let name = Ids::random().uuid().to_string();
        let store = Store::of(&seed.images, name, outfit.texts, outfit.spool.clone())?;
        let loaded = Loaded {
            added: seed.images.images(),
            kept: 0,
        };
        let around = seed.around.clone();
        let app = Self::over(store, around, Beginning::Seed(seed), outfit)?;
        Ok((app, loaded))
    }

    /// A space over a file; what is there already wins over the fixture.
    ///
    /// # Errors
    /// When the file cannot be used, or a large file of the fixture is gone or another by now.
    pub fn over_file(
        path: &Path,
        fixture: Fixture,
        reread: Option<Reread>,
        outfit: Outfit,
        progress: &dyn Progress,
    ) -> Result<(Self, Loaded), LoadError> {
        let file = DatabaseFile {
            path: path.to_owned(),
            sync: match outfit.server.sync {
                SyncMode::Full => Sync::Full,
                SyncMode::Normal => Sync::Normal,
            },
            patience: outfit.server.lock_patience,
            steps: outfit.server.steps.clone(),
        };
        let mut store = Store::open(Location::File(file), outfit.texts)?;
        let recovered = store.keep_data(outfit.spool.clone())?;
        if recovered > 0 {
            tracing::info!(
                recovered,
                "images whose upload was cut off are queued again"
            );
        }
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
        let beginning = Beginning::Fixture(reread);
        let app = Self::over(store, Around::of(fixture), beginning, outfit)?;
        Ok((app, loaded))
    }

    fn over(
        store: Store,
        around: Around,
        beginning: Beginning,
        outfit: Outfit,
    ) -> Result<Self, StoreError> {
        let (store, agenda) = (Arc::new(store), Arc::<Agenda>::default());
        let Outfit {
            server,
            config,
            numbers,
            operations,
            prefix,
            clock,
            ids,
            texts: _,
            spool,
            journal,
            web_downloads,
            snapshots,
            idle,
            upstream,
        } = outfit;
        clock.begin_here();
        let number = numbers.next();
        let clouds = Arc::clone(&around.clouds);
        let identity = Identity::open(
            Arc::clone(&around.people),
            &config,
            (clock.clone(), ids.clone()),
            Arc::clone(&agenda),
            &store,
        )?;
        let transitions = plans(&store, &clock, &agenda, &config);
        Ok(Self {
            images: Images::new(Arc::clone(&store), clock.clone(), Arc::clone(&transitions)),
            waldur: Waldur::new(Arc::clone(&store), clock.clone(), clouds),
            instances: ArcSwap::new(Arc::clone(&around.instances)),
            snapshots,
            image_data: ImageData::new(Arc::clone(&store), spool, server.max_image_size),
            web_downloads,
            upstream,
            identity: Arc::new(identity),
            server,
            config,
            number,
            numbers,
            operations,
            prefix,
            faults: Faults::new(ids.of_space("faults")),
            clock,
            ids,
            rate_limiter: Arc::default(),
            over_nova_fake: AtomicBool::new(around.over_nova_fake),
            removal: Arc::default(),
            store,
            agenda,
            transitions,
            beginning: Beginnings {
                images: beginning,
                around,
            },
            place: SpacePlace::open(&journal, number),
            exchanging: LongLock::default(),
            idle,
        })
    }

    pub(super) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// A view of this space that goes on showing its images as they are now: to be read and no more. All
    /// else is this space's own.
    ///
    /// # Errors
    /// When there is no room for it, or the store fails.
    pub(super) fn as_it_is(&self) -> Result<Self, StoreError> {
        let name = Ids::random().uuid().to_string();
        let store = Arc::new(self.store.copy(name)?);
        // What is answered of it is never taken for what the space answers.
        let number = self.numbers.next();
        let (clock, agenda) = (self.clock.clone(), Arc::<Agenda>::default());
        // Whoever reads what was moves nothing of what is.
        let transitions = plans(&store, &clock, &agenda, &self.config);
        Ok(Self {
            server: Arc::clone(&self.server),
            config: self.config.clone(),
            number,
            prefix: Arc::clone(&self.prefix),
            images: Images::new(Arc::clone(&store), clock.clone(), Arc::clone(&transitions)),
            clock,
            ids: self.ids.clone(),
            upstream: None,
            image_data: self.image_data.over(Arc::clone(&store)),
            web_downloads: self.web_downloads.clone(),
            identity: Arc::clone(&self.identity),
            waldur: self.waldur.over(Arc::clone(&store)),
            rate_limiter: Arc::clone(&self.rate_limiter),
            faults: Faults::new(self.ids.of_space("faults")),
            operations: self.operations,
            instances: ArcSwap::new(self.instances.load_full()),
            snapshots: Shelf::default(),
            over_nova_fake: AtomicBool::new(self.is_over_nova_fake()),
            removal: Arc::clone(&self.removal),
            numbers: self.numbers.clone(),
            store,
            agenda,
            transitions,
            beginning: Beginnings {
                images: Beginning::Fixture(None),
                around: self.around(),
            },
            place: self.place.another(number),
            exchanging: LongLock::default(),
            idle: None,
        })
    }

    /// Whether the images are just those of Nova's own fake image service.
    #[must_use]
    pub fn is_over_nova_fake(&self) -> bool {
        self.over_nova_fake.load(Ordering::Relaxed)
    }

    /// What there is beside the images.
    pub(super) fn around(&self) -> Around {
        Around {
            people: self.identity.people(),
            clouds: self.waldur.known(),
            instances: self.instances.load_full(),
            over_nova_fake: self.is_over_nova_fake(),
        }
    }

    /// Puts this beside the images, which are there by now, with what came of it as it was; without a word,
    /// nothing has. Whoever was limited begins anew.
    pub(super) fn surround(&self, around: &Around, plans: &Held<'_>, kept: Option<Kept<'_>>) {
        plans.book().reset();
        self.agenda.clear();
        self.rate_limiter.reset();
        if let Some(kept) = kept {
            plans.book().restore(kept.transitions);
        }
        let used = kept.map(|kept| kept.used);
        self.waldur.replace(Arc::clone(&around.clouds), used);
        self.instances.store(Arc::clone(&around.instances));
        self.over_nova_fake
            .store(around.over_nova_fake, Ordering::Relaxed);
        let tokens = kept.map(|kept| kept.tokens);
        self.identity.replace(Arc::clone(&around.people), tokens);
        // What was answered meanwhile is of neither state.
        self.store.touch();
    }

    /// Puts this beside the images in place of what there is; tokens live on that still hold.
    pub(super) fn replace_around(&self, next: &Around) {
        if !Arc::ptr_eq(&self.waldur.known(), &next.clouds) {
            self.waldur.replace(Arc::clone(&next.clouds), None);
        }
        self.instances.store(Arc::clone(&next.instances));
        self.over_nova_fake
            .store(next.over_nova_fake, Ordering::Relaxed);
        self.identity.exchange(Arc::clone(&next.people));
        // Answers depend on who there is.
        self.store.touch();
    }

    /// What was asked of it.
    #[must_use]
    pub fn journal(&self) -> &SpaceJournal {
        self.place.journal()
    }

    /// Whether what is read may come to a change of a file.
    pub(crate) fn reads_change_file(&self) -> bool {
        self.transitions().counts() && self.is_file()
    }

    pub(super) fn transitions(&self) -> &Transitions {
        &self.transitions
    }

    /// Whether something has fallen due since somebody last asked.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.agenda.is_due(&self.clock)
    }

    /// Does what has fallen due since somebody last asked, in order.
    pub fn settle(&self) {
        // What is late is tried again by whoever comes next.
        let _late = self.agenda.settle(&self.clock, |entry, due| match due {
            Due::TokensEnd => {
                self.identity.settle();
                Ok(())
            }
            Due::Transition(image) => self.transitions.fall_due(entry, &image),
        });
    }

    /// Counts as a read of these images that an answer shows, and not their status.
    pub fn showed<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        self.transitions.showed(ids);
    }

    /// Somebody uses it.
    pub fn touch(&self) {
        if let Some(idle) = &self.idle {
            idle.touch();
        }
    }

    /// How long nobody may use it until it goes, if it ever does.
    #[must_use]
    pub fn expires(&self) -> Option<Duration> {
        self.idle.as_ref().map(Idle::limit)
    }

    /// Whether nobody uses it, nor has for as long as it was made for.
    #[must_use]
    pub fn is_abandoned(self: &Arc<Self>) -> bool {
        // A request that is under way holds it, as the server does.
        let is_used = Arc::strong_count(self) > 1;
        let idle = self.idle.as_ref();
        idle.is_some_and(|idle| !is_used && idle.is_over())
    }

    /// Lets go what time has ended, and what nobody uses.
    pub fn tidy(&self) {
        self.settle();
        if let Err(error) = self.identity.tidy() {
            // It is tried again.
            _ = Failure::of(&error);
        }
        self.store.tidy();
        for view in self.faults.beside() {
            view.store.tidy();
        }
    }

    /// Whether what is written outlives the process.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.store.is_file()
    }

    /// Whether what is written is kept.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), StoreError> {
        self.store.check()
    }
}

/// The plans of a store's images, of which there are none yet.
fn plans(
    store: &Arc<Store>,
    clock: &Clock,
    agenda: &Arc<Agenda>,
    config: &SpaceConfig,
) -> Arc<Transitions> {
    let (store, agenda) = (Arc::clone(store), Arc::clone(agenda));
    let uploads = config.uploads.into();
    Arc::new(Transitions::new(store, clock.clone(), agenda, uploads))
}
