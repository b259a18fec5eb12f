//! The control API under `/_control`: what a test harness asks of the emulator itself.

mod gate;

pub use gate::Door;

use crate::domain::{BodyWanted, Operation, Plan, Work};
use crate::http::{Head, Method, Refusal, Reply, Request, StatusCode};
use crate::service::{App, Failure};
use gate::Barred;

/// The largest body that is read.
const MOST_BODY_BYTES: usize = 114_688;

const RESET: Operation = Operation::named("control.reset");
const ADVANCE_CLOCK: Operation = Operation::named("control.clock.advance");
const HEALTH: Operation = Operation::named("control.health");
const UNROUTED: Operation = Operation::named("control.unrouted");

/// Every operation there is.
pub const OPERATIONS: [Operation; 4] = [RESET, ADVANCE_CLOCK, HEALTH, UNROUTED];

/// Where a request belongs.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    asked: Asked,
    door: Door,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Back to the fixture.
    Reset,
    /// Time passes.
    AdvanceClock,
    /// Does it answer?
    Live,
    /// Does it answer well, writes included?
    Ready,
    /// One of them by another method than these.
    WrongMethod(&'static str),
    /// Nothing that there is.
    Unknown,
}

/// What a request is about, which came through a listener.
#[must_use]
pub fn plan(head: &Head, door: Door) -> (Plan, Placed) {
    let method = head.method();
    let is_look = method == Method::GET || method == Method::HEAD;
    let asked = match head.path().parts().as_slice() {
        ["reset"] if method == Method::POST => Asked::Reset,
        ["clock", "advance"] if method == Method::POST => Asked::AdvanceClock,
        ["health", "live"] if is_look => Asked::Live,
        ["health", "ready"] if is_look => Asked::Ready,
        ["reset"] | ["clock", "advance"] => Asked::WrongMethod("POST"),
        ["health", "live" | "ready"] => Asked::WrongMethod("GET, HEAD"),
        _ => Asked::Unknown,
    };
    let mut plan = Plan::of(match asked {
        Asked::Reset => RESET,
        Asked::AdvanceClock => ADVANCE_CLOCK,
        Asked::Live | Asked::Ready => HEALTH,
        Asked::WrongMethod(_) | Asked::Unknown => UNROUTED,
    });
    if asked == Asked::Reset {
        plan.work = Work::Everything;
    }
    if asked == Asked::AdvanceClock {
        plan.body = BodyWanted::Whole(MOST_BODY_BYTES);
    }
    (plan, Placed { asked, door })
}

/// Answers a request as it was placed.
#[must_use]
pub fn answer(app: &App, request: &Request, placed: Placed) -> Reply {
    let Placed { asked, door } = placed;
    if let Err(barred) = enter(app, request, asked, &door) {
        return fault(barred.status, &barred.why).because(barred.why);
    }
    match asked {
        Asked::Reset => reset(app),
        Asked::AdvanceClock => advance_clock(app, request),
        Asked::Live => healthy(),
        Asked::Ready => ready(app),
        Asked::WrongMethod(allowed) => wrong_method(allowed),
        Asked::Unknown => fault(StatusCode::NOT_FOUND, "there is no such control"),
    }
}

/// The gate: health is everybody's.
fn enter(app: &App, request: &Request, asked: Asked, door: &Door) -> Result<(), Barred> {
    match asked {
        Asked::Live | Asked::Ready => Ok(()),
        Asked::Reset | Asked::AdvanceClock => {
            gate::open(&app.config, door)?;
            gate::change(&app.config, door, &request.head)
        }
        Asked::WrongMethod(_) | Asked::Unknown => gate::open(&app.config, door),
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

/// `POST /_control/reset`: back to the loaded fixture.
fn reset(app: &App) -> Reply {
    match app.reset() {
        Ok(()) => Reply::empty(StatusCode::NO_CONTENT),
        Err(error) => {
            let failure = Failure::of(&error);
            let status = match failure.is_busy() {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::INTERNAL_SERVER_ERROR,
            };
            fault(status, failure.why())
        }
    }
}

/// `POST /_control/clock/advance` with `{"seconds": N}`: lets time pass.
fn advance_clock(app: &App, request: &Request) -> Reply {
    let body: Result<serde_json::Value, _> = serde_json::from_slice(request.body.bytes());
    let seconds = body
        .ok()
        .and_then(|body| body.get("seconds")?.as_u64())
        .and_then(|seconds| u32::try_from(seconds).ok());
    match seconds {
        Some(seconds) => match app.clock.advance_seconds(seconds) {
            Ok(()) => {
                app.tidy();
                Reply::empty(StatusCode::NO_CONTENT)
            }
            Err(error) => fault(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        None => fault(
            StatusCode::BAD_REQUEST,
            "the body must be {\"seconds\": N} with a whole number from 0 to 4294967295",
        ),
    }
}

fn wrong_method(allowed: &'static str) -> Reply {
    fault(
        StatusCode::METHOD_NOT_ALLOWED,
        "this method is not known here",
    )
    .with("allow", allowed)
}

fn fault(status: StatusCode, message: &str) -> Reply {
    json(
        status,
        &serde_json::json!({"error": {"code": status.as_u16(), "message": message}}),
    )
}

fn json(status: StatusCode, body: &serde_json::Value) -> Reply {
    Reply::new(status, "application/json", body.to_string())
}
