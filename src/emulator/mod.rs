//! The composition root: puts an emulator together, gives it a listener and threads, and stops it.

mod body;
mod connection;
mod front;
mod interceptor;
mod output;
mod server;
#[cfg(test)]
mod tests;
mod web;

pub use front::operations;
pub use interceptor::{Exchange, Interceptor, Verdict};

use crate::api::keystone::Door;
use crate::api::nova;
use crate::config::{AuthMode, Config, Microversion, Profile, WaldurApi};
use crate::control::{Clock, Fixture, Ids};
use crate::service::App;
use crate::store::{Loaded, StoreError};
use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, ServerHandle};
use actix_web::rt::net::TcpStream;
use connection::Connection;
use server::{Server, Shared};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a client may take to send its request line and headers.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long requests under way may take to finish when the server stops.
const SHUTDOWN_SECONDS: u64 = 10;

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// What was asked for.
        address: String,
        /// What the operating system says.
        reason: String,
    },
    /// The store cannot be used.
    #[error("{}{error}", database.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default())]
    Store {
        /// The file, when there is one.
        database: Option<PathBuf>,
        /// What is wrong.
        error: String,
    },
    /// The threads could not be started.
    #[error("cannot start: {0}")]
    Thread(String),
}

/// What an emulator is made of. Every part has a default.
#[must_use]
pub struct EmulatorBuilder {
    config: Config,
    address: String,
    fixture: Option<Fixture>,
    clock: Clock,
    ids: Ids,
    interceptor: Option<Box<dyn Interceptor>>,
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
            Some(known) => known.merge(fixture),
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
        self.config.auth = auth;
        self
    }

    /// Which server it is.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.config.profile = profile;
        self
    }

    /// Keeps the data in a file.
    pub fn database(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.database = Some(path.into());
        self
    }

    /// What links begin with, instead of the request's `Host`.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.config.public_url = Some(url.into());
        self
    }

    /// What `alternate` links begin with.
    pub fn glance_url(mut self, url: impl Into<String>) -> Self {
        self.config.glance_url = Some(url.into());
        self
    }

    /// The newest microversion that is advertised and accepted.
    pub fn max_microversion(mut self, version: Microversion) -> Self {
        self.config.max_microversion = Some(version);
        self
    }

    /// The page size up to which `next` links are made.
    pub fn max_limit(mut self, images: u64) -> Self {
        self.config.max_limit = images;
        self
    }

    /// At most so many requests a minute per verb and caller.
    pub fn rate_limit(mut self, requests_per_minute: u32) -> Self {
        self.config.rate_limit = Some(requests_per_minute);
        self
    }

    /// Which release of Waldur's API it has.
    pub fn waldur_api(mut self, api: WaldurApi) -> Self {
        self.config.waldur_api = api;
        self
    }

    /// Seconds that a token lives.
    pub fn token_ttl(mut self, seconds: u32) -> Self {
        self.config.token_ttl = seconds;
        self
    }

    /// Puts a service into the catalogue, in place of the one of its type; the URL may hold
    /// `$(project_id)s`.
    pub fn catalog(mut self, kind: impl Into<String>, url: impl Into<String>) -> Self {
        self.config.catalog.push((kind.into(), url.into()));
        self
    }

    /// What the catalogue calls the region.
    pub fn region(mut self, name: impl Into<String>) -> Self {
        self.config.region = Some(name.into());
        self
    }

    /// Serves Keystone at the root of this address too; port 0 takes a free one.
    pub fn identity_listen(mut self, address: impl Into<String>) -> Self {
        self.config.identity_listen = Some(address.into());
        self
    }

    /// Threads that answer requests.
    pub fn workers(mut self, threads: usize) -> Self {
        self.config.workers = threads.max(1);
        self
    }

    /// Everything at once, as the command line reads it.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Starts it; when this returns, it answers.
    ///
    /// # Errors
    /// When the address or the database cannot be used.
    pub fn start(self) -> Result<Emulator, StartError> {
        let (listener, address) = bind(&self.address)?;
        let own = self.config.identity_listen.as_deref().map(bind);
        let (identity_listener, identity_address) = own.transpose()?.unzip();
        let listeners = Listeners {
            shared: address,
            identity: identity_address,
        };
        let database = self.config.database.clone();
        let fixture = self.fixture.unwrap_or_default();
        let (app, loaded) = App::open(self.config, fixture, self.clock, self.ids, nova::TEXTS)
            .map_err(|error: StoreError| StartError::Store {
                database,
                error: error.to_string(),
            })?;
        if loaded.kept > 0 {
            tracing::info!(
                kept = loaded.kept,
                added = loaded.added,
                "the database already holds images of the fixture; they are left as they are"
            );
        }
        let (shared, gone) = Shared::new(app, self.interceptor);
        let own = identity_listener.map(|socket| {
            let shared_port = listeners.shared.port();
            (socket, Door::Own { shared_port })
        });
        let sockets = std::iter::once((listener, Door::Shared)).chain(own);
        let (handle, thread) = serve(Arc::clone(&shared), sockets.collect())?;
        Ok(Emulator {
            shared,
            listeners,
            loaded,
            handle,
            thread: Some(thread),
            _gone: Gone(gone),
        })
    }
}

/// The listeners, by the addresses that they are bound to.
#[derive(Clone, Copy, Debug)]
struct Listeners {
    /// The one that all services share.
    shared: SocketAddr,
    /// Keystone's own.
    identity: Option<SocketAddr>,
}

