//! The control API under `/_control`: what a test harness asks of the emulator itself.
//!
//! Each space has one: the clock and the reset are the space's. Spaces are made and removed at the root.

mod answer;
mod clock;
mod gate;
mod pages;
mod spaces;

pub use gate::Door;

use crate::config::ServerConfig;
use crate::domain::{BodyWanted, Operation, Plan, Work};
use crate::http::{Head, Method, Refusal, Reply, Request, StatusCode};
use crate::service::{App, ResetError, Spaces};
use answer::{done, failed, fault, json};
use clock::Turn;
use gate::Barred;

/// The largest body that is read.
const MOST_BODY_BYTES: usize = 114_688;

/// The largest fixture that comes with a request.
const MOST_FIXTURE_BYTES: usize = 64 * 1024 * 1024;

const RESET: Operation = Operation::named("control.reset");
const SHOW_CLOCK: Operation = Operation::named("control.clock.show");
const ADVANCE_CLOCK: Operation = Operation::named("control.clock.advance");
const SET_CLOCK: Operation = Operation::named("control.clock.set");
const FREEZE_CLOCK: Operation = Operation::named("control.clock.freeze");
const RUN_CLOCK: Operation = Operation::named("control.clock.run");
const LIST_SPACES: Operation = Operation::named("control.spaces.list");
const MAKE_SPACE: Operation = Operation::named("control.spaces.make");
const REMOVE_SPACE: Operation = Operation::named("control.spaces.remove");
const HEALTH: Operation = Operation::named("control.health");
const UNROUTED: Operation = Operation::named("control.unrouted");

/// Every operation there is.
pub const OPERATIONS: [Operation; 11] = [
    RESET,
    SHOW_CLOCK,
    ADVANCE_CLOCK,
    SET_CLOCK,
    FREEZE_CLOCK,
    RUN_CLOCK,
    LIST_SPACES,
    MAKE_SPACE,
    REMOVE_SPACE,
    HEALTH,
    UNROUTED,
];

