//! A client of HTTP/1.1 for the services of the real cloud.
//!
//! It has a thread and a runtime of its own: connections live on the runtime that made them, and are
//! shared by all threads that answer requests, whichever runtime those are on. Whoever stops waiting
//! for an answer ends the request.
//!
//! What only reads is asked a second time when the connection broke, or when the service says that it
//! is busy. Anything else is sent once; again only over another connection when the first one never
//! took it. So many are under way at the same time; whose turn is next, `turns` knows.

#[cfg(feature = "cli")]
mod fetch;

#[cfg(feature = "cli")]
pub use fetch::Fetched;

use super::connections::{Connection, Connections, Ways};
use super::endpoint::{Endpoint, Service};
use super::error::{ClientError, UpstreamError};
use super::proxies::Proxies;
use super::question::{Answer, PAUSE, Question};
use super::tally::{Outcome, Seen, Tally};
use super::tls::Trust;
use super::turns::Turns;
use crate::config::UpstreamConfig;
use crate::control::Clock;
use crate::service::web_download::Resolve;
use bytes::{Bytes, BytesMut};
use http::{Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};

const X_OPENSTACK_REQUEST_ID: &str = "x-openstack-request-id";

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
    turns: Turns,
    tally: Tally,
    first_byte: Duration,
    total: Duration,
}

impl Client {
    /// For the services of a cloud, whose names are looked up by this.
    ///
    /// # Errors
    /// When certificates are needed and cannot be had, a proxy cannot be asked, or there is no thread for
    /// it.
    pub fn new(
        config: &UpstreamConfig,
        clock: &Clock,
        resolve: Resolve,
    ) -> Result<Self, ClientError> {
        let endpoints = [&config.url, &config.keystone_url, &config.compute_url];
        let mut endpoints = endpoints.into_iter().flatten();
        let tls = match endpoints.any(|url| url.starts_with("https:")) {
            true => Some(Trust::of(config)?),
            // Where the catalogue says where services are, nobody knows yet whether it is needed.
            false if config.url.is_none() || config.keystone_url.is_none() => {
                match Trust::of(config) {
                    Err(ClientError::NoRoots) => None,
                    trust => Some(trust?),
                }
            }
            false => None,
        };
        let ways = Ways {
            resolve,
            tls: tls.map(Arc::new),
            proxies: Proxies::of(&config.proxy)?,
            patience: config.connect_timeout,
        };
        Ok(Self {
            asking: Arc::new(Asking {
                connections: Connections::new(ways, config.connections.get()),
                turns: Turns::new(config.connections),
                tally: Tally::new(clock.clone()),
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
        let asked = async move { asking.ask(question).await };
        let mut task = Task(self.runtime.handle.spawn(asked));
        (&mut task.0).await.unwrap_or(Err(UpstreamError::Stopped))
    }

    /// Whoever reads an answer of a service finds that it is not what was asked for.
    pub fn is_strange(&self, service: Service) {
        self.asking.tally.add(service, Outcome::Strange);
    }

    /// What became of the requests to each service.
    #[must_use]
    pub fn seen(&self) -> [Seen; 3] {
        self.asking.tally.seen()
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.asking.turns.waiting()
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
        let until = Instant::now() + self.total;
        let first = self.once(&question, until, true).await;
        if !question.only_reads() {
            return first;
        }
        let wait = match &first {
            Ok(answer) => answer.asks_to_wait(),
            Err(error) => error.is_passing().then_some(PAUSE),
        };
        let wait = wait.filter(|wait| Instant::now() + *wait < until);
        let Some(wait) = wait else {
            return first;
        };
        tracing::debug!(?wait, authority = %question.endpoint.authority, "the real cloud is asked again");
        sleep(wait).await;
        // Where one kept connection has broken, another one may be no better.
        self.once(&question, until, first.is_ok()).await
    }

    /// When its turn has come; over a connection that was kept, if it may be one and there is one.
    async fn once(
        self: &Arc<Self>,
        question: &Question,
        until: Instant,
        may_be_kept: bool,
    ) -> Result<Answer, UpstreamError> {
        let endpoint = &question.endpoint;
        let late = |_| UpstreamError::Late {
            authority: Arc::clone(&endpoint.authority),
            what: "answer",
            limit: self.total,
        };
        let turn = timeout_at(until, self.turns.take(|| question.party())).await;
        let _turn = turn.map_err(|elapsed| {
            self.tally.add(endpoint.service, Outcome::NoTurn);
            late(elapsed)
        })?;
        let under_way = self.tally.begin(endpoint.service);
        let asked = timeout_at(until, self.exchange(question, may_be_kept)).await;
        let asked = asked.map_err(late).flatten();
        under_way.end(&asked);
        tell(question, &asked);
        asked
    }

    async fn exchange(
        self: &Arc<Self>,
        question: &Question,
        may_be_kept: bool,
    ) -> Result<Answer, UpstreamError> {
        let endpoint = &question.endpoint;
        let (response, connection) = self.send(question, may_be_kept).await?;
        let (parts, body) = response.into_parts();
        let body = read(endpoint, body, question.most_bytes).await?;
        let asking = Arc::clone(self);
        let endpoint = Arc::clone(endpoint);
        tokio::spawn(async move {
            let mut connection = connection;
            if connection.sender.ready().await.is_ok() {
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
        may_be_kept: bool,
    ) -> Result<(Response<Incoming>, Connection), UpstreamError> {
        let endpoint = &question.endpoint;
        let limit = self.first_byte;
        let reader = self.connections.reader(endpoint);
        let mut request = match reader {
            Some(proxy) => question.request_to_proxy(proxy.authorization())?,
            None => question.request()?,
        };
        loop {
            let kept = may_be_kept.then(|| self.connections.take(endpoint));
            let (mut connection, is_new) = match kept.flatten() {
                Some(connection) => (connection, false),
                None => (self.connections.make(endpoint).await?, true),
            };
            let authority = || Arc::clone(&endpoint.authority);
            let sent = timeout(limit, connection.sender.try_send_request(request)).await;
            let sent = sent.map_err(|_| UpstreamError::Late {
                authority: authority(),
                what: "begin its answer",
                limit,
            })?;
            match sent {
                Ok(response) => {
                    // Only the proxy says this.
                    if let Some(proxy) = reader
                        && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
                    {
                        let said = response.status().to_string();
                        let said = io::Error::new(ErrorKind::PermissionDenied, said);
                        return Err(UpstreamError::Unreachable {
                            authority: authority(),
                            source: proxy.failed(said),
                        });
                    }
                    return Ok((response, connection));
                }
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

/// Both ids of a request stand in the log: the one that it brought, and the one that the service gave it.
fn tell(question: &Question, asked: &Result<Answer, UpstreamError>) {
    let service = question.endpoint.service.name();
    let (method, path) = (&question.method, &question.path);
    let global_id = question.headers.get(X_OPENSTACK_REQUEST_ID);
    let global_id = global_id.and_then(|id| id.to_str().ok());
    match asked {
        Ok(answer) => tracing::debug!(
            service,
            %method,
            path,
            status = answer.status.as_u16(),
            global_id,
            request_id = answer.header(X_OPENSTACK_REQUEST_ID),
            "the real cloud answered"
        ),
        Err(error) => {
            tracing::debug!(service, %method, path, global_id, %error, "the real cloud gave no answer");
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