/// A running emulator. Dropping it stops it.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    listeners: Listeners,
    loaded: Loaded,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    /// Dropped last, behind the emulator's own share of the app.
    _gone: Gone,
}

/// Waits in its drop until the last thread has let go of the app. The server does not wait for its
/// workers, and whoever has dropped an emulator may open its database again.
#[derive(Debug)]
struct Gone(Receiver<()>);

impl Drop for Gone {
    fn drop(&mut self) {
        _ = self.0.recv_timeout(Duration::from_secs(SHUTDOWN_SECONDS));
    }
}

impl Emulator {
    /// An emulator with every default: no images, open, in memory, on a free port.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            config: Config::default(),
            address: "127.0.0.1:0".to_owned(),
            fixture: None,
            clock: Clock::real(),
            ids: Ids::random(),
            interceptor: None,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listeners.shared
    }

    /// Where Keystone's own listener is, if there is one.
    #[must_use]
    pub fn identity_address(&self) -> Option<SocketAddr> {
        self.listeners.identity
    }

    /// The base URL of Keystone: of its own listener, else under the shared one.
    #[must_use]
    pub fn identity_url(&self) -> String {
        match self.listeners.identity {
            Some(address) => format!("http://{address}"),
            None => format!("{}/identity", self.url()),
        }
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listeners.shared)
    }

    /// The project of a caller who names none: the fixture's first.
    #[must_use]
    pub fn default_project_id(&self) -> &str {
        self.shared.app.identity.default_project_id()
    }

    /// A token of the fixture that opens the default project.
    #[must_use]
    pub fn example_token(&self) -> Option<&str> {
        let project_id = self.default_project_id();
        let tokens = &self.shared.app.identity.directory().tokens;
        let token = tokens
            .iter()
            .find(|token| token.project_id.as_deref() == Some(project_id));
        token.map(|token| token.id.as_str())
    }

    /// How many images of the fixture were new to the store, and how many it already had.
    #[must_use]
    pub fn loaded(&self) -> (usize, usize) {
        (self.loaded.added, self.loaded.kept)
    }

    /// Lets the requests under way finish, then stops.
    pub fn stop(mut self) {
        self.halt(true);
    }

    fn halt(&mut self, graceful: bool) {
        if let Some(thread) = self.thread.take() {
            // The command is sent by the call; the future only waits for the answer.
            drop(self.handle.stop(graceful));
            _ = thread.join();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.halt(false);
    }
}

fn bind(address: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error: std::io::Error| StartError::Listen {
        address: address.to_owned(),
        reason: error.to_string(),
    };
    let addresses: Vec<_> = address.to_socket_addrs().map_err(failed)?.collect();
    let listener = TcpListener::bind(addresses.as_slice()).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Runs the server on threads of its own; returns once it accepts connections.
fn serve(
    shared: Arc<Shared>,
    sockets: Vec<(TcpListener, Door)>,
) -> Result<(ServerHandle, JoinHandle<()>), StartError> {
    let (sender, receiver) = sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("nova-images".to_owned())
        .spawn(move || run(shared, sockets, &sender))
        .map_err(|error| StartError::Thread(error.to_string()))?;
    let started = receiver
        .recv()
        .map_err(|error| StartError::Thread(error.to_string()))?;
    Ok((started.map_err(StartError::Thread)?, thread))
}

fn run(
    shared: Arc<Shared>,
    sockets: Vec<(TcpListener, Door)>,
    started: &SyncSender<Result<ServerHandle, String>>,
) {
    let mut builder = actix_server::Server::build()
        .workers(shared.app.config.workers)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    let mut listening = Ok(());
    for (socket, door) in sockets {
        if listening.is_ok() {
            let added = listen(builder, socket, door, &shared);
            (builder, listening) = match added {
                Ok(builder) => (builder, Ok(())),
                Err(error) => (actix_server::Server::build(), Err(error.to_string())),
            };
        }
    }
    // From here on the workers hold it.
    drop(shared);
    let outcome = actix_web::rt::System::new().block_on(async move {
        listening?;
        let server = builder.run();
        _ = started.send(Ok(server.handle()));
        server.await.map_err(|error| error.to_string())
    });
    if let Err(reason) = outcome {
        tracing::error!(reason, "the server stopped");
        _ = started.try_send(Err(reason));
    }
}

/// Adds a listener, and the service behind it.
fn listen(
    builder: ServerBuilder,
    socket: TcpListener,
    door: Door,
    shared: &Arc<Shared>,
) -> std::io::Result<ServerBuilder> {
    let stopping = builder.graceful_shutdown_signal();
    let shared = Arc::clone(shared);
    builder.listen("nova-images", socket, move || {
        let web_app = actix_web::App::new()
            .app_data(Server::new(Arc::clone(&shared), door))
            .default_service(actix_web::web::to(web::answer));
        let stopping = stopping.clone();
        let http = HttpService::build()
            .client_request_timeout(REQUEST_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(|connection: &Connection, facts: &mut Extensions| {
                facts.insert(connection.facts());
            })
            .h1(map_config(web_app.into_factory(), |()| {
                AppConfig::default()
            }));
        fn_service(|stream: TcpStream| async {
            stream.set_nodelay(true).ok();
            let peer = stream.peer_addr().ok();
            Ok::<_, DispatchError>((Connection::new(stream), peer))
        })
        .and_then(http)
    })
}
