//! Connections to the services of the real cloud: how they come about, and which are at hand.

use super::endpoint::Endpoint;
use super::error::UpstreamError;
use super::proxies::{Proxies, Proxy};
use super::tls::Trust;
use crate::service::web_download::Resolve;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// How long a connection is kept that nobody uses. Many servers close theirs after not much longer.
const KEPT: Duration = Duration::from_secs(20);

/// How long a connection is used, however busy it is: then other addresses and certificates count.
const MOST_AGE: Duration = Duration::from_secs(600);

/// What a connection reads ahead of whoever takes it, in bytes: there may be hundreds. The head of an answer fits
/// into it.
const MOST_BUFFERED: usize = 64 * 1024;

/// What a request is sent over.
pub struct Connection {
    /// It.
    pub sender: SendRequest<Full<Bytes>>,
    made: Instant,
}

/// How connections come about.
#[derive(Debug)]
pub struct Ways {
    /// Looks names up.
    pub resolve: Resolve,
    /// What connects over TLS, where that is needed.
    pub tls: Option<Arc<Trust>>,
    /// Through whom.
    pub proxies: Proxies,
    /// How long one may take to come about.
    pub patience: Duration,
}

/// Makes connections, and keeps those that may be used again.
pub struct Connections {
    ways: Ways,
    /// How many are kept to one service.
    most_kept: usize,
    kept: Mutex<HashMap<Arc<str>, Vec<Kept>>>,
}

struct Kept {
    connection: Connection,
    since: Instant,
}

impl Kept {
    fn is_fresh(&self) -> bool {
        let Self { connection, since } = self;
        since.elapsed() < KEPT && connection.made.elapsed() < MOST_AGE
    }
}

impl Connections {
    /// None yet.
    pub fn new(ways: Ways, most_kept: usize) -> Self {
        Self {
            ways,
            most_kept,
            kept: Mutex::default(),
        }
    }

    /// The proxy that is to pass on requests for an endpoint, and sees them: over TLS none does.
    pub fn reader(&self, endpoint: &Endpoint) -> Option<&Proxy> {
        self.ways.proxies.to(endpoint).filter(|_| !endpoint.is_tls)
    }

    /// One that is at hand.
    pub fn take(&self, endpoint: &Endpoint) -> Option<Connection> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = kept.get_mut(&endpoint.origin)?;
        // The one that was used last has the best chance to be still there.
        while let Some(one) = ours.pop() {
            if one.connection.sender.is_ready() && one.is_fresh() {
                return Some(one.connection);
            }
        }
        None
    }

    /// Keeps one whose answer has been read.
    pub fn give_back(&self, endpoint: &Endpoint, connection: Connection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = kept.entry(Arc::clone(&endpoint.origin)).or_default();
        ours.retain(|kept| !kept.connection.sender.is_closed() && kept.is_fresh());
        if ours.len() < self.most_kept {
            ours.push(Kept {
                connection,
                since: Instant::now(),
            });
        }
    }

    /// A new one. Called on the runtime that it lives on.
    ///
    /// # Errors
    /// When it does not come about in time.
    pub async fn make(&self, endpoint: &Endpoint) -> Result<Connection, UpstreamError> {
        let limit = self.ways.patience;
        // Much is kept in the middle of it, and most requests need none of that.
        let connecting = Box::pin(self.ways.connect(endpoint));
        match timeout(limit, connecting).await {
            Ok(Ok(sender)) => Ok(Connection {
                sender,
                made: Instant::now(),
            }),
            Ok(Err(Failed::System(source))) => Err(UpstreamError::Unreachable {
                authority: Arc::clone(&endpoint.authority),
                source,
            }),
            Ok(Err(Failed::Http(source))) => Err(UpstreamError::Broken {
                authority: Arc::clone(&endpoint.authority),
                source,
            }),
            Err(_) => Err(UpstreamError::Late {
                authority: Arc::clone(&endpoint.authority),
                what: "be connected to",
                limit,
            }),
        }
    }
}

impl Ways {
    async fn connect(&self, endpoint: &Endpoint) -> Result<SendRequest<Full<Bytes>>, Failed> {
        let proxy = self.proxies.to(endpoint);
        let (stream, tls) = match proxy {
            None => self.reach(endpoint, endpoint.host_and_port()).await?,
            Some(proxy) => {
                let reached = self.reach(endpoint, proxy.host_and_port().to_owned()).await;
                reached.map_err(|error| proxy.failed(error))?
            }
        };
        let tls = match (tls, endpoint.is_tls) {
            (Some(tls), _) => tls,
            (None, false) => return shake_hands(stream).await,
            (None, true) => {
                let why = "there are no certificates to know it by: give some (--upstream-ca)";
                return Err(io::Error::new(ErrorKind::Unsupported, why).into());
            }
        };
        let mut stream = stream;
        if let Some(proxy) = proxy {
            proxy.tunnel(&mut stream, &endpoint.host_and_port()).await?;
        }
        let name = ServerName::try_from(endpoint.host.clone());
        let name = name.map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
        shake_hands(tls.connect(name, stream).await?).await
    }

    /// A connection to whoever listens there, and what is needed on it for TLS with the endpoint.
    async fn reach(
        &self,
        endpoint: &Endpoint,
        host_and_port: String,
    ) -> io::Result<(TcpStream, Option<TlsConnector>)> {
        let resolve = self.resolve;
        let trust = self.tls.clone().filter(|_| endpoint.is_tls);
        // Both wait for the system.
        let looked_up = tokio::task::spawn_blocking(move || {
            let tls = trust.map(|trust| trust.connector());
            resolve(&host_and_port).map(|addresses| (addresses, tls))
        });
        let looked_up = looked_up.await;
        let (addresses, tls) = looked_up.unwrap_or_else(|error| Err(io::Error::other(error)))?;
        let stream = connect_to(&addresses).await?;
        // A request is written at once; nothing is gained by waiting for more.
        stream.set_nodelay(true)?;
        Ok((stream, tls))
    }
}

enum Failed {
    System(io::Error),
    Http(hyper::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// To the first address that takes it.
async fn connect_to(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

async fn shake_hands<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::Builder::new()
        .max_buf_size(MOST_BUFFERED)
        .handshake(TokioIo::new(stream));
    let shaken = handshake.await;
    let (connection, driver) = shaken.map_err(Failed::Http)?;
    tokio::spawn(async move {
        if let Err(error) = driver.await {
            tracing::debug!(%error, "a connection to the real cloud ended");
        }
    });
    Ok(connection)
}
