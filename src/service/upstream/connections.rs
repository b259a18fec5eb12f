//! Connections to the services of the real cloud: how they come about, and which are at hand.

use super::endpoint::Endpoint;
use super::error::UpstreamError;
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

/// Connections that are kept to one service.
const MOST_KEPT: usize = 64;

/// What a request is sent over.
pub type Connection = SendRequest<Full<Bytes>>;

/// Makes connections, and keeps those that may be used again.
pub struct Connections {
    resolve: Resolve,
    tls: Option<TlsConnector>,
    patience: Duration,
    kept: Mutex<HashMap<Arc<str>, Vec<Kept>>>,
}

struct Kept {
    connection: Connection,
    since: Instant,
}

impl Connections {
    /// None yet; `patience` is how long one may take to come about.
    pub fn new(resolve: Resolve, tls: Option<TlsConnector>, patience: Duration) -> Self {
        Self {
            resolve,
            tls,
            patience,
            kept: Mutex::default(),
        }
    }

    /// One that is at hand.
    pub fn take(&self, endpoint: &Endpoint) -> Option<Connection> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = kept.get_mut(&endpoint.authority)?;
        // The one that was used last has the best chance to be still there.
        while let Some(Kept { connection, since }) = ours.pop() {
            if connection.is_ready() && since.elapsed() < KEPT {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps one whose answer has been read.
    pub fn give_back(&self, endpoint: &Endpoint, connection: Connection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = kept.entry(Arc::clone(&endpoint.authority)).or_default();
        ours.retain(|kept| !kept.connection.is_closed() && kept.since.elapsed() < KEPT);
        if ours.len() < MOST_KEPT {
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
        let limit = self.patience;
        match timeout(limit, self.connect(endpoint)).await {
            Ok(Ok(connection)) => Ok(connection),
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

    async fn connect(&self, endpoint: &Endpoint) -> Result<Connection, Failed> {
        let (resolve, name) = (self.resolve, endpoint.host_and_port());
        let resolved = tokio::task::spawn_blocking(move || resolve(&name)).await;
        let addresses = resolved.unwrap_or_else(|error| Err(io::Error::other(error)))?;
        let stream = connect_to(&addresses).await?;
        // A request is written at once; nothing is gained by waiting for more.
        stream.set_nodelay(true)?;
        match &self.tls {
            Some(tls) if endpoint.is_tls => {
                let name = ServerName::try_from(endpoint.host.clone());
                let name = name.map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
                shake_hands(tls.connect(name, stream).await?).await
            }
            None if endpoint.is_tls => {
                let why = "there are no certificates to know it by: give some (--upstream-ca)";
                Err(io::Error::new(ErrorKind::Unsupported, why).into())
            }
            _ => shake_hands(stream).await,
        }
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

async fn shake_hands<S>(stream: S) -> Result<Connection, Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (connection, driver) = shaken.map_err(Failed::Http)?;
    tokio::spawn(async move {
        if let Err(error) = driver.await {
            tracing::debug!(%error, "a connection to the real cloud ended");
        }
    });
    Ok(connection)
}
