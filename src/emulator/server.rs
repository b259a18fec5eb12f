//! A request's way, without a socket: plan, interceptor, body, answer.

use super::body;
use super::elsewhere::{Kind, Unfinished};
use super::entrance::Entrance;
use super::faults::{self, Struck, Way};
use super::front::{self, Placed};
use super::interceptor::{Exchange, Verdict};
use super::recording::Recording;
use super::shared::{Shared, Space};
use crate::control::journal::Desk;
use crate::domain::{BodyWanted, Plan, Work};
use crate::http::cache::Caches;
use crate::http::mount;
use crate::http::{
    Body, CutOff, Head, Headers, Method, Origin, Place, Refusal, RepeatedHeaders, Reply, Request,
    StatusCode,
};
use crate::service::App;
use crate::store::Patience;
use actix_web::rt::task::spawn_blocking;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long an answer is put off to read past data that nobody wants, which keeps the connection.
const AT_HAND: Duration = Duration::from_millis(200);

/// An emulator behind one of its doors, as one thread sees it.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    entrance: Entrance,
    /// What this thread knows of the server's address: what all threads had in common would be what they wait for.
    place: Place,
    caches: RefCell<Caches>,
    desk: Desk,
    /// The headers of the request that this thread has read last.
    pub headers: RepeatedHeaders,
}

impl Server {
    /// For one thread.
    pub fn new(shared: Arc<Shared>, entrance: Entrance) -> Self {
        Self {
            place: shared.place(),
            desk: shared.spaces.journal.desk(),
            shared,
            entrance,
            caches: RefCell::default(),
            headers: RepeatedHeaders::default(),
        }
    }

    /// The head of a request for a target in origin form, over a connection to the address `local`, as
    /// the space that the target names sees it.
    pub fn head(
        &self,
        method: Method,
        target: impl Into<String>,
        headers: impl Into<Headers>,
        local: SocketAddr,
    ) -> Head {
        let (headers, mut target) = (headers.into(), target.into());
        let mut place = self.place.clone();
        if let Some((name, rest)) = mount::split(&target) {
            place.prefix = match self.shared.spaces.named(&name) {
                Some(app) => Arc::clone(&app.prefix),
                None => [mount::MOUNT, &name].concat().into(),
            };
            target = rest;
        }
        let origin = Origin::of(&headers, local, place);
        Head::new(method, target, headers, origin)
    }

    /// Whether the client announces more than is read of such a body. It gets its refusal instead of
    /// being told to go on.
    pub fn is_too_much(&self, head: &Head) -> bool {
        let space = self.shared.space(head);
        let app = self.shared.app(&space);
        let (head, plan, _) = front::plan(app, self.entrance, head.clone());
        match plan.body {
            BodyWanted::Whole(most) => body::announces_more(&head, most),
            BodyWanted::No | BodyWanted::Stream => false,
        }
    }

    /// Whether answers have to be waited for that others give.
    pub fn asks_others(&self) -> bool {
        self.shared.config().upstream.is_some()
    }

    fn patience(&self) -> Duration {
        self.shared.config().patience
    }

