//! A client of HTTP/1.1 for the services of the real cloud.
//!
//! It has a thread and a runtime of its own: connections live on the runtime that made them, and are
//! shared by all threads that answer requests, whichever runtime those are on. Whoever stops waiting
//! for an answer ends the request.
//!
//! What only reads is asked a second time when the connection broke, or when the service says that it
//! is busy. Anything else is sent once; again only over another connection when the first one never
//! took it. So many are under way to a service at the same time, so that one which hangs keeps nobody from
//! another; whose turn is next, `turns` knows.

#[cfg(feature = "cli")]
mod fetch;

#[cfg(feature = "cli")]
pub use fetch::Fetched;

use super::connections::{Connection, Connections, Ways};
use super::endpoint::{Endpoint, Service};
use super::error::{ClientError, UpstreamError};
use super::proxies::Proxies;
use super::question::{Answer, PAUSE, Question};
use super::redirect::{Led, MOST_REDIRECTS};
use super::tally::{Outcome, Seen, Tally};
use super::tls::Trust;
use super::turns::Turns;
use crate::config::UpstreamConfig;
use crate::control::Clock;
use crate::service::web_download::Resolve;
use bytes::{Bytes, BytesMut};
use http::{Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// The room that is made for a body before all of it is there, in bytes.
const MOST_RESERVED: usize = 1 << 20;

const X_OPENSTACK_REQUEST_ID: &str = "x-openstack-request-id";

/// How long a connection may take to be of use again when its answer has been read. It is closed otherwise.
const MOST_REST: Duration = Duration::from_millis(100);

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
    /// Of each service, in the order of [`Service::ALL`].
    turns: [Turns; 3],
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
        let ways = Ways {
            resolve,
            tls: trust(config)?.map(Arc::new),
            proxies: Proxies::of(&config.proxy)?,
            patience: config.connect_timeout,
        };
        Ok(Self {
            asking: Arc::new(Asking {
                connections: Connections::new(ways, config.connections.get()),
                turns: Service::ALL.map(|_| Turns::new(config.connections)),
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

    /// How many requests to a service wait for their turn.
    #[must_use]
    pub fn waiting(&self, service: Service) -> usize {
        self.asking.turns(service).waiting()
    }
}

/// Whom TLS believes, where it is needed, or may be.
fn trust(config: &UpstreamConfig) -> Result<Option<Trust>, ClientError> {
    let endpoints = [&config.url, &config.keystone_url, &config.compute_url];
    let mut endpoints = endpoints.into_iter().flatten();
    if endpoints.any(|url| url.starts_with("https:")) {
        return Trust::of(config).map(Some);
    }
    // Where the catalogue says where services are, nobody knows yet.
    let may_come = config.url.is_none() || config.keystone_url.is_none();
    let files = [&config.ca_file, &config.client_cert_file];
    if !may_come && files.iter().all(|file| file.is_none()) {
        return Ok(None);
    }
    // What is wrong with a file is told, whether it is needed or not.
    match Trust::of(config) {
        Ok(trust) => Ok(Some(trust).filter(|_| may_come)),
        Err(ClientError::NoRoots) => Ok(None),
        Err(error) => Err(error),
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
    fn turns(&self, service: Service) -> &Turns {
        &self.turns[service as usize]
    }

    /// Asks, there and where the service leads to.
    async fn ask(&self, mut question: Question) -> Result<Answer, UpstreamError> {
        let until = Instant::now() + self.total;
        let authority = Arc::clone(&question.endpoint.authority);
        let service = question.endpoint.service;
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.ask_there(&question, until).await?;
            match Led::by(&answer, &question) {
                Led::Nowhere => return Ok(answer),
                Led::To(next) => question = *next,
                Led::Away(to) => {
                    self.tally.add(service, Outcome::Strange);
                    return Err(UpstreamError::Away { authority, to });
                }
            }
        }
        self.tally.add(service, Outcome::Strange);
        Err(UpstreamError::Circles {
            authority,
            most: MOST_REDIRECTS,
        })
    }

    /// A second time, where that may go better.
    async fn ask_there(
        &self,
        question: &Question,
        until: Instant,
    ) -> Result<Answer, UpstreamError> {
        let (mut is_second, mut may_be_kept) = (false, true);
        loop {
            let asked = self.once(question, until, may_be_kept).await;
            if is_second || !question.only_reads() {
                return asked;
            }
            let wait = match &asked {
                Ok(answer) => answer.asks_to_wait(),
                Err(error) => error.is_passing().then_some(PAUSE),
            };
            let Some(wait) = wait.filter(|wait| Instant::now() + *wait < until) else {
                return asked;
            };
            let authority = &question.endpoint.authority;
            tracing::debug!(?wait, %authority, "the real cloud is asked again");
            // Where one kept connection has broken, another one may be no better.
            (is_second, may_be_kept) = (true, asked.is_ok());
            drop(asked);
            sleep(wait).await;
        }
    }

    /// When its turn has come; over a connection that was kept, if it may be one and there is one.
    async fn once(
        &self,
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
        let turn = timeout_at(
            until,
            self.turns(endpoint.service).take(|| question.party()),
        )
        .await;
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
        &self,
        question: &Question,
        may_be_kept: bool,
    ) -> Result<Answer, UpstreamError> {
        let endpoint = &question.endpoint;
        let (response, connection) = self.send(question, may_be_kept).await?;
        let (parts, body) = response.into_parts();
        let body = read(endpoint, body, question.most_bytes).await?;
        self.keep(endpoint, connection).await;
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Keeps a connection whose answer has been read, once it knows that this was all of it: whoever asks
    /// next finds it.
    async fn keep(&self, endpoint: &Endpoint, mut connection: Connection) {
        if let Ok(Ok(())) = timeout(MOST_REST, connection.sender.ready()).await {
            self.connections.give_back(endpoint, connection);
        }
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

/// The bytes that are still to come of a body, where it says so.
fn left(body: &Incoming) -> usize {
    let bytes = body.size_hint().exact().unwrap_or(0);
    usize::try_from(bytes).unwrap_or(usize::MAX)
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
                // As much as it says that it has, if that is not beyond reason.
                let said = left(&body).saturating_add(first.len() + piece.len());
                whole.reserve(said.min(MOST_RESERVED));
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
