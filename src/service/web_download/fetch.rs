//! Fetches what may be fetched.

use super::address::is_public;
use super::client::Download;
use super::error::{DownloadError, Filtered};
use super::target::Target;
use crate::config::{ServerConfig, WebSource};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Downloads at the same time; others wait.
const MOST_AT_ONCE: usize = 4;

/// Looks the addresses of a `HOST:PORT` up; it may wait.
pub type Resolve = fn(&str) -> io::Result<Vec<SocketAddr>>;

/// The bytes of a file, piece by piece.
pub type Data = BoxStream<'static, Result<Bytes, DownloadError>>;

/// Fetches data for images. Clones share what bounds them.
#[derive(Clone)]
pub struct WebDownloads {
    allowed: Arc<[WebSource]>,
    resolve: Resolve,
    patience: Duration,
    turns: Arc<Semaphore>,
}

impl WebDownloads {
    /// As a server allows it, which looks names up by this.
    #[must_use]
    pub fn new(config: &ServerConfig, resolve: Resolve) -> Self {
        Self {
            allowed: config.web_download.as_slice().into(),
            resolve,
            patience: config.patience,
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
        }
    }

    /// What a URI means, if it may be asked. Nothing is looked up yet.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, uri: &str) -> Result<Target, Filtered> {
        Target::parse(uri, &self.allowed)
    }

    /// Asks for it: the data, as they come. It is to be waited for, and read from, on a runtime with
    /// timers and sockets.
    ///
    /// # Errors
    /// When it may not come from where it is, does not come, or is larger than this.
    pub async fn open(&self, target: &Target, most_bytes: u64) -> Result<Data, DownloadError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| DownloadError::Unreachable(io::ErrorKind::Other.into()))?;
        let (resolve, authority) = (self.resolve, target.authority());
        let resolved = tokio::task::spawn_blocking(move || resolve(&authority)).await;
        let resolved = resolved.unwrap_or_else(|error| Err(io::Error::other(error)));
        let addresses = resolved.map_err(DownloadError::Unreachable)?;
        if !target.is_named {
            // One of a name's addresses that is not public makes all of them suspect.
            let mut ips = addresses.iter().map(SocketAddr::ip);
            if let Some(ip) = ips.find(|ip| !is_public(*ip)) {
                return Err(DownloadError::NotPublic(ip));
            }
        }
        let download = Download::of(target, &addresses, self.patience).await?;
        if download.left() > most_bytes {
            return Err(DownloadError::TooLarge(download.left()));
        }
        let data = stream::try_unfold((download, turn), async |(mut download, turn)| {
            let piece = download.next().await?;
            Ok(piece.map(|piece| (piece, (download, turn))))
        });
        Ok(data.boxed())
    }
}

impl fmt::Debug for WebDownloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WebDownloads").field(&self.allowed).finish()
    }
}
