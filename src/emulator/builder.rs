//! How an emulator is put together.

use super::address;
use super::error::StartError;
use super::front;
use super::interceptor::Interceptor;
use super::shared::Shared;
use super::sockets;
use super::texts::TEXTS;
use super::upstream;
use super::{Emulator, Gone, serve};
use crate::config::{
    AuthMode, ControlAccess, JournalMode, Microversion, Profile, ServerConfig, SpaceConfig,
    SyncMode, UploadTransitions, UpstreamConfig, WaldurApi, WebSource,
};
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{Progress, Untold};
use crate::service::{LoadError, Reread, Shelf, SnapshotError, Spaces, Start};
use crate::store::Loaded;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// What an emulator is made of. Every part has a default.
#[must_use]
pub struct EmulatorBuilder {
    server: ServerConfig,
    space: SpaceConfig,
    address: String,
    fixture: Option<Fixture>,
    rereads: Rereads,
    clock: Clock,
    ids: Ids,
    interceptor: Option<Box<dyn Interceptor>>,
    progress: Box<dyn Progress>,
}

/// What a file goes back to.
enum Rereads {
    /// The fixture that the builder was given, if it was.
    ItsFixture,
    /// What is read again; nothing when nobody named a fixture.
    #[cfg(feature = "cli")]
    Named(Option<Reread>),
}

impl EmulatorBuilder {
    /// Shows every request to this, which decides what becomes of it.
    pub fn interceptor(mut self, interceptor: impl Interceptor + 'static) -> Self {
        self.interceptor = Some(Box::new(interceptor));
        self
    }

    /// Listens here instead of on a free port of 127.0.0.1.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Starts from this fixture; called again, from all of them. Without any: from none.
    pub fn fixture(mut self, fixture: Fixture) -> Self {
        match &mut self.fixture {
            Some(known) => {
                known.merge(fixture);
            }
            None => self.fixture = Some(fixture),
        }
        self
    }

    /// Tells the time by this clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Draws the same ids at every start.
    pub fn seed(mut self, seed: u64) -> Self {
        self.ids = Ids::seeded(seed);
        self
    }

    /// Whether requests need a token.
    pub fn auth(mut self, auth: AuthMode) -> Self {
        self.space.auth = auth;
        self
    }

