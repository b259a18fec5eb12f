//! A request's way, without a socket: plan, interceptor, body, answer.

use super::body;
use super::elsewhere::{Elsewhere, Kind};
use super::front::{self, Placed};
use super::interceptor::{Exchange, Interceptor, Verdict};
use crate::api::keystone::Door;
use crate::domain::{Plan, Work};
use crate::http::cache::Caches;
use crate::http::{Body, Head, HeaderMap, Method, Origin, Place, Reply, Request, StatusCode};
use crate::service::App;
use std::cell::RefCell;
use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What all threads of an emulator share.
pub struct Shared {
    /// Its data and its settings.
    pub app: App,
    /// What it knows of its own address.
    place: Place,
    /// Where work goes that would hold up a thread that answers requests.
    elsewhere: Elsewhere,
    /// Who looks at requests before they are answered.
    interceptor: Option<Box<dyn Interceptor>>,
    /// Dropped behind the app: hung up, it says that the store is closed.
    _alive: Sender<()>,
}

impl Shared {
    /// For all threads; what comes with it hangs up once the last of them has let go.
    pub fn new(app: App, interceptor: Option<Box<dyn Interceptor>>) -> (Arc<Self>, Receiver<()>) {
        let (alive, gone) = channel();
        let place = Place {
            public_url: app.config.public_url.as_deref().map(Into::into),
            prefix: "".into(),
        };
        let shared = Self {
            app,
            place,
            elsewhere: Elsewhere::new(),
            interceptor,
            _alive: alive,
        };
        (Arc::new(shared), gone)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.app.fmt(f)
    }
}

/// An emulator behind one of its doors, as one thread sees it.
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
    door: Door,
    caches: Rc<RefCell<Caches>>,
}

impl Server {
    /// For one thread.
    pub fn new(shared: Arc<Shared>, door: Door) -> Self {
        Self {
            shared,
            door,
            caches: Rc::default(),
        }
    }

    /// The head of a request for a target in origin form, over a connection to the address `local`.
    pub fn head(
        &self,
        method: Method,
        target: impl Into<String>,
        headers: HeaderMap,
        local: SocketAddr,
    ) -> Head {
        let origin = Origin::of(&headers, local, self.shared.place.clone());
        Head::new(method, target, headers, origin)
    }

    /// Answers a request.
    pub async fn call(&self, request: Request) -> Reply {
        let app = &self.shared.app;
        let started = app.clock.monotonic_micros();
        let Request { head, body } = request;
        let (head, plan, placed) = front::plan(app, self.door, head);
        let (mut request, placed) = (Request { head, body }, Arc::new(placed));
        let reply = self.carry_out(&mut request, &plan, &placed).await;
        tracing::debug!(
            operation = plan.operation.as_str(),
            method = %request.head.method(),
            target = shown_target(&plan, &request.head),
            status = reply.status().as_u16(),
            micros = app.clock.monotonic_micros() - started,
            why = reply.why(),
            "request"
        );
        reply
    }

    async fn carry_out(&self, request: &mut Request, plan: &Plan, placed: &Arc<Placed>) -> Reply {
        match self.look(&request.head, plan, placed) {
            Verdict::Pass => self.answer(request, plan, placed).await,
            Verdict::Delay(duration) => {
                actix_web::rt::time::sleep(duration).await;
                self.answer(request, plan, placed).await
            }
            Verdict::Answer(reply) => {
                body::skip(request.take_body()).await;
                reply
            }
            Verdict::After(reply) => {
                self.answer(request, plan, placed).await;
                reply
            }
        }
    }

    fn look(&self, head: &Head, plan: &Plan, placed: &Placed) -> Verdict {
        match (&self.shared.interceptor, placed) {
            (None, _) | (_, Placed::Control(_)) => Verdict::Pass,
            (Some(interceptor), placed) => {
                let refuse = |refusal: &_| front::refuse(&self.shared.app, head, placed, refusal);
                interceptor.look(&Exchange::new(plan, head, &refuse))
            }
        }
    }

    async fn answer(&self, request: &mut Request, plan: &Plan, placed: &Arc<Placed>) -> Reply {
        let body = request.take_body();
        match body::read(&request.head, body, plan.body).await {
            Ok(body) => request.body = body,
            Err(error) => return Reply::empty(StatusCode::BAD_REQUEST).because(error.to_string()),
        }
        let kind = match plan.work {
            Work::Everything => Kind::Computes,
            Work::Change if self.shared.app.config.database.is_some() => Kind::Waits,
            Work::Change | Work::Read => {
                return front::answer(&self.shared.app, &self.caches, request, placed);
            }
        };
        self.answer_elsewhere(kind, request, placed).await
    }

    /// Answers on a thread that may be held up.
    async fn answer_elsewhere(&self, kind: Kind, request: &Request, placed: &Arc<Placed>) -> Reply {
        let (shared, placed) = (Arc::clone(&self.shared), Arc::clone(placed));
        let head = request.head.clone();
        // A body that is read as it comes stays with its connection; nobody wants one for such work.
        let body = match &request.body {
            Body::Whole(bytes) => Some(bytes.clone()),
            Body::TooLarge | Body::Stream(_) => None,
        };
        let answered = self.shared.elsewhere.run(kind, move || {
            let body = body.map_or(Body::TooLarge, Body::Whole);
            let request = Request { head, body };
            front::answer(&shared.app, &RefCell::default(), &request, &placed)
        });
        answered.await.unwrap_or_else(|unfinished| {
            Reply::empty(StatusCode::INTERNAL_SERVER_ERROR).because(unfinished.to_string())
        })
    }
}

/// A target as it may stand in a log: v2.0 of Keystone has tokens in its paths.
fn shown_target<'h>(plan: &Plan, head: &'h Head) -> Option<&'h str> {
    let shows_token = plan.operation.as_str().starts_with("keystone.");
    (!shows_token).then(|| head.target())
}