    /// Answers a request, and puts it into the journal of the space that it names.
    #[allow(
        clippy::manual_async_fn,
        reason = "it would keep room for the request twice"
    )]
    pub fn call(&self, request: Request) -> impl Future<Output = Reply> {
        async move {
            let space = self.shared.space(&request.head);
            let app = self.shared.app(&space);
            // Boxed, as all that few requests wait for: it would be room that every one of them has and moves.
            if app.is_due() {
                Box::pin(self.settle(&space)).await;
            }
            let (mut recording, placed) = self.begin(app, request);
            if let Space::Missing = space {
                recording = recording.under_its_space();
            }
            let Recording { request, plan, .. } = &mut recording;
            let reply = self.carry_out(&space, request, plan, &placed).await;
            recording.close(reply)
        }
    }

    /// What the request is about, by its head; no local of this is kept while anybody waits.
    fn begin<'a>(&'a self, app: &'a App, request: Request) -> (Recording<'a>, Arc<Placed>) {
        let Request { head, body } = request;
        let (head, plan, placed) = front::plan(app, self.entrance, head);
        // Whoever looks into the journal does not want to find that there.
        let is_kept = !matches!(placed, Placed::Control(_));
        let recording = Recording::begin(app, &self.desk, Request { head, body }, plan, is_kept);
        (recording, Arc::new(placed))
    }

    /// Has what has fallen due in a space happen before anybody looks.
    async fn settle(&self, space: &Space) {
        let app = self.shared.app(space);
        if !app.is_file() {
            return app.settle();
        }
        let (shared, space) = (Arc::clone(&self.shared), space.clone());
        let settled = self
            .shared
            .elsewhere
            .run(Kind::Settles, move || shared.app(&space).settle());
        if let Err(unfinished) = settled.await {
            tracing::error!(%unfinished, "what has fallen due is done by whoever comes next");
        }
    }

    /// What is asked for, and what a fault on demand makes of it.
    async fn carry_out(
        &self,
        space: &Space,
        request: &mut Request,
        plan: &Plan,
        placed: &Arc<Placed>,
    ) -> Reply {
        let app = match space {
            Space::Missing => None,
            space => Some(self.shared.app(space)),
        };
        if let Some(struck) = app.and_then(|app| faults::look(app, &request.head, plan, placed)) {
            return Box::pin(self.strike(struck, space, request, plan, placed)).await;
        }
        self.pass(space, request, plan, placed).await
    }

    /// What a fault makes of it.
    async fn strike(
        &self,
        struck: Struck,
        space: &Space,
        request: &mut Request,
        plan: &Plan,
        placed: &Arc<Placed>,
    ) -> Reply {
        let Struck { label, delay, way } = struck;
        if !delay.is_zero() {
            actix_web::rt::time::sleep(delay).await;
        }
        let reply = match way {
            Way::Instead(reply) => self.instead(request, reply).await,
            Way::Behind(reply) => {
                self.pass(space, request, plan, placed).await;
                reply
            }
            Way::Through(twist) => twist.of(self.pass(space, request, plan, placed).await),
            Way::Stale(view) => {
                let view = Space::Named(view);
                self.answer(&view, request, plan, placed).await
            }
        };
        reply.struck_by(label)
    }

    async fn pass(
        &self,
        space: &Space,
        request: &mut Request,
        plan: &Plan,
        placed: &Arc<Placed>,
    ) -> Reply {
        match self.look(space, &request.head, plan, placed) {
            Verdict::Pass => {}
            other => return Box::pin(self.heed(other, space, request, plan, placed)).await,
        }
        self.answer(space, request, plan, placed).await
    }

    /// Does as somebody has said who looked at the request.
    async fn heed(
        &self,
        verdict: Verdict,
        space: &Space,
        request: &mut Request,
        plan: &Plan,
        placed: &Arc<Placed>,
    ) -> Reply {
        match verdict {
            Verdict::Pass => {}
            Verdict::Delay(duration) => actix_web::rt::time::sleep(duration).await,
            Verdict::Answer(reply) => return self.instead(request, reply).await,
            Verdict::After(reply) => {
                self.answer(space, request, plan, placed).await;
                return reply;
            }
        }
        self.answer(space, request, plan, placed).await
    }

    /// Answers with this; nothing is done.
    async fn instead(&self, request: &mut Request, reply: Reply) -> Reply {
        match body::skip(request.take_body(), self.patience()).await {
            Ok(()) => reply,
            Err(error) => broken_off(&error),
        }
    }

    fn look(&self, space: &Space, head: &Head, plan: &Plan, placed: &Placed) -> Verdict {
        let refuse = |refusal: &_| front::refuse(self.shared.app(space), head, placed, refusal);
        match (space, &self.shared.interceptor, placed) {
            (Space::Missing, ..) => Verdict::Answer(refuse(&no_space(head))),
            // Who means to remove a space is not to take its versions for a yes.
            (Space::Named(_), ..) if is_written_to_root(head) => {
                let why =
                    "A space's root is for reading; spaces are removed at /_control/spaces/NAME.";
                let refused = refuse(&Refusal::new(StatusCode::METHOD_NOT_ALLOWED, why));
                Verdict::Answer(refused.with("allow", "GET, HEAD, OPTIONS"))
            }
            (_, None, _) | (.., Placed::Control(_)) => Verdict::Pass,
            (_, Some(interceptor), _) => interceptor.look(&Exchange::new(plan, head, &refuse)),
        }
    }

    /// Answers, unless the space was removed meanwhile: bodies take their time, and nobody finds any more
    /// what was done.
    async fn answer(
        &self,
        space: &Space,
        request: &mut Request,
        plan: &Plan,
        placed: &Arc<Placed>,
    ) -> Reply {
        let reply = self.answer_in(space, request, plan, placed).await;
        match space {
            Space::Named(app) if app.removal.has_happened() => {
                front::refuse(app, &request.head, placed, &no_space(&request.head))
            }
            _ => reply,
        }
    }

    async fn answer_in(
        &self,
        space: &Space,
        request: &mut Request,
        plan: &Plan,
        placed: &Arc<Placed>,
    ) -> Reply {
        let app = self.shared.app(space);
        let body = request.take_body();
        match body::read(&request.head, body, plan.body, self.patience()).await {
            // Nova has an answer of its own, at its place among the others.
            Ok(Body::TooLarge) if !matches!(**placed, Placed::Nova(_)) => {
                let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "Request is too large.");
                return front::refuse(app, &request.head, placed, &refusal);
            }
            Ok(body) => request.body = body,
            Err(error) => return broken_off(&error),
        }
        let kind = match plan.work {
            Work::Transfer => return Box::pin(self.transfer(app, request, placed)).await,
            Work::Ask => {
                let spaces = &self.shared.spaces;
                return Box::pin(front::ask(spaces, app, &self.caches, request, placed)).await;
            }
            Work::Replace if app.is_file() => Kind::Replaces,
            Work::Everything | Work::Replace => Kind::Computes,
            Work::Change if app.is_file() => Kind::Waits,
            Work::Edit if app.is_file() => {
                return Box::pin(self.answer_in_line(space.clone(), request, placed)).await;
            }
            // It waits for whoever changes the file, where an image changes by being read.
            Work::Read if app.reads_change_file() && !matches!(**placed, Placed::Control(_)) => {
                Kind::Counts
            }
            Work::Change | Work::Edit | Work::Read => {
                let spaces = &self.shared.spaces;
                return front::answer(spaces, app, &self.caches, request, placed);
            }
        };
        Box::pin(self.answer_elsewhere(kind, space.clone(), request, placed)).await
    }

    /// Answers while data are on their way. What is left of them is read past if it is there already and
    /// is little; otherwise the connection ends behind the answer.
    async fn transfer(&self, app: &App, request: &mut Request, placed: &Placed) -> Reply {
        let spaces = &self.shared.spaces;
        let reply = front::transfer(spaces, app, &self.caches, request, placed).await;
        let grace = AT_HAND.min(self.patience());
        if let Err(error) = body::skip(request.take_body(), grace).await {
            tracing::debug!(%error, "the rest of a body is not read");
        }
        reply
    }

    /// Answers on a thread that may be held up. Whoever waits for another process that has the file does so as
    /// long as one write would, the time in line included.
    async fn answer_elsewhere(
        &self,
        kind: Kind,
        space: Space,
        request: &Request,
        placed: &Arc<Placed>,
    ) -> Reply {
        let app = self.shared.app(&space);
        let end = app.end_of_patience();
        let is_in_vain = || app.is_in_vain(end);
        let answer = self.on_another_thread(space.clone(), request, placed, end);
        let elsewhere = &self.shared.elsewhere;
        let work = move || answer(false);
        match elsewhere.run_unless(kind, is_in_vain, work).await {
            Ok(reply) => reply,
            Err(unfinished) => not_finished(app, request, placed, &unfinished),
        }
    }

    /// Answers where others do who change something, so that it is committed together with what they change.
    async fn answer_in_line(&self, space: Space, request: &Request, placed: &Arc<Placed>) -> Reply {
        let app = self.shared.app(&space);
        let end = app.end_of_patience();
        let answer = self.on_another_thread(space.clone(), request, placed, end);
        let (reply, serving) = self.shared.line.join(Box::new(answer));
        if let Some(serving) = serving {
            let (shared, space) = (Arc::clone(&self.shared), space.clone());
            // Not waited for: it goes on for those who come behind this one.
            drop(spawn_blocking(move || {
                serving.serve(|uncommitted| shared.app(&space).commit(uncommitted));
            }));
        }
        match reply.await {
            Ok(reply) => reply,
            Err(_) => not_finished(app, request, placed, &Unfinished::Lost),
        }
    }

    /// What answers on a thread that may be held up, as often as it is called. It is told whether the request
    /// has waited for others who waited in vain for another process that has the file: it has no more time then
    /// than it had when it came.
    fn on_another_thread(
        &self,
        space: Space,
        request: &Request,
        placed: &Arc<Placed>,
        end: Option<Instant>,
    ) -> impl Fn(bool) -> Reply + Send + 'static {
        let (shared, placed) = (Arc::clone(&self.shared), Arc::clone(placed));
        let head = request.head.clone();
        // A body that is read as it comes stays with its connection; nobody wants one for such work.
        let body = match &request.body {
            Body::Whole(bytes) => Some(bytes.clone()),
            Body::TooLarge | Body::Stream(_) => None,
        };
        move |in_vain| {
            let request = Request {
                head: head.clone(),
                body: body.clone().map_or(Body::TooLarge, Body::Whole),
            };
            let app = shared.app(&space);
            let _patience = match in_vain {
                true => end.map(Patience::until),
                false => app.patience_until(end),
            };
            front::answer(&shared.spaces, app, &RefCell::default(), &request, &placed)
        }
    }
}