    /// Which server it is.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.space.profile = profile;
        self
    }

    /// Keeps the data in a file.
    pub fn database(mut self, path: impl Into<PathBuf>) -> Self {
        self.server.database = Some(path.into());
        self
    }

    /// Keeps the snapshots of the emulator's own space in this folder, across starts; otherwise they are
    /// in memory.
    pub fn snapshot_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.server.snapshot_dir = Some(path.into());
        self
    }

    /// What a write to that file waits for before it is answered.
    pub fn sync(mut self, mode: SyncMode) -> Self {
        self.server.sync = mode;
        self
    }

    /// Lets a write wait so long for another process that has the file locked; then it is refused with
    /// a 503.
    pub fn lock_patience(mut self, patience: Duration) -> Self {
        self.server.lock_patience = patience;
        self
    }

    /// Tells a counter how many steps SQLite's machine takes in that file, for whoever wants to know what
    /// something costs without looking at a clock.
    #[doc(hidden)]
    pub fn count_steps(mut self, steps: Arc<AtomicU64>) -> Self {
        self.server.steps = Some(steps);
        self
    }

    /// Puts a service into the catalogue, in place of the one of its type; the URL may hold
    /// `$(project_id)s`.
    pub fn catalog(mut self, kind: impl Into<String>, url: impl Into<String>) -> Self {
        self.space.catalog.push((kind.into(), url.into()));
        self
    }

    /// What the catalogue calls the region.
    pub fn region(mut self, name: impl Into<String>) -> Self {
        self.space.region = Some(name.into());
        self
    }

    /// What links begin with, instead of the request's `Host`.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.server.public_url = Some(url.into());
        self
    }

    /// What `alternate` links begin with.
    pub fn glance_url(mut self, url: impl Into<String>) -> Self {
        self.space.glance_url = Some(url.into());
        self
    }

    /// The newest microversion that is advertised and accepted.
    pub fn max_microversion(mut self, version: Microversion) -> Self {
        self.space.max_microversion = Some(version);
        self
    }

    /// The page size up to which `next` links are made.
    pub fn max_limit(mut self, images: u64) -> Self {
        self.space.max_limit = images;
        self
    }

    /// At most so many requests a minute per verb and caller.
    pub fn rate_limit(mut self, requests_per_minute: u32) -> Self {
        self.space.rate_limit = Some(requests_per_minute);
        self
    }

    /// Which release of Waldur's API it has.
    pub fn waldur_api(mut self, api: WaldurApi) -> Self {
        self.space.waldur_api = api;
        self
    }

    /// Seconds that a token lives.
    pub fn token_ttl(mut self, seconds: u32) -> Self {
        self.space.token_ttl = seconds;
        self
    }

    /// Serves Keystone at the root of this address too; port 0 takes a free one.
    pub fn identity_listen(mut self, address: impl Into<String>) -> Self {
        self.server.identity_listen = Some(address.into());
        self
    }

    /// Serves Glance at the root of this address too; port 0 takes a free one.
    pub fn image_listen(mut self, address: impl Into<String>) -> Self {
        self.server.image_listen = Some(address.into());
        self
    }

    /// What the control API does for those who may ask it.
    pub fn control(mut self, access: ControlAccess) -> Self {
        self.server.control = Some(access);
        self
    }

    /// Lets whoever shows this token ask the control API, by any host's name and from anywhere.
    pub fn control_token(mut self, token: impl Into<String>) -> Self {
        self.server.control_token = Some(token.into());
        self
    }

    /// Serves the control API here, and nothing else; elsewhere only its health. Port 0 takes a free
    /// one.
    pub fn control_listen(mut self, address: impl Into<String>) -> Self {
        self.server.control_listen = Some(address.into());
        self
    }

    /// Lets the control API be asked by this host's name, too.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.server.allow_hosts.push(name.into());
        self
    }

    /// Lets pages of this origin, such as `http://localhost:3000`, ask the control API.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.server.allow_origins.push(origin.into());
        self
    }

    /// Stands in front of a real cloud: its images are served, and its users sign in.
    pub fn upstream(mut self, cloud: UpstreamConfig) -> Self {
        self.server.upstream = Some(cloud);
        self
    }

    /// Lets a request bring a fault of its own, in the header `X-Nova-Images-Fault`: `status=503`,
    /// `delay=200ms; reset`, or a JSON object of the same keys as the control API takes. It is for this
    /// request alone, so tests that run side by side do not meet.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::Emulator;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().request_faults(true).start()?;
    /// let images = format!("{}/v2.1/images", nova.url());
    /// let fault = [("X-Nova-Images-Fault", "status=503; message=Glance is away.")];
    /// let (status, body) = client::ask("GET", &images, &fault, "")?;
    /// assert_eq!(status, 503);
    /// assert!(body.contains("Glance is away."));
    /// assert_eq!(client::ask("GET", &images, &[], "")?.0, 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_faults(mut self, allowed: bool) -> Self {
        self.server.request_faults = allowed;
        self
    }

    /// At most so many connections at once; a probe of its health is answered beyond them.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.server.max_connections = Some(connections);
        self
    }

    /// At most so many spaces at once, besides the emulator's own.
    pub fn max_spaces(mut self, spaces: usize) -> Self {
        self.server.max_spaces = spaces;
        self
    }

    /// How images become active once their data have been uploaded. Whoever uploads is answered at once;
    /// until then the image is saving.
    ///
    /// ```
    /// use nova_images::{Emulator, UploadTransitions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let uploads = UploadTransitions::AfterReads(3);
    /// let nova = Emulator::builder().transitions(uploads).start()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn transitions(mut self, uploads: UploadTransitions) -> Self {
        self.space.uploads = uploads;
        self
    }

    /// Keeps at most so many tokens besides the fixture's.
    pub fn max_tokens(mut self, tokens: usize) -> Self {
        self.space.max_tokens = tokens;
        self
    }

    /// Takes at most so many bytes as an image's data.
    pub fn max_image_size(mut self, bytes: u64) -> Self {
        self.server.max_image_size = bytes;
        self
    }

    /// Lets image data be fetched from there by their URI (Glance's import by `web-download`); called
    /// again, from there too.
    pub fn allow_web_download(mut self, source: WebSource) -> Self {
        self.server.web_download.push(source);
        self
    }

    /// Whether what is asked and answered is kept for a while ([`Emulator::requests`]); it is, unless this
    /// says otherwise.
    pub fn journal(mut self, mode: JournalMode) -> Self {
        self.server.journal = mode;
        self
    }

    /// Keeps at most so many entries of all spaces together; 1,000 unless this says otherwise.
    pub fn journal_entries(mut self, entries: usize) -> Self {
        self.server.journal_entries = entries;
        self
    }

    /// Lets them take at most so many bytes of memory; 2 MiB unless this says otherwise.
    pub fn journal_bytes(mut self, bytes: usize) -> Self {
        self.server.journal_bytes = bytes;
        self
    }

    /// Keeps at most so many bytes of each body; 64 KiB unless this says otherwise, and never more than
    /// a quarter of what all entries may take.
    pub fn journal_body_bytes(mut self, bytes: usize) -> Self {
        self.server.journal_body_bytes = bytes;
        self
    }

    /// Waits so long for a body that is wanted whole, and ends streams that over such a window move
    /// less than 1 kB/s.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.server.patience = patience;
        self
    }

    /// Lets requests under way take so long when it is stopped; rounded up to whole seconds.
    pub fn stop_within(mut self, limit: Duration) -> Self {
        self.server.stop_within = limit;
        self
    }

    /// Threads that answer requests.
    pub fn workers(mut self, threads: usize) -> Self {
        self.server.workers = threads.max(1);
        self
    }

    /// Tells this how far the images are stored.
    #[cfg(feature = "cli")]
    pub(crate) fn progress(mut self, progress: impl Progress + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Everything at once, as the command line reads it.
    #[cfg(feature = "cli")]
    pub(crate) fn configs(mut self, server: ServerConfig, space: SpaceConfig) -> Self {
        self.server = server;
        self.space = space;
        self
    }

    /// How the fixture of a file is read again; nothing when none was given.
    #[cfg(feature = "cli")]
    pub(crate) fn reread(mut self, reread: Option<Reread>) -> Self {
        self.rereads = Rereads::Named(reread);
        self
    }

    /// Starts it; when this returns, it answers.
    ///
    /// # Errors
    /// When the address or the database cannot be used.
    pub fn start(self) -> Result<Emulator, StartError> {
        let (server, mut config) = (self.server.checked()?, self.space.checked()?);
        upstream::check(&server, &config, self.fixture.is_some())?;
        let upstream = upstream::of(&server, &config, &self.clock)?;
        upstream::admit(&server, &mut config);
        let reread = match self.rereads {
            // A fixture that was given as a value can be had from nowhere else.
            Rereads::ItsFixture if server.database.is_some() => {
                let given = self.fixture.clone();
                given.map(|fixture| Reread::by(move || Ok(fixture.clone())))
            }
            Rereads::ItsFixture => None,
            #[cfg(feature = "cli")]
            Rereads::Named(reread) => reread,
        };
        let mut fixture = self.fixture.unwrap_or_default();
        fixture.complete();
        if config.auth == AuthMode::Strict && upstream.is_none() {
            warn_of_users(&fixture);
        }
        let (sockets, listeners) = sockets::listen(&self.address, &server)?;
        let bound = listeners.identity.into_iter().chain([listeners.shared]);
        upstream::check_listeners(&server, bound)?;
        let snapshots = shelf(&server)?;
        let (database, stop_within) = (server.database.clone(), server.stop_within);
        let opened = Spaces::open(Start {
            server,
            config,
            fixture,
            reread,
            clock: self.clock,
            ids: self.ids,
            texts: TEXTS,
            progress: self.progress,
            operations: || front::operations().collect(),
            resolve: address::resolve,
            snapshots,
            upstream,
        });
        let (spaces, loaded) = opened.map_err(|error| not_loaded(error, database))?;
        tell_kept(&loaded);
        let (shared, gone) = Shared::new(spaces, self.interceptor);
        let (handle, thread) = serve(Arc::clone(&shared), sockets)?;
        Ok(Emulator {
            shared,
            listeners,
            loaded,
            handle,
            thread: Some(thread),
            _gone: Gone::new(gone, stop_within),
        })
    }
}