/// Where a request belongs.
#[derive(Clone, Debug)]
pub struct Placed {
    asked: Asked,
    door: Door,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    /// Back to the fixture.
    Reset,
    /// What time is it?
    ShowClock,
    /// Another time.
    TurnClock(Turn),
    /// Which spaces are there?
    ListSpaces,
    /// Another one.
    MakeSpace,
    /// One less.
    RemoveSpace(String),
    /// Does it answer?
    Live,
    /// Does it answer well, writes included?
    Ready,
    /// One of them by another method than these.
    WrongMethod(&'static str),
    /// Nothing that there is.
    Unknown,
}

impl Asked {
    fn of(head: &Head) -> Self {
        let method = head.method();
        let is_look = method == Method::GET || method == Method::HEAD;
        let is_post = method == Method::POST;
        let is_at_root = head.origin().space().is_none();
        match head.path().parts().as_slice() {
            ["reset"] if is_post => Self::Reset,
            ["clock"] if is_look => Self::ShowClock,
            ["clock", turn] => match Turn::named(turn) {
                Some(turn) if is_post => Self::TurnClock(turn),
                Some(_) => Self::WrongMethod("POST"),
                None => Self::Unknown,
            },
            ["spaces"] if is_at_root && is_look => Self::ListSpaces,
            ["spaces"] if is_at_root && is_post => Self::MakeSpace,
            ["spaces"] if is_at_root => Self::WrongMethod("GET, HEAD, POST"),
            ["spaces", name] if is_at_root && method == Method::DELETE => {
                Self::RemoveSpace((*name).to_owned())
            }
            ["spaces", _] if is_at_root => Self::WrongMethod("DELETE"),
            ["health", "live"] if is_look => Self::Live,
            ["health", "ready"] if is_look => Self::Ready,
            ["reset"] => Self::WrongMethod("POST"),
            ["clock"] | ["health", "live" | "ready"] => Self::WrongMethod("GET, HEAD"),
            _ => Self::Unknown,
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Reset => RESET,
            Self::ShowClock => SHOW_CLOCK,
            Self::TurnClock(Turn::Advance) => ADVANCE_CLOCK,
            Self::TurnClock(Turn::Set) => SET_CLOCK,
            Self::TurnClock(Turn::Freeze) => FREEZE_CLOCK,
            Self::TurnClock(Turn::Run) => RUN_CLOCK,
            Self::ListSpaces => LIST_SPACES,
            Self::MakeSpace => MAKE_SPACE,
            Self::RemoveSpace(_) => REMOVE_SPACE,
            Self::Live | Self::Ready => HEALTH,
            Self::WrongMethod(_) | Self::Unknown => UNROUTED,
        }
    }
}

/// What a request is about, which came through a listener of a server.
#[must_use]
pub fn plan(config: &ServerConfig, head: &Head, door: Door) -> (Plan, Placed) {
    let asked = Asked::of(head);
    let mut plan = Plan::of(asked.operation());
    match asked {
        // Nothing is read of whoever is turned away.
        _ if enter(config, head, &asked, &door).is_err() => {}
        Asked::Reset | Asked::RemoveSpace(_) => plan.work = Work::Everything,
        Asked::TurnClock(_) => plan.body = BodyWanted::Whole(MOST_BODY_BYTES),
        Asked::MakeSpace => {
            plan.work = Work::Everything;
            plan.body = BodyWanted::Whole(MOST_FIXTURE_BYTES);
        }
        _ => {}
    }
    (plan, Placed { asked, door })
}

/// Answers a request as it was placed, in one of the spaces.
#[must_use]
pub fn answer(spaces: &Spaces, app: &App, request: &Request, placed: &Placed) -> Reply {
    let (head, config) = (&request.head, &*app.server);
    let reply = match pages::asks_first(config, head) {
        true => pages::may_ask(),
        false => asked(spaces, app, request, placed),
    };
    pages::shown(config, head, reply)
}

fn asked(spaces: &Spaces, app: &App, request: &Request, placed: &Placed) -> Reply {
    let Placed { asked, door } = placed;
    if let Err(barred) = enter(&app.server, &request.head, asked, door) {
        return answer::barred(barred);
    }
    match asked {
        Asked::Reset => reset(app),
        Asked::ShowClock => clock::show(app),
        Asked::TurnClock(turn) => clock::turn(app, *turn, request.body.bytes()),
        Asked::ListSpaces => spaces::list(spaces, &request.head, *door),
        Asked::MakeSpace => spaces::make(spaces, request, *door),
        Asked::RemoveSpace(name) => spaces::remove(spaces, name),
        Asked::Live => healthy(),
        Asked::Ready => ready(app),
        Asked::WrongMethod(allowed) => wrong_method(allowed),
        Asked::Unknown => fault(StatusCode::NOT_FOUND, "there is no such control"),
    }
}

/// The gate: health is everybody's.
fn enter(config: &ServerConfig, head: &Head, asked: &Asked, door: &Door) -> Result<(), Barred> {
    match asked {
        Asked::Live | Asked::Ready => Ok(()),
        Asked::Reset | Asked::TurnClock(_) | Asked::MakeSpace | Asked::RemoveSpace(_) => {
            gate::open(config, door)?;
            gate::change(config, door, head)
        }
        Asked::ShowClock | Asked::ListSpaces | Asked::WrongMethod(_) | Asked::Unknown => {
            gate::open(config, door)
        }
    }
}

/// `GET /_control/health/ready`: whether what is written is kept, too.
fn ready(app: &App) -> Reply {
    match app.check() {
        Ok(()) => healthy(),
        Err(error) => {
            let why = error.to_string();
            let body = serde_json::json!({"status": "unavailable", "reason": why});
            json(StatusCode::SERVICE_UNAVAILABLE, &body).because(why)
        }
    }
}

fn healthy() -> Reply {
    json(StatusCode::OK, &serde_json::json!({"status": "ok"}))
}

/// Words an error that comes from outside.
#[must_use]
pub fn refuse(refusal: &Refusal) -> Reply {
    fault(refusal.status, &refusal.message)
}

/// `POST /_control/reset`: back to the loaded fixture, as if just started.
fn reset(app: &App) -> Reply {
    match app.reset() {
        Ok(()) => done(),
        Err(error @ (ResetError::NoFixture | ResetError::Fixture(_))) => {
            fault(StatusCode::CONFLICT, &error.to_string())
        }
        Err(error) => failed(&error),
    }
}

fn wrong_method(allowed: &'static str) -> Reply {
    fault(
        StatusCode::METHOD_NOT_ALLOWED,
        "this method is not known here",
    )
    .with("allow", allowed)
}
