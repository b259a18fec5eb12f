//! Waldur's `openstack-images`, as Django and its REST framework answer it.
//!
//! The layers of the original are the files: `routes` are Django's URL patterns, `negotiate`,
//! `auth`, `filter`, `page` and `fault` the REST framework's, `view` and `usage` Waldur's
//! serializers, `number` and `address` the corners of Python that clients can see. Behind it
//! stands the same store that Nova shows.

mod address;
mod answer;
mod auth;
mod boolean;
mod catalogue;
mod fault;
mod filter;
mod handlers;
mod host;
mod html;
mod language;
mod negotiate;
mod operation;
mod page;
mod params;
mod routes;
mod text;
mod usage;
mod view;

use crate::domain::{Plan, Work};
use crate::http::{Head, Refusal, Reply, StatusCode, Trust};
use crate::service::App;
use fault::Fault;
use language::Language;
use routes::{Route, Routed};

pub use operation::OPERATIONS;

/// Where a request belongs: Django routes by the decoded path, before anybody tidies it.
#[derive(Debug)]
pub struct Placed {
    path: String,
    routed: Option<Routed>,
}

/// Whether a path is Waldur's.
#[must_use]
pub fn owns(head: &Head) -> bool {
    const MOUNT: &str = "/api/";
    let raw = head.raw_path();
    head.path().first() == Some("api")
        || raw.starts_with(MOUNT)
        || (raw.contains('%') && routes::decode(raw).starts_with(MOUNT))
}

/// What a request is about. No view reads a body.
#[must_use]
pub fn plan(app: &App, head: &Head) -> (Plan, Placed) {
    let path = routes::decode(head.raw_path());
    let routed = routes::route(&path);
    let route = routed.as_ref().map(|routed| &routed.route);
    let mut plan = Plan::of(operation::name(route, head));
    if let Some(Route::Detail(uuid)) = route {
        plan.image = Some(uuid.clone());
    }
    if route.is_some() && app.waldur.takes_long() {
        plan.work = Work::Everything;
    }
    (plan, Placed { path, routed })
}

/// Answers a request: Django's middleware, in its order.
#[must_use]
pub fn answer(app: &App, head: &Head, placed: &Placed) -> Reply {
    if operation::is_preflight(head) {
        return preflight();
    }
    respond(app, head, placed, |view| {
        view.answer(&text::upper_method(head.method()))
    })
}

/// Words an error that comes from outside as the REST framework words its own.
#[must_use]
pub fn refuse(app: &App, head: &Head, placed: &Placed, refusal: &Refusal) -> Reply {
    let reply = match placed.routed {
        // Of what is nowhere, Django itself says so.
        None if refusal.status != StatusCode::NOT_FOUND => {
            let language = Language::choose(head.header("accept-language"));
            let message = refusal.says(fault::own_words(refusal));
            html::refused(language, refusal.status, message)
        }
        _ => respond(app, head, placed, |view| {
            view.refuse(Fault::Outside(refusal.clone()))
        }),
    };
    refusal.put_retry_after(reply)
}

fn respond(
    app: &App,
    head: &Head,
    placed: &Placed,
    answer: impl FnOnce(&answer::View<'_>) -> Reply,
) -> Reply {
    let language = Language::choose(head.header("accept-language"));
    if !host::is_valid(head) {
        return html::bad_request(language);
    }
    let Placed { path, routed } = placed;
    if let Some(routed) = routed {
        // Recorded: Waldur believes no proxy.
        let base = head.origin().base(Trust::Nobody);
        return answer(&answer::View::new(app, head, &base, path, routed, language));
    }
    // CommonMiddleware: only where the path with the slash is a route.
    if !path.ends_with('/') && routes::route(&format!("{path}/")).is_some() {
        let location = address::with_slash(path, head.raw_query());
        let location = [head.origin().path(), location].concat();
        return html::redirect(location, language);
    }
    html::not_found(language)
}

/// `cors_middleware` (waldur-mastermind, `waldur_core/server/middleware.py`) asks nobody else.
fn preflight() -> Reply {
    Reply::new(StatusCode::OK, html::MEDIA_TYPE, "")
}
