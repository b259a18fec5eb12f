//! The control API under `/_control`: what a test harness asks of the emulator itself.

use crate::domain::{BodyWanted, Operation, Plan, Work};
use crate::http::{Head, Method, Refusal, Reply, Request, StatusCode};
use crate::service::{App, Failure};

/// The largest body that is read.
const MOST_BODY_BYTES: usize = 114_688;

const RESET: Operation = Operation::named("control.reset");
const ADVANCE_CLOCK: Operation = Operation::named("control.clock.advance");
const HEALTH: Operation = Operation::named("control.health");
const UNROUTED: Operation = Operation::named("control.unrouted");

/// Every operation there is.
pub const OPERATIONS: [Operation; 4] = [RESET, ADVANCE_CLOCK, HEALTH, UNROUTED];

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// Back to the fixture.
    Reset,
    /// Time passes.
    AdvanceClock,
    /// Is it well?
    Health,
    /// One of them by another method than these.
    WrongMethod(&'static str),
    /// Nothing that there is.
    Unknown,
}

/// What a request is about.
#[must_use]
pub fn plan(head: &Head) -> (Plan, Placed) {
    let method = head.method();
    let placed = match head.path().parts().as_slice() {
        ["reset"] if method == Method::POST => Placed::Reset,
        ["clock", "advance"] if method == Method::POST => Placed::AdvanceClock,
        ["health", "live" | "ready"] if method == Method::GET || method == Method::HEAD => {
            Placed::Health
        }
        ["reset"] | ["clock", "advance"] => Placed::WrongMethod("POST"),
        ["health", "live" | "ready"] => Placed::WrongMethod("GET, HEAD"),
        _ => Placed::Unknown,
    };
    let mut plan = Plan::of(match placed {
        Placed::Reset => RESET,
        Placed::AdvanceClock => ADVANCE_CLOCK,
        Placed::Health => HEALTH,
        Placed::WrongMethod(_) | Placed::Unknown => UNROUTED,
    });
    if placed == Placed::Reset {
        plan.work = Work::Everything;
    }
    if placed == Placed::AdvanceClock {
        plan.body = BodyWanted::Whole(MOST_BODY_BYTES);
    }
    (plan, placed)
}

/// Answers a request as it was placed.
#[must_use]
pub fn answer(app: &App, request: &Request, placed: Placed) -> Reply {
    match placed {
        Placed::Reset => reset(app),
        Placed::AdvanceClock => advance_clock(app, request),
        Placed::Health => json(StatusCode::OK, &serde_json::json!({"status": "ok"})),
        Placed::WrongMethod(allowed) => wrong_method(allowed),
        Placed::Unknown => fault(StatusCode::NOT_FOUND, "there is no such control"),
    }
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
        Err(error) => fault(StatusCode::INTERNAL_SERVER_ERROR, Failure::of(&error).why()),
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
            Ok(()) => Reply::empty(StatusCode::NO_CONTENT),
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
