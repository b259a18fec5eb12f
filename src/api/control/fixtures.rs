//! `/_control/fixtures`: the whole state as a fixture; another in its place, or added to it.

use super::answer::{done, failed, fault};
use super::route::{Ask, Route};
use super::words::{Access, Gives, Takes, Verb};
use crate::domain::Work;
use crate::http::pieces::pieces;
use crate::http::{CutOff, Reply, ReplyStream, StatusCode};
use crate::service::{Dump, Failure, SpaceContent, Spaces, StateError};
use schemars::JsonSchema;
use serde::Deserialize;

/// The largest fixture that comes with a request.
const MOST_FIXTURE_BYTES: usize = 64 * 1024 * 1024;

/// Longer dumps are sent as they are written, without a length.
const MOST_WHOLE_BYTES: usize = 1024 * 1024;

const FIXTURE: Takes =
    Takes::json::<FixtureBody>("a fixture, or {\"fixture\": NAME} with a built-in set's name")
        .up_to(MOST_FIXTURE_BYTES)
        .such_as("{\"fixture\": \"devcloud\"}");

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        // Who signs in by what is among it.
        access: Access::Change,
        work: Work::Everything,
        summary: "The whole state as a fixture",
        gives: &[Gives::json::<WholeState>(
            200,
            "What is loaded of it is equal: images, deleted and hidden ones too, members, users with \
             hashes of their passwords, fixed tokens, instances, Waldur. It is sent as it is written when \
             it is long",
        )],
        ..Route::look("control.fixtures.dump", "/fixtures", dump)
    },
    Route {
        work: Work::Replace,
        summary: "Puts a fixture in place of the whole state",
        takes: Some(FIXTURE),
        gives: &[Gives::nothing(
            "It is there. Tokens that were issued have ended; clock and ids go on",
        )],
        ..Route::change("control.fixtures.load", Verb::Post, "/fixtures/load", load)
    },
    Route {
        work: Work::Replace,
        summary: "Adds a fixture to the state; of what both name, the fixture's word counts",
        takes: Some(FIXTURE),
        gives: &[Gives::nothing("It is added")],
        ..Route::change(
            "control.fixtures.merge",
            Verb::Post,
            "/fixtures/merge",
            merge,
        )
    },
];

/// A fixture (docs/fixtures.md), or the name of a built-in one.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "for its schema")]
enum FixtureBody {
    /// `docs`, `devcloud`, `edge` or `none`
    Named(Named),
    /// A document
    Document(serde_json::Map<String, serde_json::Value>),
    /// Several
    Documents(Vec<serde_json::Map<String, serde_json::Value>>),
}

/// A fixture with all of its sections.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "for its schema")]
struct WholeState {
    /// The images, in the order of their creation
    images: Vec<serde_json::Map<String, serde_json::Value>>,
    domains: Vec<serde_json::Map<String, serde_json::Value>>,
    projects: Vec<serde_json::Map<String, serde_json::Value>>,
    users: Vec<serde_json::Map<String, serde_json::Value>>,
    tokens: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// A built-in set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    /// Its name
    fixture: String,
}

fn load(ask: &Ask<'_>) -> Reply {
    let content = match content(ask) {
        Ok(content) => content,
        Err(refused) => return refused,
    };
    match ask.spaces.load(ask.app, content) {
        Ok(()) => done(),
        Err(error) => refused(&error),
    }
}

fn merge(ask: &Ask<'_>) -> Reply {
    let merged = match content(ask) {
        Ok(content) => Spaces::merge(ask.app, content),
        Err(refused) => return refused,
    };
    match merged {
        Ok(()) => done(),
        Err(error) => refused(&error),
    }
}

fn content(ask: &Ask<'_>) -> Result<SpaceContent, Reply> {
    let body = ask.request.body.bytes();
    if let Ok(Named { fixture }) = serde_json::from_slice(body) {
        return Ok(SpaceContent::BuiltIn(fixture));
    }
    let wrong = |why: &str| {
        let message = format!("the body must be a fixture: {why}");
        fault(StatusCode::BAD_REQUEST, &message)
    };
    let text = std::str::from_utf8(body).map_err(|error| wrong(&error.to_string()))?;
    match is_empty_list(text) {
        true => Err(wrong("there is none in the list")),
        false => Ok(SpaceContent::Text(text.to_owned())),
    }
}

/// Whoever sends a list without anything in it hardly means to empty all.
fn is_empty_list(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix('[');
    rest.is_some_and(|rest| rest.trim_start().starts_with(']'))
}

fn refused(error: &StateError) -> Reply {
    match error {
        StateError::Fixture(_) | StateError::NotBuiltIn { .. } => {
            fault(StatusCode::BAD_REQUEST, &error.to_string())
        }
        _ => failed(error),
    }
}

fn dump(ask: &Ask<'_>) -> Reply {
    let begun = ask.app.dump().and_then(|mut dump| {
        let mut body = Vec::new();
        while body.len() <= MOST_WHOLE_BYTES {
            match dump.next_piece()? {
                Some(piece) => body.extend_from_slice(&piece),
                None => return Ok((body, None)),
            }
        }
        Ok((body, Some(dump)))
    });
    match begun {
        Ok((body, None)) => Reply::new(StatusCode::OK, "application/json", body),
        Ok((body, Some(dump))) => {
            let stream = stream(body, dump);
            Reply::stream(StatusCode::OK, "application/json", stream)
        }
        Err(error) => refused(&error),
    }
}

/// The rest of a dump, behind what is written already. What goes wrong in it cuts it off.
fn stream(begun: Vec<u8>, dump: Dump) -> ReplyStream {
    pieces(begun, dump, |mut dump| async move {
        let piece = dump.next_piece();
        let piece = piece.map_err(|error| CutOff(Failure::of(&error).why().into()))?;
        Ok(piece.map(|piece| (piece, Some(dump))))
    })
}
