//! `/_control/spaces`: the clouds that live beside the server's own.

use super::answer::{done, failed, fault, json};
use super::route::{Ask, Route};
use super::words::{Gives, Takes, Verb};
use crate::config::{AuthMode, Profile};
use crate::domain::Work;
use crate::http::{Reply, StatusCode, Trust};
use crate::service::{App, Order, SpaceContent, SpaceError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::time::Duration;

/// The largest fixture that comes with a request.
const MOST_FIXTURE_BYTES: usize = 64 * 1024 * 1024;

const WANTED: Takes = Takes::json::<Wanted>(
    "an object with \"name\", and maybe \"fixture\", \"profile\", \"auth\", \"max_limit\", \"clock\", \
     \"seed\" and \"expire_idle_seconds\"",
)
.such_as("{\"name\": \"worker-1\", \"profile\": \"juno\", \"fixture\": \"devcloud\"}");

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        only_at_root: true,
        summary: "Which spaces there are",
        gives: &[Gives::json::<Listed>(200, "All of them, by name")],
        ..Route::look("control.spaces.list", "/spaces", list)
    },
    Route {
        only_at_root: true,
        work: Work::Everything,
        summary: "Makes a space: a cloud of its own under `/_space/{name}`",
        takes: Some(WANTED.up_to(MOST_FIXTURE_BYTES)),
        gives: &[Gives::json::<View>(201, "It is there")],
        ..Route::change("control.spaces.make", Verb::Post, "/spaces", make)
    },
    Route {
        only_at_root: true,
        work: Work::Everything,
        summary: "Removes a space",
        gives: &[Gives::nothing("It is gone")],
        ..Route::change(
            "control.spaces.remove",
            Verb::Delete,
            "/spaces/{name}",
            remove,
        )
    },
];

/// A space that somebody wants. What is missing is as the server was started.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Letters, digits, `-`, `_` and `.`, a letter or a digit first
    #[schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))]
    name: String,
    /// A built-in set by its name, or a fixture itself
    fixture: Option<Box<RawValue>>,
    /// Which server it is
    profile: Option<ProfileWord>,
    /// Whether requests need a token
    auth: Option<AuthWord>,
    /// The page size up to which `next` links are made
    max_limit: Option<std::num::NonZeroU64>,
    /// `real`, or an RFC 3339 time at which it stands
    clock: Option<String>,
    /// What its ids are drawn from
    seed: Option<u64>,
    /// Removes it once no request has come to it for so many seconds, by the machine's own time
    expire_idle_seconds: Option<std::num::NonZeroU32>,
}

/// The spaces there are.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listed {
    spaces: Vec<View>,
}

/// A space.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct View {
    name: String,
    /// What its URLs begin with
    url: String,
    /// After how many seconds without a request it goes, if it does
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_idle_seconds: Option<u64>,
}

/// The words of `--profile`.
#[derive(Deserialize, JsonSchema)]
enum ProfileWord {
    #[serde(rename = "default")]
    Default,
    #[serde(rename = "juno")]
    Juno,
    #[serde(rename = "nova-34")]
    Nova34,
    #[serde(rename = "otc")]
    Otc,
}

/// The words of `--auth`.
#[derive(Deserialize, JsonSchema)]
enum AuthWord {
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "strict")]
    Strict,
}

fn list(ask: &Ask<'_>) -> Reply {
    let names = ask.spaces.names();
    let views = names.into_iter().filter_map(|name| {
        let app = ask.spaces.named(&name)?;
        Some(view(ask, &app, name))
    });
    let spaces = views.collect();
    json(StatusCode::OK, &Listed { spaces })
}

fn make(ask: &Ask<'_>) -> Reply {
    match order(ask) {
        Ok(order) => {
            let name = order.name.clone();
            match ask.spaces.make(order) {
                Ok(app) => json(StatusCode::CREATED, &view(ask, &app, name)),
                Err(error) => refused(&error),
            }
        }
        Err(refused) => refused,
    }
}

fn remove(ask: &Ask<'_>) -> Reply {
    let name = ask.part();
    match ask.spaces.remove(name) {
        true => done(),
        false => fault(
            StatusCode::NOT_FOUND,
            &format!("there is no space {name:?}"),
        ),
    }
}

fn order(ask: &Ask<'_>) -> Result<Order, Reply> {
    let wanted: Wanted = ask.body()?;
    let spaces = ask.spaces;
    let mut order = Order::like(&spaces.root, wanted.name);
    if let Some(fixture) = &wanted.fixture {
        let name = serde_json::from_str(fixture.get());
        order.content = Some(match name {
            Ok(name) => SpaceContent::BuiltIn(name),
            Err(_) => SpaceContent::Text(fixture.get().to_owned()),
        });
    }
    if let Some(clock) = &wanted.clock {
        let told = order.tell_time_by(clock);
        told.map_err(|error| fault(StatusCode::BAD_REQUEST, &error.to_string()))?;
    }
    order.seed = wanted.seed;
    let expires = wanted.expire_idle_seconds.map(u32::from);
    order.expires = expires.map(|seconds| Duration::from_secs(seconds.into()));
    let config = &mut order.config;
    config.profile = match wanted.profile {
        Some(ProfileWord::Default) => Profile::Default,
        Some(ProfileWord::Juno) => Profile::Juno,
        Some(ProfileWord::Nova34) => Profile::Nova34,
        Some(ProfileWord::Otc) => Profile::Otc,
        None => config.profile,
    };
    config.auth = match wanted.auth {
        Some(AuthWord::Open) => AuthMode::Open,
        Some(AuthWord::Strict) => AuthMode::Strict,
        None => config.auth,
    };
    config.max_limit = wanted.max_limit.map_or(config.max_limit, Into::into);
    Ok(order)
}

fn refused(error: &SpaceError) -> Reply {
    let status = match error {
        SpaceError::Taken { .. } | SpaceError::TooMany { .. } => StatusCode::CONFLICT,
        SpaceError::Store(_) => return failed(error),
        _ => StatusCode::BAD_REQUEST,
    };
    fault(status, &error.to_string())
}

fn view(ask: &Ask<'_>, app: &App, name: String) -> View {
    let origin = ask.head().origin();
    let base = match ask.door.shared_port {
        Some(port) => origin.base_on_port(Trust::Scheme, port),
        None => origin.base(Trust::Scheme),
    };
    let url = [&base, &*app.prefix].concat();
    View {
        name,
        url,
        expire_idle_seconds: app.expires().map(|limit| limit.as_secs()),
    }
}
