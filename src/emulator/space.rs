//! The spaces of a running emulator, as typed calls.

use super::Emulator;
use crate::config::{AuthMode, Microversion, Profile, UploadTransitions, WaldurApi};
use crate::control::{Clock, Fixture, SpaceJournal};
use crate::domain::Image;
use crate::service::{App, Order, PutImageError, ResetError, SpaceContent, SpaceError};
use std::sync::{Arc, Weak};
use std::time::Duration;

impl Emulator {
    /// The clock of the emulator's own space.
    ///
    /// ```
    /// use nova_images::{Clock, Emulator};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clock = Clock::parse("2026-01-01T12:00:00Z")?;
    /// let nova = Emulator::builder().clock(clock).start()?;
    /// // Whatever ends within an hour has ended now.
    /// nova.clock().advance(Duration::from_secs(3600))?;
    /// assert_eq!(nova.clock().now().to_string(), "2026-01-01T13:00:00Z");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.spaces.root.clock
    }

    /// Goes back to the fixture, as if just started: images, tokens, ids, clock, limits and journal; there
    /// are no faults any more. Other spaces stay as they are.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// let image = format!("{}/v2.1/images/70a599e0-31e7-49b7-b260-868f441e862b", nova.url());
    /// let admin = [("X-Auth-Token", "admin-token")];
    /// assert_eq!(client::ask("DELETE", &image, &admin, "")?.0, 204);
    /// assert_eq!(client::ask("GET", &image, &[], "")?.0, 404);
    /// nova.reset()?;
    /// assert_eq!(client::ask("GET", &image, &[], "")?.0, 200);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the data are in a file whose fixture was not given, or cannot be read again; when the store
    /// fails. Then nothing changed.
    pub fn reset(&self) -> Result<(), ResetError> {
        self.shared.spaces.root.reset()
    }

    /// Adds an image, or puts it in place of the one of its id, whose data stay. Any status, owner and time
    /// will do; every API shows it at once.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, GlanceStatus, Image, Visibility};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().start()?;
    /// let image = Image::builder("3f1c0d9e-8a52-4f6e-9f0b-0c6f5d1c7a11")
    ///     .name("late")
    ///     .visibility(Visibility::Public)
    ///     .status(GlanceStatus::Saving);
    /// nova.put_image(image.build())?;
    /// let list = client::get(&format!("{}/v2/openstack/images/detail?status=SAVING", nova.url()))?;
    /// assert!(list.contains("late"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn put_image(&self, image: Image) -> Result<(), PutImageError> {
        self.shared.spaces.root.put_image(image)
    }

    /// Makes a space: a cloud of its own under `/_space/{name}/…`, with its own images, users, clock and
    /// ids. What is not said of it is as the emulator was started.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture, Profile};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// let space = nova.make_space("worker-1").profile(Profile::Juno).make()?;
    /// assert_eq!(space.url(), format!("{}/_space/worker-1", nova.url()));
    ///
    /// let list = client::get(&format!("{}/v2/openstack/images", space.url()))?;
    /// assert!(list.contains(&format!("{}/v2/openstack/images/", space.url())));
    ///
    /// assert!(nova.space("worker-1").is_some());
    /// assert!(nova.remove_space("worker-1"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn make_space(&self, name: impl Into<String>) -> SpaceBuilder<'_> {
        SpaceBuilder {
            emulator: self,
            order: Order::like(&self.shared.spaces.root, name),
        }
    }

    /// The space of a name.
    #[must_use]
    pub fn space(&self, name: &str) -> Option<Space> {
        Some(self.handle(&self.shared.spaces.named(name)?))
    }

    /// The names of all spaces, in order; the emulator's own has none.
    #[must_use]
    pub fn spaces(&self) -> Vec<String> {
        self.shared.spaces.names()
    }

    /// Removes a space; says whether there was one. Requests under way in it are finished. A space that
    /// is made under its name again has nothing of it.
    pub fn remove_space(&self, name: &str) -> bool {
        self.shared.spaces.remove(name)
    }

    fn handle(&self, app: &Arc<App>) -> Space {
        let identity = &app.identity;
        Space {
            url: [&self.url(), &*app.prefix].concat(),
            clock: app.clock.clone(),
            default_project_id: identity.directory().default_project_id().to_owned(),
            example_token: identity.example_token(),
            journal: app.journal().clone(),
            app: Arc::downgrade(app),
        }
    }
}

