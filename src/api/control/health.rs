//! `/_control/health`: whether the server answers, for everybody.

use super::answer::json;
use super::route::{Ask, Route};
use super::words::{Access, Gives};
use crate::http::{Reply, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        access: Access::Anybody,
        summary: "Whether the server answers",
        gives: &[Gives::json::<Health>(200, "It does")],
        ..Route::look("control.health.live", "/health/live", live)
    },
    Route {
        access: Access::Anybody,
        summary: "Whether its data are loaded and what is written is kept",
        gives: &[
            Gives::json::<Health>(200, "They are"),
            Gives::json::<Health>(503, "They are not"),
        ],
        ..Route::look("control.health.ready", "/health/ready", ready)
    },
];

/// How the server is.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Health {
    /// `ok`, or `unavailable`
    status: &'static str,
    /// What is wrong
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

const OK: Health = Health {
    status: "ok",
    reason: None,
};

fn live(_: &Ask<'_>) -> Reply {
    json(StatusCode::OK, &OK)
}

fn ready(ask: &Ask<'_>) -> Reply {
    match ask.app.check() {
        Ok(()) => json(StatusCode::OK, &OK),
        Err(error) => {
            let why = error.to_string();
            let health = Health {
                status: "unavailable",
                reason: Some(why.clone()),
            };
            json(StatusCode::SERVICE_UNAVAILABLE, &health).because(why)
        }
    }
}
