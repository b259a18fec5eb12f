//! `/_control/clock`: what a space's clock shows, and what turns it.

use super::answer::{done, fault, json};
use super::route::{Ask, Route};
use super::words::{Gives, Takes, Verb};
use crate::domain::{Timestamp, Work};
use crate::http::{Reply, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TURNED: &[Gives] = &[Gives::nothing("What falls due by it has happened")];

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        summary: "What the clock shows",
        gives: &[Gives::json::<Shown>(200, "The time, and whether it stands")],
        ..Route::look("control.clock.show", "/clock", show)
    },
    Route {
        work: Work::Change,
        summary: "Moves the clock forward",
        takes: Some(
            Takes::json::<Advance>("{\"seconds\": N} with a whole number from 0 to 4294967295")
                .such_as("{\"seconds\": 3600}"),
        ),
        gives: TURNED,
        ..Route::change(
            "control.clock.advance",
            Verb::Post,
            "/clock/advance",
            advance,
        )
    },
    Route {
        work: Work::Change,
        summary: "Sets the clock",
        takes: Some(
            Takes::json::<Set>("{\"now\": \"2026-01-01T12:00:00Z\"}")
                .such_as("{\"now\": \"2026-01-01T12:00:00Z\"}"),
        ),
        gives: TURNED,
        ..Route::change("control.clock.set", Verb::Post, "/clock/set", set)
    },
    Route {
        work: Work::Change,
        summary: "Stops the clock where it is",
        gives: TURNED,
        ..Route::change("control.clock.freeze", Verb::Post, "/clock/freeze", freeze)
    },
    Route {
        work: Work::Change,
        summary: "Lets the clock run on from where it is",
        gives: TURNED,
        ..Route::change("control.clock.run", Verb::Post, "/clock/run", run)
    },
];

/// What a clock shows.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// The time, in UTC (RFC 3339)
    now: String,
    /// Whether it stands
    frozen: bool,
}

/// How far a clock goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Seconds
    seconds: u32,
}

/// What a clock is to show.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Set {
    /// The time (RFC 3339)
    #[schemars(extend("format" = "date-time"))]
    now: String,
}

fn show(ask: &Ask<'_>) -> Reply {
    let clock = &ask.app.clock;
    let shown = Shown {
        now: clock.now().to_string(),
        frozen: clock.is_frozen(),
    };
    json(StatusCode::OK, &shown)
}

fn advance(ask: &Ask<'_>) -> Reply {
    let advance = || {
        let Advance { seconds } = ask.body()?;
        let advanced = ask.app.clock.advance_seconds(seconds);
        advanced.map_err(|error| refused(&error.to_string()))
    };
    turned(ask, advance())
}

fn set(ask: &Ask<'_>) -> Reply {
    let set = || {
        let Set { now } = ask.body()?;
        let no_time = || {
            refused(&format!(
                "the body must be {{\"now\": \"2026-01-01T12:00:00Z\"}}: {now:?} is no such time"
            ))
        };
        let moment = Timestamp::parse_rfc3339(&now).ok_or_else(no_time)?;
        let set = ask.app.clock.set(moment);
        set.map_err(|error| refused(&error.to_string()))
    };
    turned(ask, set())
}

fn freeze(ask: &Ask<'_>) -> Reply {
    ask.app.clock.freeze();
    turned(ask, Ok(()))
}

fn run(ask: &Ask<'_>) -> Reply {
    ask.app.clock.run();
    turned(ask, Ok(()))
}

/// What falls due by it has happened when this answers.
fn turned(ask: &Ask<'_>, turned: Result<(), Reply>) -> Reply {
    match turned {
        Ok(()) => {
            ask.app.settle();
            done()
        }
        Err(refused) => refused,
    }
}

fn refused(why: &str) -> Reply {
    fault(StatusCode::BAD_REQUEST, why)
}
