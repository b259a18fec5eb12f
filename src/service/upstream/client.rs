//! A client of HTTP/1.1 for the services of the real cloud.
//!
//! It has a thread and a runtime of its own: connections live on the runtime that made them, and are
//! shared by all threads that answer requests, whichever runtime those are on. Whoever stops waiting
//! for an answer ends the request.
//!
//! What only reads is asked a second time when the connection broke, or when the service says that it
//! is busy. Anything else is sent once; again only over another connection when the first one never
//! took it.

#[cfg(feature = "cli")]
mod fetch;

#[cfg(feature = "cli")]
pub use fetch::Fetched;

use super::connections::{Connection, Connections};
use super::endpoint::Endpoint;
use super::error::{ClientError, UpstreamError};
use super::tls;
use crate::config::UpstreamConfig;
use crate::service::web_download::Resolve;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HOST, RETRY_AFTER};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Requests under way at the same time; the rest wait for their turn, first come first served.
const MOST_AT_ONCE: usize = 256;

/// The longest time that a service may ask to be waited for. When it wants more, its answer counts.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(3);

/// How long is waited before the second try when nobody says.
const PAUSE: Duration = Duration::from_millis(100);

/// What is to be asked.
#[derive(Clone)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// Which service.
    pub endpoint: Arc<Endpoint>,
    /// The path behind that of the service, with its query: `/v2/images?limit=1`.
    pub path: String,
    /// The headers, without `Host` and without the length of the body.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// Longest answer that is taken, in bytes.
    pub most_bytes: usize,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// All of the body.
    pub body: Bytes,
}

impl Question {
    /// Of a service: nothing but a path, to be read.
    #[must_use]
    pub fn get(endpoint: &Arc<Endpoint>, path: impl Into<String>, most_bytes: usize) -> Self {
        Self {
            method: Method::GET,
            endpoint: Arc::clone(endpoint),
            path: path.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            most_bytes,
        }
    }

    fn only_reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, UpstreamError> {
        let target = [&self.endpoint.path, self.path.as_str()].concat();
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(target)
            .header(HOST, &*self.endpoint.authority)
            .body(Full::new(self.body.clone()))?;
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if !self.only_reads() && self.body.is_empty() {
            // Some servers wait for one where none is said to come.
            headers.insert(CONTENT_LENGTH, 0.into());
        }
        Ok(request)
    }
}

impl Answer {
    /// A header, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// When to come back, in the only form that services use: seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        text.trim().parse().ok().map(Duration::from_secs)
    }

    /// How long to wait before the question is asked again; nothing when the answer counts.
    fn asks_to_wait(&self) -> Option<Duration> {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let wait = self.retry_after().unwrap_or(PAUSE);
                (wait <= MOST_RETRY_AFTER).then_some(wait)
            }
            _ => None,
        }
    }
}

/// Asks the services of the real cloud. Clones share connections and bounds.
#[derive(Clone)]
pub struct Client {
    asking: Arc<Asking>,
    runtime: Arc<Runtime>,
}

/// The thread that the connections live on. It ends with the last client.
struct Runtime {
    handle: Handle,
    _alive: oneshot::Sender<()>,
}

struct Asking {
    connections: Connections,
    turns: Semaphore,
    first_byte: Duration,
    total: Duration,
}

impl Client {
    /// For the services of a cloud, whose names are looked up by this.
    ///
    /// # Errors
    /// When certificates are needed and cannot be had, or there is no thread for it.
    pub fn new(config: &UpstreamConfig, resolve: Resolve) -> Result<Self, ClientError> {
        let endpoints = [&config.url, &config.keystone_url, &config.compute_url];
        let mut endpoints = endpoints.into_iter().flatten();
        let tls = match endpoints.any(|url| url.starts_with("https:")) {
            true => Some(tls::connector(config)?),
            // Where the catalogue says where services are, nobody knows yet whether it is needed.
            false if config.url.is_none() || config.keystone_url.is_none() => {
                match tls::connector(config) {
                    Err(ClientError::NoRoots) => None,
                    connector => Some(connector?),
                }
            }
            false => None,
        };
        Ok(Self {
            asking: Arc::new(Asking {
                connections: Connections::new(resolve, tls, config.connect_timeout),
                turns: Semaphore::new(MOST_AT_ONCE),
                first_byte: config.first_byte_timeout,
                total: config.total_timeout,
            }),
            runtime: Arc::new(Runtime::start()?),
        })
    }

