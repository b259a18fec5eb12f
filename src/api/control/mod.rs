//! The control API under `/_control`: what a test harness asks of the emulator itself.

use crate::http::{Reply, Request};
use crate::service::{App, Failure};
use actix_web::http::{Method, StatusCode};

/// Answers a request.
#[must_use]
pub fn answer(app: &App, request: &Request<'_>) -> Reply {
    let parts = request.path.parts();
    let method = request.method();
    match parts.as_slice() {
        ["reset"] if method == Method::POST => reset(app),
        ["clock", "advance"] if method == Method::POST => advance_clock(app, request),
        ["health", "live" | "ready"] if method == Method::GET || method == Method::HEAD => {
            json(StatusCode::OK, &serde_json::json!({"status": "ok"}))
        }
        ["reset"] | ["clock", "advance"] => wrong_method("POST"),
        ["health", "live" | "ready"] => wrong_method("GET, HEAD"),
        _ => fault(StatusCode::NOT_FOUND, "there is no such control"),
    }
}

/// `POST /_control/reset`: back to the loaded fixture.
fn reset(app: &App) -> Reply {
    match app.reset() {
        Ok(()) => Reply::empty(StatusCode::NO_CONTENT),
        Err(error) => fault(StatusCode::INTERNAL_SERVER_ERROR, Failure::of(&error).why()),
    }
}

/// `POST /_control/clock/advance` with `{"seconds": N}`: lets time pass.
fn advance_clock(app: &App, request: &Request<'_>) -> Reply {
    let body: Result<serde_json::Value, _> = serde_json::from_slice(request.body_bytes());
    let seconds = body
        .ok()
        .and_then(|body| body.get("seconds")?.as_u64())
        .and_then(|seconds| u32::try_from(seconds).ok());
    match seconds {
        Some(seconds) => {
            app.clock.advance_seconds(seconds);
            Reply::empty(StatusCode::NO_CONTENT)
        }
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
