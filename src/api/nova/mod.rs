//! Nova: one tree per dialect, the versions in front of them, and the way of a request through both.
//!
//! [`plan`] places a request (which tree, which form) and routes it; [`answer`] signs it in, checks
//! it, carries it out and renders its outcome, good or bad; [`refuse`] words an error from outside.
//! All three label what they answer in one place.

mod asking;
mod body;
mod call;
mod dialect;
mod discovery;
mod fault;
#[cfg(fuzzing)]
mod fuzzing;
mod headers;
mod images;
mod labels;
mod links;
mod microversion;
mod noauth;
mod operation;
mod outside;
mod passing;
mod place;
mod refusal;
mod remote;
mod tree;
mod xmlns;

#[cfg(fuzzing)]
pub use fuzzing::headers as fuzz_headers;
pub use images::TEXTS;
pub use operation::names as operations;

use crate::domain::{BodyWanted, Caller, Plan, Work};
use crate::http::cache::Caches;
use crate::http::{Body, Head, Method, Refusal, Reply, Request, StatusCode};
use crate::service::App;
use call::Call;
use dialect::Mounts;
use discovery::versions;
use fault::Told;
use operation::{Known, Route};
use place::Place;
use std::cell::{OnceCell, RefCell};

/// The largest body that is read: oslo.middleware's default.
const MOST_BODY_BYTES: usize = 114_688;

/// Where a request belongs, and what it asks for there.
#[derive(Debug)]
pub struct Placed {
    place: Place,
    asked: Asked,
}

/// What is asked for.
#[derive(Debug)]
enum Asked {
    /// What is allowed: some front ends say so for all.
    Options,
    /// Every version.
    Versions,
    /// Something that names no version.
    Choices,
    /// Something in a tree that is switched off.
    Disabled,
    /// Something in a tree; nothing when no route leads there.
    Tree(Option<Route>),
    /// Something that a real Nova answers.
    Passed,
}

/// What a request is about.
#[must_use]
pub fn plan(app: &App, head: &Head) -> (Plan, Placed) {
    let mounts = Mounts::of(app);
    let place = Place::of(mounts, head);
    let dialect = place.dialect.unwrap_or(mounts.root);
    let known = Known {
        project: &|text| call::is_known_project(app, head, text),
        own_project: &|text| call::is_own_project(app, head, text),
    };
    let asked = match (place.version, place.dialect) {
        _ if dialect.answers_options && head.method() == Method::OPTIONS => Asked::Options,
        ("", _) if place.path(head).is_root() => Asked::Versions,
        ("", _) => Asked::Choices,
        (_, None) => Asked::Disabled,
        (_, Some(dialect)) => {
            let rest = place.rest(head);
            let route = Route::of(dialect, head.method(), rest, &known);
            let has_compute = app
                .upstream
                .as_deref()
                .is_some_and(|cloud| cloud.compute.is_some());
            match has_compute {
                true if passing::is_passed(head, dialect, rest, route.as_ref()) => Asked::Passed,
                _ => Asked::Tree(route),
            }
        }
    };
    let route = match &asked {
        Asked::Tree(route) => route.as_ref(),
        _ => None,
    };
    let mut plan = Plan::of(match &asked {
        Asked::Options => operation::OPTIONS,
        Asked::Versions => discovery::VERSIONS,
        Asked::Choices => discovery::CHOICES,
        Asked::Disabled => operation::DISABLED,
        Asked::Tree(None) => operation::UNROUTED,
        Asked::Passed => operation::PASSED,
        Asked::Tree(Some(route)) => route.operation.name(),
    });
    plan.image = route.and_then(|route| route.operation.image().map(str::to_owned));
    plan.project = route
        .and_then(|route| route.project.clone())
        .or_else(|| call::token_project(app, head));
    plan.work = match &asked {
        Asked::Passed => Work::Ask,
        Asked::Tree(_) if app.upstream.is_some() => Work::Ask,
        Asked::Tree(Some(route)) => route.operation.work(),
        _ => Work::Read,
    };
    plan.body = match asked {
        Asked::Options => BodyWanted::No,
        // Nova 2014.2 reads a body whatever it is for.
        Asked::Versions | Asked::Choices if !(dialect.exact && dialect.formats.xml()) => {
            BodyWanted::No
        }
        _ => BodyWanted::Whole(MOST_BODY_BYTES),
    };
    (plan, Placed { place, asked })
}

/// Answers a request as it was placed.
#[must_use]
pub fn answer(app: &App, caches: &RefCell<Caches>, request: &Request, placed: &Placed) -> Reply {
    let mut call = enter(app, caches, &request.head, &request.body, placed.place);
    if placed.place.breaks {
        return refusal::reply(Told::Bare.into(), &call);
    }
    let in_front = |answer: fn(&Call<'_>, &Mounts) -> Reply| match tree::check_front(&call) {
        Ok(()) => answer(&call, Mounts::of(app)),
        Err(fault) => refusal::reply(fault, &call),
    };
    match &placed.asked {
        Asked::Options => Reply::empty(StatusCode::OK),
        Asked::Versions => in_front(versions::root),
        Asked::Choices => in_front(versions::choices),
        Asked::Disabled => tree::disabled(&call),
        // Only `ask` can wait for another server.
        Asked::Passed => refusal::reply(Told::Unrouted.into(), &call),
        Asked::Tree(route) => {
            let outcome = tree::answer(&mut call, route.as_ref());
            let reply = outcome.unwrap_or_else(|fault| refusal::reply(fault, &call));
            labels::put(&call, reply)
        }
    }
}

/// Answers a request for which a real cloud is asked.
pub async fn ask(app: &App, caches: &RefCell<Caches>, request: &Request, placed: &Placed) -> Reply {
    let Some(upstream) = &app.upstream else {
        return answer(app, caches, request, placed);
    };
    let mut call = enter(app, caches, &request.head, &request.body, placed.place);
    match (&placed.asked, &upstream.compute) {
        (Asked::Passed, Some(compute)) => passing::answer(&call, upstream, compute).await,
        (Asked::Tree(_), _) if placed.place.breaks => refusal::reply(Told::Bare.into(), &call),
        (Asked::Tree(route), _) => {
            let outcome = asking::answer(&mut call, upstream, route.as_ref()).await;
            let reply = outcome.unwrap_or_else(|fault| refusal::reply(fault, &call));
            labels::put(&call, reply)
        }
        _ => answer(app, caches, request, placed),
    }
}

/// Words an error that comes from outside as this service words its own.
#[must_use]
pub fn refuse(app: &App, head: &Head, placed: &Placed, refusal: &Refusal) -> Reply {
    let (caches, body) = (RefCell::default(), Body::empty());
    let call = enter(app, &caches, head, &body, placed.place);
    let reply = refusal::reply(outside::fault(refusal, &call), &call);
    labels::put(&call, outside::put_retry_after(refusal, reply))
}

fn enter<'a>(
    app: &'a App,
    caches: &'a RefCell<Caches>,
    head: &'a Head,
    body: &'a Body,
    place: Place,
) -> Call<'a> {
    Call {
        app,
        caches,
        head,
        body,
        dialect: place.dialect.unwrap_or(Mounts::of(app).root),
        version: place.version,
        path: place.path(head),
        media: place.media,
        caller: Caller::default(),
        image_url: None,
        request_id: OnceCell::new(),
        microversion: None,
        refused_microversion: None,
    }
}
