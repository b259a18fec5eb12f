//! The composition root: puts an emulator together, gives it a listener and threads, and stops it.

mod address;
mod beside;
mod body;
mod builder;
mod connection;
mod doorman;
mod elsewhere;
mod entrance;
mod error;
mod fault_calls;
mod faults;
mod flow;
mod front;
mod image_handle;
mod interceptor;
mod line;
mod names;
#[cfg(fuzzing)]
pub mod offline;
mod output;
mod recording;
mod request_lines;
mod requests;
mod server;
mod shared;
mod sockets;
mod space;
mod state;
#[cfg(test)]
mod tests;
mod texts;
mod upstream;
mod watched;
mod web;
mod whose;

#[cfg(feature = "cli")]
pub(crate) use address::resolve;
pub use builder::EmulatorBuilder;
pub use error::StartError;
pub use fault_calls::Faults;
pub use front::operations;
pub use image_handle::Images;
pub use interceptor::{Exchange, Interceptor, Verdict};
pub use requests::{Requests, WaitError};
pub use space::{Space, SpaceBuilder};
#[cfg(feature = "cli")]
pub(crate) use texts::TEXTS;

use crate::store::Loaded;
use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{ServiceFactoryExt, fn_service};
use actix_web::dev::ServerHandle;
use actix_web::rt::net::TcpStream;
use connection::Connection;
use entrance::Entrance;
use futures_util::FutureExt as _;
use server::Server;
use shared::Shared;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// How long a client may take to send its request line and headers.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long what a client still sends is read past behind an answer that it did not wait for, so that it
/// sees the answer.
const LINGERING: Duration = Duration::from_secs(2);

/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How often what has ended is let go; within a minute of its end it has to be.
const TIDIED_EVERY: Duration = Duration::from_secs(20);

/// When a server looks for what others left behind: whoever has waited for it to start is answered first.
const SWEPT_AFTER: Duration = Duration::from_millis(100);

/// The listeners, by the addresses that they are bound to.
#[derive(Clone, Copy, Debug)]
struct Listeners {
    /// The one that all services share.
    shared: SocketAddr,
    /// Keystone's own.
    identity: Option<SocketAddr>,
    /// Glance's own.
    image: Option<SocketAddr>,
    /// The control API's own.
    control: Option<SocketAddr>,
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
///
/// Behind a lock, since a receiver alone may not be looked at from several threads, and with it no
/// emulator could.
#[derive(Debug)]
struct Gone(Mutex<Receiver<()>>, Duration);

impl Gone {
    fn new(receiver: Receiver<()>, patience: Duration) -> Self {
        Self(Mutex::new(receiver), patience)
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        let receiver = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        _ = receiver.recv_timeout(self.1);
    }
}

/// A test suite keeps one in a `static`, or an `Arc` of one in each thread.
const _: () = {
    const fn is_shared_between_threads<T: Send + Sync>() {}
    is_shared_between_threads::<Emulator>();
};

impl Emulator {
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

    /// Where Glance's own listener is, if there is one.
    #[must_use]
    pub fn image_address(&self) -> Option<SocketAddr> {
        self.listeners.image
    }

    /// The base URL of Glance: of its own listener, else under the shared one.
    #[must_use]
    pub fn image_url(&self) -> String {
        match self.listeners.image {
            Some(address) => format!("http://{}", reachable(address)),
            None => format!("{}/image", self.url()),
        }
    }

    /// Where the control API's own listener is, if there is one.
    #[must_use]
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.listeners.control
    }

    /// The base URL of the control API: of its own listener, else under the shared one.
    #[must_use]
    pub fn control_url(&self) -> String {
        match self.listeners.control {
            Some(address) => format!("http://{}/_control", reachable(address)),
            None => format!("{}/_control", self.url()),
        }
    }

    /// The base URL of Keystone: of its own listener, else under the shared one.
    #[must_use]
    pub fn identity_url(&self) -> String {
        match self.listeners.identity {
            Some(address) => format!("http://{}", reachable(address)),
            None => format!("{}/identity", self.url()),
        }
    }

