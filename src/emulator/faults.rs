//! What a fault on demand makes of a request.
//!
//! The space's faults say whether one fires (`control/faults`); a request may bring one itself, where the
//! server was started so. Here it becomes an answer, or what is done to the answer that there is.

use super::front::{self, Placed};
use crate::api::control::fault_of_request;
use crate::control::faults::{Action, Asked, Effect, FaultReply, Headers, Refused, Strike};
use crate::domain::Plan;
use crate::http::{FAULT_HEADER, Head, Refusal, Reply, ReplyBody, StatusCode, Wire};
use crate::service::App;
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::time::Duration;

/// What marks the answer to a request that brought its fault.
const OWN: &str = "request";

/// What becomes of a request that a fault fires at.
#[derive(Debug)]
pub struct Struck {
    /// The name or number of the fault.
    pub label: String,
    /// How long it waits first.
    pub delay: Duration,
    /// What happens then.
    pub way: Way,
}

/// What happens to a request.
#[derive(Debug)]
pub enum Way {
    /// This is the answer; nothing is done.
    Instead(Reply),
    /// It is carried out, and then answered with this all the same.
    Behind(Reply),
    /// It is answered, and this is done to the answer.
    Through(Twist),
    /// A view of the space as it was answers it.
    Stale(Arc<App>),
}

/// What is done to an answer.
#[derive(Debug)]
pub enum Twist {
    /// Nothing.
    Nothing,
    /// It goes over the wire in another way.
    Over(Wire),
    /// Its body ends in the middle.
    Halved,
    /// Its body is said to be of another type.
    Typed(String),
}

impl Twist {
    /// The answer after it.
    pub fn of(self, reply: Reply) -> Reply {
        match self {
            Self::Nothing => reply,
            Self::Over(wire) => reply.over(wire),
            Self::Halved => reply.with_body(halved),
            Self::Typed(content_type) => reply.typed(content_type),
        }
    }
}

/// The fault that fires at a request, if any does: the request's own, else the space's.
pub fn look(app: &App, head: &Head, plan: &Plan, placed: &Placed) -> Option<Struck> {
    let brings = app.server.request_faults && head.header_bytes(FAULT_HEADER).is_some();
    // Whoever has made a server unreachable must be able to undo that.
    if !(brings || app.faults.is_live()) || matches!(placed, Placed::Control(_)) {
        return None;
    }
    let refuse = |refusal: &Refusal| front::refuse(app, head, placed, refusal);
    if brings {
        return Some(own(app, head, &refuse));
    }
    let asked = Asked {
        operation: plan.operation.as_str(),
        method: head.method().as_str(),
        path: head.raw_path(),
        project: plan.project.as_deref(),
        image: plan.image.as_deref(),
        headers: &Told(head),
    };
    let strike = app.faults.strike(&app.clock, &asked)?;
    tracing::debug!(fault = strike.label, "a fault fires");
    let way = way(strike.action(), strike.beside.as_ref(), &refuse);
    let Strike { label, delay, .. } = strike;
    Some(Struck { label, delay, way })
}

/// What a request brings itself; one that makes no sense is refused.
fn own(app: &App, head: &Head, refuse: &dyn Fn(&Refusal) -> Reply) -> Struck {
    let text = head.header(FAULT_HEADER);
    let struck = match text.map(fault_of_request) {
        Some(Ok(fault)) => {
            let action = fault.action();
            let delay = action.delay.map(|delay| delay.pick(app.faults.draw()));
            Ok((delay.unwrap_or_default(), way(action, None, refuse)))
        }
        Some(Err(error)) => Err(error.to_string()),
        None => Err("X-Nova-Images-Fault: this is no text".to_owned()),
    };
    let (delay, way) = struck.unwrap_or_else(|why| {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, why.clone());
        (Duration::ZERO, Way::Instead(refuse(&refusal).because(why)))
    });
    Struck {
        label: OWN.to_owned(),
        delay,
        way,
    }
}

fn way(action: &Action, view: Option<&Arc<App>>, refuse: &dyn Fn(&Refusal) -> Reply) -> Way {
    let bare = || Reply::empty(StatusCode::OK);
    let answer = match &action.effect {
        Effect::Refuse(refused) => refuse(&refusal(refused)),
        Effect::Reply(given) => reply(given),
        Effect::Reset => bare()
            .over(Wire::Reset)
            .because("the connection is reset in place of an answer"),
        Effect::Raw(bytes) => bare()
            .over(Wire::Raw(bytes.clone().into()))
            .because("other bytes are sent in place of an answer"),
        Effect::Nothing => return Way::Through(Twist::Nothing),
        Effect::Slow(bytes) => return Way::Through(Twist::Over(Wire::Paced(*bytes))),
        Effect::Cut(bytes) => return Way::Through(Twist::Over(Wire::CutAfter(*bytes))),
        Effect::Malformed => return Way::Through(Twist::Halved),
        Effect::ContentType(text) => return Way::Through(Twist::Typed(text.clone())),
        Effect::Stale => {
            let view = view.map(Arc::clone);
            return view.map_or(Way::Through(Twist::Nothing), Way::Stale);
        }
    };
    match action.applies {
        true => Way::Behind(answer),
        false => Way::Instead(answer),
    }
}

fn refusal(refused: &Refused) -> Refusal {
    let status = status(refused.status);
    let refusal = match &refused.message {
        Some(message) => Refusal::new(status, message.clone()),
        None => Refusal::of(status),
    };
    match refused.retry_after {
        Some(seconds) => refusal.retry_after(seconds),
        None => refusal,
    }
}

fn reply(given: &FaultReply) -> Reply {
    let bare = Reply::empty(status(given.status));
    let body = given.body.clone().into();
    let reply = bare.with_body(|_| ReplyBody::Whole(body));
    let headers = given.headers.iter();
    headers.fold(reply, |reply, (name, value)| {
        match name.eq_ignore_ascii_case("content-type") {
            true => reply.typed(value.clone()),
            false => reply.with(name.clone(), value.clone()),
        }
    })
}

/// A fault is checked when it is made.
fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The first half of a body. Of one that is made as it is sent, the first half of its first piece.
fn halved(body: ReplyBody) -> ReplyBody {
    match body {
        ReplyBody::Whole(bytes) => ReplyBody::Whole(bytes.slice(..bytes.len() / 2)),
        ReplyBody::Stream(stream) => {
            let first = stream.take(1);
            let half = first.map(|piece| piece.map(|bytes| bytes.slice(..bytes.len() / 2)));
            ReplyBody::Stream(half.boxed())
        }
        // What is longer than it says is not sent.
        ReplyBody::Sized(bytes, stream) => ReplyBody::Sized(bytes / 2, stream),
    }
}

/// The headers of a request.
struct Told<'h>(&'h Head);

impl Headers for Told<'_> {
    fn any(&self, name: &str, passes: &dyn Fn(&str) -> bool) -> bool {
        let mut values = self.0.headers().get_all(name).iter();
        values.any(|value| passes(&String::from_utf8_lossy(value.as_bytes())))
    }
}
