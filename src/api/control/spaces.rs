//! `/_control/spaces`: the clouds that live beside the server's own.

use super::answer::{done, failed, fault, json, read};
use super::gate::Door;
use crate::config::{AuthMode, Profile};
use crate::http::{Head, Reply, Request, StatusCode, Trust};
use crate::service::{App, Order, SpaceContent, SpaceError, Spaces};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json as value};

/// A space that somebody wants. What is missing is as the server was started.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    /// A built-in set by its name, or the text of a fixture.
    fixture: Option<Box<RawValue>>,
    profile: Option<ProfileWord>,
    auth: Option<AuthWord>,
    max_limit: Option<std::num::NonZeroU64>,
    /// `real`, or an RFC 3339 time at which it stands.
    clock: Option<String>,
    seed: Option<u64>,
}

/// The words of `--profile`.
#[derive(Deserialize)]
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
#[derive(Deserialize)]
enum AuthWord {
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "strict")]
    Strict,
}

/// `GET /_control/spaces`
pub fn list(spaces: &Spaces, head: &Head, door: Door) -> Reply {
    let names = spaces.names();
    let views = names.iter().filter_map(|name| {
        let app = spaces.named(name)?;
        Some(view(&app, head, door, name))
    });
    let views: Vec<_> = views.collect();
    json(StatusCode::OK, &value!({"spaces": views}))
}

/// `POST /_control/spaces`
pub fn make(spaces: &Spaces, request: &Request, door: Door) -> Reply {
    match order(spaces, request.body.bytes()) {
        Ok(order) => {
            let name = order.name.clone();
            match spaces.make(order) {
                Ok(app) => json(StatusCode::CREATED, &view(&app, &request.head, door, &name)),
                Err(error) => refused(&error),
            }
        }
        Err(refused) => *refused,
    }
}

/// `DELETE /_control/spaces/{name}`
pub fn remove(spaces: &Spaces, name: &str) -> Reply {
    match spaces.remove(name) {
        true => done(),
        false => fault(
            StatusCode::NOT_FOUND,
            &format!("there is no space {name:?}"),
        ),
    }
}

fn order(spaces: &Spaces, body: &[u8]) -> Result<Order, Box<Reply>> {
    let must_be = "an object with \"name\", and maybe \"fixture\", \"profile\", \"auth\", \
                   \"max_limit\", \"clock\" and \"seed\"";
    let wanted: Wanted = read(body, must_be)?;
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
        told.map_err(|error| Box::new(fault(StatusCode::BAD_REQUEST, &error.to_string())))?;
    }
    order.seed = wanted.seed;
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
        SpaceError::Taken { .. } => StatusCode::CONFLICT,
        SpaceError::Store(_) => return failed(error),
        _ => StatusCode::BAD_REQUEST,
    };
    fault(status, &error.to_string())
}

fn view(app: &App, head: &Head, door: Door, name: &str) -> Value {
    let origin = head.origin();
    let base = match door.shared_port {
        Some(port) => origin.base_on_port(Trust::Scheme, port),
        None => origin.base(Trust::Scheme),
    };
    let url = [&base, &*app.prefix].concat();
    value!({"name": name, "url": url})
}