    /// The base URL, without a slash at its end. Of a server that listens everywhere it is that of
    /// this machine.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", reachable(self.listeners.shared))
    }

    /// The base URL that clients are told: the public one, if one was given.
    #[cfg(feature = "cli")]
    pub(crate) fn public_url(&self) -> String {
        let public_url = self.shared.config().public_url.clone();
        public_url.unwrap_or_else(|| self.url())
    }

    /// What the catalogue calls the region.
    #[cfg(feature = "cli")]
    pub(crate) fn region(&self) -> &str {
        crate::api::keystone::region(&self.shared.spaces.root.config)
    }

    /// The project of a caller who names none: the first there is.
    #[must_use]
    pub fn default_project_id(&self) -> String {
        let directory = self.shared.spaces.root.identity.directory();
        directory.default_project_id().to_owned()
    }

    /// A token of the fixture that opens the default project.
    #[must_use]
    pub fn example_token(&self) -> Option<String> {
        self.shared.spaces.root.identity.example_token()
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
            // Who waits for entries of the journal would hold it up.
            self.shared.spaces.close();
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

/// An address that a client can connect to: `0.0.0.0` and `[::]` are none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Runs the server on threads of its own; returns once it accepts connections.
fn serve(
    shared: Arc<Shared>,
    sockets: Vec<(TcpListener, Entrance)>,
) -> Result<(ServerHandle, JoinHandle<()>), StartError> {
    let (sender, receiver) = sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("nova-images".to_owned())
        .spawn(move || run(shared, sockets, &sender))
        .map_err(StartError::Thread)?;
    let started = receiver
        .recv()
        .map_err(|error| StartError::Thread(std::io::Error::other(error)))?;
    Ok((started.map_err(StartError::Thread)?, thread))
}

fn run(
    shared: Arc<Shared>,
    sockets: Vec<(TcpListener, Entrance)>,
    started: &SyncSender<std::io::Result<ServerHandle>>,
) {
    let config = shared.config();
    let mut builder = actix_server::Server::build()
        .workers(config.workers)
        .shutdown_timeout(whole_seconds(config.stop_within))
        // The doorman bounds them; the framework would let a probe wait.
        .max_concurrent_connections(shared.doorman.most_of_all().saturating_mul(2))
        .disable_signals();
    let mut listening = Ok(());
    for (socket, entrance) in sockets {
        if listening.is_ok() {
            let added = listen(builder, socket, entrance, &shared);
            (builder, listening) = match added {
                Ok(builder) => (builder, Ok(())),
                Err(error) => (actix_server::Server::build(), Err(error)),
            };
        }
    }
    // From here on the workers hold it.
    let app = Arc::downgrade(&shared);
    drop(shared);
    let outcome = actix_web::rt::System::new().block_on(async move {
        listening?;
        actix_web::rt::spawn(tidy(app));
        let server = builder.run();
        _ = started.send(Ok(server.handle()));
        server.await
    });
    if let Err(error) = outcome {
        tracing::error!(reason = %error, "the server stopped");
        _ = started.try_send(Err(error));
    }
}

/// Rounded up.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Lets go what time has ended, also while nobody asks, and what others left behind, which no start waits for.
async fn tidy(shared: Weak<Shared>) {
    actix_web::rt::time::sleep(SWEPT_AFTER).await;
    if let Some(shared) = shared.upgrade() {
        shared.spaces.sweep_temporary();
    }
    loop {
        actix_web::rt::time::sleep(TIDIED_EVERY).await;
        match shared.upgrade() {
            Some(shared) => shared.spaces.tidy(),
            None => return,
        }
    }
}

/// Adds a listener, and the service behind it.
fn listen(
    builder: ServerBuilder,
    socket: TcpListener,
    entrance: Entrance,
    shared: &Arc<Shared>,
) -> std::io::Result<ServerBuilder> {
    let stopping = builder.graceful_shutdown_signal();
    let shared = Arc::clone(shared);
    builder.listen("nova-images", socket, move || {
        let server = Rc::new(Server::new(Arc::clone(&shared), entrance));
        let doorman = Arc::clone(&shared.doorman);
        let patience = shared.config().patience;
        let expecting = Rc::clone(&server);
        let stopping = passed_on(stopping.clone());
        let http = HttpService::build()
            .client_request_timeout(REQUEST_TIMEOUT)
            // A head goes at once: its body is beside it.
            .h1_write_buffer_size(1)
            .client_disconnect_timeout(LINGERING)
            .keep_alive(KEEP_ALIVE)
            .graceful_shutdown_signal(move || {
                let mut stopping = stopping.clone();
                async move { _ = stopping.changed().await }
            })
            .on_connect_ext(|connection: &Connection, facts: &mut Extensions| {
                facts.insert(connection.facts());
            })
            // Boxed: a connection has room for it, whether anybody asks or not.
            .expect(fn_service(move |request| {
                Box::pin(web::expect(Rc::clone(&expecting), request))
            }))
            .h1(fn_service(move |request| {
                let answer = Box::pin(web::answer(Rc::clone(&server), request));
                answer.map(Ok::<_, Infallible>)
            }));
        fn_service(move |stream: TcpStream| {
            let ticket = doorman.enter();
            async move {
                stream.set_nodelay(true).ok();
                let peer = stream.peer_addr().ok();
                let connection = Connection::new(stream, ticket, patience);
                Ok::<_, DispatchError>((connection, peer))
            }
        })
        .and_then(http)
    })
}

/// Tells the connections of this thread that the server stops. They look at each request, and the framework's own
/// signal is one lock for all threads. Whoever tells is there as long as they are.
fn passed_on(stopping: GracefulShutdownSignal) -> watch::Receiver<()> {
    let (telling, told) = watch::channel(());
    actix_web::rt::spawn(async move {
        stopping.notified().await;
        // Without a connection there is nobody to be told.
        _ = telling.send(());
    });
    told
}