/// A space of an emulator. It is there until it is removed, whoever holds this.
#[derive(Clone, Debug)]
pub struct Space {
    url: String,
    clock: Clock,
    default_project_id: String,
    example_token: Option<String>,
    pub(super) journal: SpaceJournal,
    /// It ends with its emulator, not with whoever holds this.
    app: Weak<App>,
}

impl Space {
    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The base URL of Keystone.
    #[must_use]
    pub fn identity_url(&self) -> String {
        format!("{}/identity", self.url)
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The project of a caller who names none: the fixture's first.
    #[must_use]
    pub fn default_project_id(&self) -> &str {
        &self.default_project_id
    }

    /// A token of the fixture that opens the default project.
    #[must_use]
    pub fn example_token(&self) -> Option<&str> {
        self.example_token.as_deref()
    }

    /// The space itself, as long as it is there.
    pub(super) fn app(&self) -> &Weak<App> {
        &self.app
    }

    /// Adds an image, or puts it in place of the one of its id, whose data stay.
    ///
    /// # Errors
    /// When the store fails, or the space was removed; then nothing changed.
    pub fn put_image(&self, image: Image) -> Result<(), PutImageError> {
        let app = self.app.upgrade().ok_or(PutImageError::Removed)?;
        app.put_image(image)
    }

    /// Goes back to what it began with; its clock and ids begin again, its journal is empty, and there are
    /// no faults any more.
    ///
    /// # Errors
    /// When the store fails, or the space was removed; then nothing changed.
    pub fn reset(&self) -> Result<(), ResetError> {
        self.app.upgrade().ok_or(ResetError::Removed)?.reset()
    }
}

/// A space that is to be made.
#[derive(Debug)]
#[must_use]
pub struct SpaceBuilder<'e> {
    emulator: &'e Emulator,
    order: Order,
}

impl SpaceBuilder<'_> {
    /// Begins with this. A fixture that another space began with takes no time to load.
    pub fn fixture(mut self, fixture: Fixture) -> Self {
        self.order.content = Some(SpaceContent::Fixture(Box::new(fixture)));
        self
    }

    /// Tells the time by this clock; otherwise by one that begins as the emulator's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.order.clock = Some(clock);
        self
    }

    /// Draws its ids from this; otherwise from the emulator's seed, if it has one, and the name.
    pub fn seed(mut self, seed: u64) -> Self {
        self.order.seed = Some(seed);
        self
    }

    /// Removes it once no request has come to it for so long, by the machine's own time. That is looked
    /// after every 20 seconds.
    pub fn expire_idle(mut self, limit: Duration) -> Self {
        self.order.expires = Some(limit);
        self
    }

    /// How images become active once their data have been uploaded.
    pub fn transitions(mut self, uploads: UploadTransitions) -> Self {
        self.order.config.uploads = uploads;
        self
    }

    /// Whether requests need a token.
    pub fn auth(mut self, auth: AuthMode) -> Self {
        self.order.config.auth = auth;
        self
    }

    /// Which server it is.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.order.config.profile = profile;
        self
    }

    /// The newest microversion that is advertised and accepted.
    pub fn max_microversion(mut self, version: Microversion) -> Self {
        self.order.config.max_microversion = Some(version);
        self
    }

    /// The page size up to which `next` links are made.
    pub fn max_limit(mut self, images: u64) -> Self {
        self.order.config.max_limit = images;
        self
    }

    /// At most so many requests a minute per verb and caller.
    pub fn rate_limit(mut self, requests_per_minute: u32) -> Self {
        self.order.config.rate_limit = Some(requests_per_minute);
        self
    }

    /// Which release of Waldur's API it has.
    pub fn waldur_api(mut self, api: WaldurApi) -> Self {
        self.order.config.waldur_api = api;
        self
    }

    /// Seconds that a token lives.
    pub fn token_ttl(mut self, seconds: u32) -> Self {
        self.order.config.token_ttl = seconds;
        self
    }

    /// Makes it; when this returns, it answers.
    ///
    /// # Errors
    /// When there is a space of that name, or the name cannot stand in a path; when a setting makes no
    /// sense.
    pub fn make(self) -> Result<Space, SpaceError> {
        let Self { emulator, order } = self;
        Ok(emulator.handle(&emulator.shared.spaces.make(order)?))
    }
}