    /// Goes on with something, whoever waits for it, on the thread that has the connections.
    pub fn go_on(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.handle.spawn(work);
    }

    /// Asks, and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// When there is none in time, or it is too long.
    pub async fn ask(&self, question: Question) -> Result<Answer, UpstreamError> {
        let asking = Arc::clone(&self.asking);
        let task = self.runtime.handle.spawn(async move {
            let limit = asking.total;
            let authority = Arc::clone(&question.endpoint.authority);
            let asked = timeout(limit, asking.ask(question)).await;
            asked.unwrap_or(Err(UpstreamError::Late {
                authority,
                what: "answer",
                limit,
            }))
        });
        let mut task = Task(task);
        (&mut task.0).await.unwrap_or(Err(UpstreamError::Stopped))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Runtime {
    fn start() -> Result<Self, ClientError> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        let (alive, gone) = oneshot::channel();
        thread::Builder::new()
            .name("upstream".to_owned())
            .spawn(move || {
                _ = runtime.block_on(gone);
                // A name that is being looked up is nothing to wait for.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            handle,
            _alive: alive,
        })
    }
}

/// A request under way, which ends when nobody waits for it any more.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Asking {
    async fn ask(self: &Arc<Self>, question: Question) -> Result<Answer, UpstreamError> {
        let first = self.once(&question).await;
        if !question.only_reads() {
            return first;
        }
        let wait = match &first {
            Ok(answer) => answer.asks_to_wait(),
            Err(error) => error.is_passing().then_some(PAUSE),
        };
        let Some(wait) = wait else {
            return first;
        };
        tracing::debug!(?wait, authority = %question.endpoint.authority, "the real cloud is asked again");
        sleep(wait).await;
        self.once(&question).await
    }

    /// When its turn has come.
    async fn once(self: &Arc<Self>, question: &Question) -> Result<Answer, UpstreamError> {
        let turn = self.turns.acquire().await;
        let _turn = turn.map_err(|_| UpstreamError::Stopped)?;
        let endpoint = &question.endpoint;
        let (response, connection) = self.send(question).await?;
        let (parts, body) = response.into_parts();
        let body = read(endpoint, body, question.most_bytes).await?;
        let asking = Arc::clone(self);
        let endpoint = Arc::clone(endpoint);
        tokio::spawn(async move {
            let mut connection = connection;
            if connection.ready().await.is_ok() {
                asking.connections.give_back(&endpoint, connection);
            }
        });
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Over a connection that is at hand, or over a new one.
    async fn send(
        &self,
        question: &Question,
    ) -> Result<(Response<Incoming>, Connection), UpstreamError> {
        let endpoint = &question.endpoint;
        let limit = self.first_byte;
        let mut request = question.request()?;
        loop {
            let (mut connection, is_new) = match self.connections.take(endpoint) {
                Some(connection) => (connection, false),
                None => (self.connections.make(endpoint).await?, true),
            };
            let authority = || Arc::clone(&endpoint.authority);
            let sent = timeout(limit, connection.try_send_request(request)).await;
            let sent = sent.map_err(|_| UpstreamError::Late {
                authority: authority(),
                what: "begin its answer",
                limit,
            })?;
            match sent {
                Ok(response) => return Ok((response, connection)),
                Err(mut failed) => match failed.take_message() {
                    // The service had closed it, and never took the request.
                    Some(untaken) if !is_new => request = untaken,
                    _ => {
                        return Err(UpstreamError::Broken {
                            authority: authority(),
                            source: failed.into_error(),
                        });
                    }
                },
            }
        }
    }
}

/// The whole of a body.
async fn read(
    endpoint: &Endpoint,
    mut body: Incoming,
    most: usize,
) -> Result<Bytes, UpstreamError> {
    let authority = || Arc::clone(&endpoint.authority);
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|source| UpstreamError::Broken {
            authority: authority(),
            source,
        })?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if first.len() + whole.len() + piece.len() > most {
            return Err(UpstreamError::TooLong {
                authority: authority(),
                most,
            });
        }
        if first.is_empty() && whole.is_empty() {
            first = piece;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&piece);
        }
    }
    Ok(if whole.is_empty() {
        first
    } else {
        whole.freeze()
    })
}
