//! `/_control/reset`: back to where a space began.

use super::answer::{done, failed, fault};
use super::route::{Ask, Route};
use super::words::{Gives, Verb};
use crate::domain::Work;
use crate::http::{Reply, StatusCode};
use crate::service::ResetError;

/// The routes of this room.
pub const ROUTES: &[Route] = &[Route {
    work: Work::Replace,
    summary: "Back to the fixture, as if just started: images, users, tokens, ids, clock, limits, journal; \
              no faults",
    gives: &[Gives::nothing("It is as it was")],
    ..Route::change("control.reset", Verb::Post, "/reset", reset)
}];

fn reset(ask: &Ask<'_>) -> Reply {
    match ask.app.reset() {
        Ok(()) => done(),
        Err(error @ (ResetError::NoFixture | ResetError::Fixture(_))) => {
            fault(StatusCode::CONFLICT, &error.to_string())
        }
        Err(error) => failed(&error),
    }
}
