//! `/_control/clock`: what a space's clock shows, and what turns it.

use super::answer::{done, fault, json, read};
use crate::domain::Timestamp;
use crate::http::{Reply, StatusCode};
use crate::service::App;
use serde::Deserialize;

/// What is to become of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It goes forward.
    Advance,
    /// It shows another time.
    Set,
    /// It stands.
    Freeze,
    /// It runs.
    Run,
}

impl Turn {
    /// What the last part of a path asks for.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "advance" => Some(Self::Advance),
            "set" => Some(Self::Set),
            "freeze" => Some(Self::Freeze),
            "run" => Some(Self::Run),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    now: String,
}

/// `GET /_control/clock`
pub fn show(app: &App) -> Reply {
    let clock = &app.clock;
    let body = serde_json::json!({"now": clock.now().to_string(), "frozen": clock.is_frozen()});
    json(StatusCode::OK, &body)
}

/// `POST /_control/clock/{turn}`: what falls due by it has happened when this answers.
pub fn turn(app: &App, turn: Turn, body: &[u8]) -> Reply {
    let turned = match turn {
        Turn::Advance => advance(app, body),
        Turn::Set => set(app, body),
        Turn::Freeze => {
            app.clock.freeze();
            Ok(())
        }
        Turn::Run => {
            app.clock.run();
            Ok(())
        }
    };
    match turned {
        Ok(()) => {
            app.settle();
            done()
        }
        Err(refused) => *refused,
    }
}

fn advance(app: &App, body: &[u8]) -> Result<(), Box<Reply>> {
    let must_be = "{\"seconds\": N} with a whole number from 0 to 4294967295";
    let Advance { seconds } = read(body, must_be)?;
    let advanced = app.clock.advance_seconds(seconds);
    advanced.map_err(|error| refused(&error.to_string()))
}

fn set(app: &App, body: &[u8]) -> Result<(), Box<Reply>> {
    let must_be = "{\"now\": \"2026-01-01T12:00:00Z\"}";
    let Set { now } = read(body, must_be)?;
    let no_time = || {
        refused(&format!(
            "the body must be {must_be}: {now:?} is no such time"
        ))
    };
    let moment = Timestamp::parse_rfc3339(&now).ok_or_else(no_time)?;
    let set = app.clock.set(moment);
    set.map_err(|error| refused(&error.to_string()))
}

fn refused(why: &str) -> Box<Reply> {
    Box::new(fault(StatusCode::BAD_REQUEST, why))
}
