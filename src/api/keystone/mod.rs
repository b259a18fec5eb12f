//! Keystone: sign-in and the catalogue, API v3 as release 30 answers and v2.0 as 2014.2 did.
//!
//! One tree, mounted under `/identity`, at the root beside Nova, and at the root of a listener of
//! its own. Which versions it offers is the profile's choice, and a value: [`offer::Offer`]. In front of a
//! real cloud it has no users of its own: v3 is passed on, and v2.0 is made of it.

mod behind;
mod catalog;
mod failed;
mod names;
mod offer;
mod passing;
mod site;
mod v2;
mod v3;

pub use site::Door;

use crate::config::Profile;
#[cfg(feature = "cli")]
use crate::config::SpaceConfig;
use crate::domain::{BodyWanted, Operation, Plan, Work};
use crate::http::{Head, Refusal, Reply, Request};
use crate::service::App;
use offer::{Manner, Offer};
use site::Site;

/// The largest body that is read: oslo.middleware's default.
const MOST_BODY_BYTES: usize = 114_688;

/// Whether a first part of a path is Keystone's at the root that it shares with Nova.
#[must_use]
pub fn has_at_root(profile: Profile, segment: &str) -> bool {
    Offer::of(profile).has_at_root(segment)
}

/// What the catalogue calls the region.
#[cfg(feature = "cli")]
#[must_use]
pub fn region(config: &SpaceConfig) -> &str {
    Offer::of(config.profile).region(config)
}

/// Where a request belongs.
#[derive(Debug)]
pub struct Placed {
    door: Door,
    asked: Asked,
}

/// What is asked for, of which version.
#[derive(Debug)]
enum Asked {
    V2(Manner, v2::Operation),
    V3(Option<v3::Route>),
}

/// Every operation there is.
pub fn operations() -> impl Iterator<Item = Operation> {
    names::ALL.into_iter().chain(v3::kinds())
}

/// What a request is about, which came through a listener; its path begins behind the mount.
#[must_use]
pub fn plan(app: &App, head: &Head, door: Door) -> (Plan, Placed) {
    let offer = Offer::of(app.config.profile);
    let parts = head.path().parts();
    let asked = match (parts.split_first(), offer.v2) {
        (Some((&"v2.0", rest)), Some(manner)) => {
            Asked::V2(manner, v2::Operation::of(head.method(), rest))
        }
        (_, Some(manner)) if !offer.v3 => Asked::V2(manner, v2::Operation::of_root(&parts)),
        _ => Asked::V3(v3::Route::of(&parts)),
    };
    let mut plan = Plan::of(match &asked {
        Asked::V2(_, operation) => operation.name(),
        Asked::V3(route) => v3::name(route.as_ref(), head.method()),
    });
    plan.body = BodyWanted::Whole(MOST_BODY_BYTES);
    if passes_on(app) {
        plan.work = Work::Ask;
        return (plan, Placed { door, asked });
    }
    if names::CHANGES.contains(&plan.operation) {
        plan.work = Work::Change;
    }
    let token = head.header("x-auth-token");
    let live = token.and_then(|token| app.identity.bearer(token.trim()));
    plan.project = live.and_then(|live| live.token.project_id().map(str::to_owned));
    (plan, Placed { door, asked })
}

/// Whether users are a real Keystone's. Where this server stands in for its clients they sign in here.
fn passes_on(app: &App) -> bool {
    let cloud = app.upstream.as_ref();
    cloud.is_some_and(|cloud| !cloud.stands_in())
}

/// Answers a request as it was placed.
#[must_use]
pub fn answer(app: &App, request: &Request, placed: &Placed) -> Reply {
    let offer = Offer::of(app.config.profile);
    let Request { head, body } = request;
    let site = Site::new(offer, head, placed.door);
    match &placed.asked {
        Asked::V2(manner, operation) => {
            v2::answer(&v2::Call::new(app, head, site, *manner), body, operation)
        }
        Asked::V3(route) => {
            let call = v3::Call::new(app, head, body, site, offer.v2.is_some());
            v3::answer(&call, route.as_ref())
        }
    }
}

/// Answers a request as it was placed, of a real Keystone if there is one.
pub async fn ask(app: &App, request: &Request, placed: &Placed) -> Reply {
    let Some(cloud) = app.upstream.as_ref().filter(|_| passes_on(app)) else {
        return answer(app, request, placed);
    };
    let Request { head, body } = request;
    let site = Site::new(Offer::of(app.config.profile), head, placed.door);
    match &placed.asked {
        Asked::V2(manner, operation) => {
            let call = v2::Call::new(app, head, site, *manner);
            v2::answer_from_v3(&call, cloud, body, operation).await
        }
        Asked::V3(_) => passing::answer(app, cloud, &site, request).await,
    }
}

/// Words an error that comes from outside as this service words its own.
#[must_use]
pub fn refuse(app: &App, head: &Head, placed: &Placed, refusal: &Refusal) -> Reply {
    let site = Site::new(Offer::of(app.config.profile), head, placed.door);
    match placed.asked {
        Asked::V2(manner, _) => v2::refuse(&v2::Call::new(app, head, site, manner), refusal),
        Asked::V3(_) => v3::refuse(app, &site, refusal),
    }
}
