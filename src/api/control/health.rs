//! `/_control/health`: whether the server answers, for everybody.

use super::answer::json;
use super::route::{Ask, Route};
use super::words::{Access, Gives};
use crate::http::{Reply, StatusCode};
use crate::service::upstream::{Seen, Upstream};
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
            Gives::json::<Health>(
                200,
                "They are, whatever the real cloud does that is behind it",
            ),
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
    /// How the real cloud is, where there is one behind this server (`--upstream-url`)
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<Cloud>,
}

/// What the last requests to a real cloud came to.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cloud {
    /// Whether all services answered that were asked
    state: State,
    /// When one last answered, if only to refuse somebody something
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success: Option<String>,
    /// The last request that came to nothing
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<LastError>,
    /// Requests under way
    in_flight: usize,
    /// Requests that wait for their turn
    waiting: usize,
}

/// How a real cloud is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Nothing was asked yet
    Unknown,
    /// The last request to each service was answered
    Up,
    /// The last request to one of them came to nothing
    Down,
}

/// A request to a real cloud that came to nothing.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LastError {
    /// When
    at: String,
    /// What was asked: `image`, `identity` or `compute`
    service: &'static str,
    /// In which way, as the metric `nova_images_upstream_requests_total` counts it
    outcome: &'static str,
}

const OK: Health = Health {
    status: "ok",
    reason: None,
    upstream: None,
};

fn live(_: &Ask<'_>) -> Reply {
    json(StatusCode::OK, &OK)
}

fn ready(ask: &Ask<'_>) -> Reply {
    let upstream = ask.app.upstream.as_deref().map(Cloud::of);
    match ask.app.check() {
        Ok(()) => json(StatusCode::OK, &Health { upstream, ..OK }),
        Err(error) => {
            let why = error.to_string();
            let health = Health {
                status: "unavailable",
                reason: Some(why.clone()),
                upstream,
            };
            json(StatusCode::SERVICE_UNAVAILABLE, &health).because(why)
        }
    }
}

impl Cloud {
    fn of(cloud: &Upstream) -> Self {
        let services = cloud.seen();
        let is_well = |service: &Seen| service.is_well;
        let state = match services.iter().filter_map(is_well).min() {
            None => State::Unknown,
            Some(true) => State::Up,
            Some(false) => State::Down,
        };
        let last_success = services.iter().filter_map(|service| service.last_success);
        let failures = services.iter().filter_map(|seen| {
            let (at, outcome) = seen.last_failure?;
            Some((at, seen.service, outcome))
        });
        let last_error = failures.max_by_key(|(at, ..)| *at);
        Self {
            state,
            last_success: last_success.max().map(|time| time.to_string()),
            last_error: last_error.map(|(at, service, outcome)| LastError {
                at: at.to_string(),
                service: service.name(),
                outcome: outcome.name(),
            }),
            in_flight: services.iter().map(|service| service.under_way).sum(),
            waiting: {
                let waiting = |seen: &Seen| cloud.client.waiting(seen.service);
                services.iter().map(waiting).sum()
            },
        }
    }
}
