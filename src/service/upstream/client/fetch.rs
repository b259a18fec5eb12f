//! Answers that are too long to be held: their bodies come piece by piece.

use super::{Asking, Client};
use crate::service::upstream::endpoint::Endpoint;
use crate::service::upstream::error::UpstreamError;
use crate::service::upstream::question::Question;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Pieces that wait to be taken. The service is read from no faster.
const MOST_WAITING: usize = 8;

/// An answer whose body comes piece by piece. Dropped before its end, the connection is closed.
#[derive(Debug)]
pub struct Fetched {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// An empty piece is the end.
    pieces: mpsc::Receiver<Result<Bytes, UpstreamError>>,
}

impl Fetched {
    /// The next piece; nothing behind the last.
    ///
    /// # Errors
    /// When the connection breaks, or nothing comes for longer than an answer may take to begin.
    pub async fn next(&mut self) -> Result<Option<Bytes>, UpstreamError> {
        match self.pieces.recv().await {
            Some(Ok(piece)) => Ok((!piece.is_empty()).then_some(piece)),
            Some(Err(error)) => Err(error),
            None => Err(UpstreamError::Stopped),
        }
    }

    /// The beginning of the body: no less of it than this, in bytes, if there is so much.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn beginning(&mut self, bytes: usize) -> Result<Vec<u8>, UpstreamError> {
        let mut beginning = Vec::new();
        while beginning.len() < bytes {
            match self.next().await? {
                Some(piece) => beginning.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok(beginning)
    }
}

impl Client {
    /// Asks, once, for what may be of any length: there is a limit to each silence, and none to the whole.
    ///
    /// # Errors
    /// When the answer does not begin in time.
    pub async fn fetch(&self, question: Question) -> Result<Fetched, UpstreamError> {
        let (begun, told) = oneshot::channel();
        let asking = Arc::clone(&self.asking);
        self.runtime.handle.spawn(asking.fetch(question, begun));
        told.await.unwrap_or(Err(UpstreamError::Stopped))
    }
}

impl Asking {
    async fn fetch(
        self: Arc<Self>,
        question: Question,
        begun: oneshot::Sender<Result<Fetched, UpstreamError>>,
    ) {
        let turns = self.turns(question.endpoint.service);
        let _turn = turns.take(|| question.party()).await;
        let (response, connection) = match self.send(&question, true).await {
            Ok(sent) => sent,
            Err(error) => {
                _ = begun.send(Err(error));
                return;
            }
        };
        let (parts, mut body) = response.into_parts();
        let (sender, pieces) = mpsc::channel(MOST_WAITING);
        let fetched = Fetched {
            status: parts.status,
            headers: parts.headers,
            pieces,
        };
        if begun.send(Ok(fetched)).is_err() {
            return;
        }
        let endpoint = &question.endpoint;
        loop {
            let piece = self.piece(endpoint, &mut body).await;
            let is_end = piece.as_ref().is_ok_and(Bytes::is_empty);
            let is_failure = piece.is_err();
            if sender.send(piece).await.is_err() || is_failure {
                return;
            }
            if is_end {
                break;
            }
        }
        self.keep(endpoint, connection).await;
    }

    /// The next piece of a body that is not empty; at the end an empty one.
    async fn piece(
        &self,
        endpoint: &Endpoint,
        body: &mut Incoming,
    ) -> Result<Bytes, UpstreamError> {
        let limit = self.first_byte;
        loop {
            let frame = timeout(limit, body.frame()).await;
            let frame = frame.map_err(|_| UpstreamError::Late {
                authority: Arc::clone(&endpoint.authority),
                what: "go on with its answer",
                limit,
            })?;
            let Some(frame) = frame else {
                return Ok(Bytes::new());
            };
            let frame = frame.map_err(|source| UpstreamError::Broken {
                authority: Arc::clone(&endpoint.authority),
                source,
            })?;
            if let Ok(piece) = frame.into_data()
                && !piece.is_empty()
            {
                return Ok(piece);
            }
        }
    }
}