impl Emulator {
    /// An emulator with every default: no images, open, in memory, on a free port.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            server: ServerConfig::default(),
            space: SpaceConfig::default(),
            address: "127.0.0.1:0".to_owned(),
            fixture: None,
            rereads: Rereads::ItsFixture,
            clock: Clock::real(),
            ids: Ids::random(),
            interceptor: None,
            progress: Box::new(Untold),
        }
    }
}

/// Where snapshots of its own space are kept.
fn shelf(server: &ServerConfig) -> Result<Shelf, SnapshotError> {
    let folder = server.snapshot_dir.as_deref();
    folder.map_or_else(|| Ok(Shelf::default()), Shelf::at)
}

fn tell_kept(loaded: &Loaded) {
    if loaded.kept > 0 {
        tracing::info!(
            kept = loaded.kept,
            added = loaded.added,
            "the database already holds images of the fixture; they are left as they are"
        );
    }
}

fn not_loaded(error: LoadError, database: Option<PathBuf>) -> StartError {
    match error {
        LoadError::Fixture(error) => StartError::Fixture(error),
        LoadError::Store(error) => StartError::Store {
            database,
            source: Box::new(error),
        },
    }
}

/// In strict mode somebody must be able to sign in, and not everybody.
fn warn_of_users(fixture: &Fixture) {
    if fixture.users_are_made_up() {
        tracing::warn!(
            "tokens are needed, and no fixture says who the users are: `admin` and `demo` are, with \
             the password `secret`"
        );
    } else if !fixture.has_users() {
        tracing::warn!("tokens are needed, and there is no user who could have one");
    }
}