/// To a client whose request was not answered where it was to be.
fn not_finished(app: &App, request: &Request, placed: &Placed, unfinished: &Unfinished) -> Reply {
    match unfinished {
        Unfinished::Lost => {
            Reply::empty(StatusCode::INTERNAL_SERVER_ERROR).because(unfinished.to_string())
        }
        Unfinished::InVain => {
            let why = "Another process keeps the database locked.";
            let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why);
            front::refuse(app, &request.head, placed, &refusal)
        }
    }
}

/// To a client whose space is not there, or not any more.
fn no_space(head: &Head) -> Refusal {
    let name = head.origin().space().unwrap_or_default();
    let why = format!("There is no space {name:?} on this server.");
    Refusal::new(StatusCode::NOT_FOUND, why)
}

/// Whether a request would change what stands at the root.
fn is_written_to_root(head: &Head) -> bool {
    let method = head.method();
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    !reads && head.path().is_root() && head.prefix().is_empty()
}

/// To a client whose body did not come. With the first of these statuses the connection ends.
fn broken_off(error: &CutOff) -> Reply {
    let status = match body::is_late(error) {
        true => StatusCode::REQUEST_TIMEOUT,
        false => StatusCode::BAD_REQUEST,
    };
    Reply::empty(status).because(error.to_string())
}
