//! Glance: API v2 as release 33 answers and v1 as 2014.2 did, over the same images as Nova.
//!
//! One tree, mounted under `/image` and at the root of a listener of its own. Which versions it offers
//! is the profile's choice, and a value: [`offer::Offer`].

mod call;
mod fault;
mod names;
mod offer;
mod refusal;
mod source;
mod v1;
mod v2;
mod versions;
mod wanted;

pub use call::Door;
pub use v2::{TEXT_VERSION, text};

use crate::domain::{Operation, Plan};
use crate::http::cache::Caches;
use crate::http::webob::Choice;
use crate::http::{Body, Head, Method, Refusal, Reply, Request, StatusCode};
use crate::service::App;
use crate::service::glance_query::QueryError;
use call::Call;
use fault::Fault;
use offer::{Offer, Tree};
use source::Source;
use std::cell::RefCell;

/// What asks for API v2 whatever the path.
const MEDIA_TYPE: &str = "application/vnd.openstack.images-";

/// Where a request belongs.
#[derive(Debug)]
pub struct Placed {
    door: Door,
    asked: Asked,
}

/// What is asked for.
#[derive(Debug)]
enum Asked {
    /// What is allowed: today's front end says so for all.
    Options,
    /// Whether there is anybody.
    Health,
    /// Every version, with this status.
    Versions(StatusCode),
    /// A version without the slash behind it.
    NoSlash(&'static str),
    /// Something of API v1.
    V1(v1::Asked),
    /// Something of API v2.
    V2(v2::Asked),
}

/// Every operation there is.
pub fn operations() -> impl Iterator<Item = Operation> {
    names::ALL.iter().copied()
}

/// What a request is about, which came through a listener; its path begins behind the mount.
#[must_use]
pub fn plan(app: &App, head: &Head, door: Door) -> (Plan, Placed) {
    let offer = Offer::of(app.config.profile);
    let asked = place(offer, head);
    let mut plan = match &asked {
        Asked::Options => Plan::of(names::OPTIONS),
        Asked::Health => Plan::of(names::HEALTH),
        Asked::Versions(_) => Plan::of(names::VERSIONS),
        Asked::NoSlash(_) => Plan::of(names::VERSION),
        Asked::V1(asked) => v1::plan(asked, head.method()),
        Asked::V2(asked) => v2::plan(asked, head.method()),
    };
    if !matches!(asked, Asked::Versions(_) | Asked::Health) {
        plan.project = call::token_project(app, head);
    }
    (plan, Placed { door, asked })
}

fn place(offer: &Offer, head: &Head) -> Asked {
    if offer.answers_options && head.method() == Method::OPTIONS {
        return Asked::Options;
    }
    let path = head.path();
    let read: Vec<_> = match offer.latin1_paths {
        true => path.parts().into_iter().map(latin1).collect(),
        false => path.parts().into_iter().map(str::to_owned).collect(),
    };
    let parts: Vec<_> = read.iter().map(String::as_str).collect();
    let by_type = head
        .accept()
        .and_then(|accept| accept.strip_prefix(MEDIA_TYPE));
    if let Some(version) = by_type
        && offer.tree(version) == Some(Tree::V2)
    {
        return Asked::V2(v2::Asked::of(&parts, path.trailing_slash));
    }
    match parts.split_first() {
        Some((&"healthcheck", [])) if !path.trailing_slash => Asked::Health,
        Some((&"versions", _)) => Asked::Versions(StatusCode::OK),
        Some((first, rest)) => match (offer.tree(first), offer.v1) {
            (Some(Tree::V2), _) if rest.is_empty() && !path.trailing_slash => Asked::NoSlash("v2"),
            (Some(Tree::V2), _) => Asked::V2(v2::Asked::of(rest, path.trailing_slash)),
            (Some(Tree::V1), Some(_)) if rest.is_empty() && !path.trailing_slash => {
                Asked::NoSlash("v1")
            }
            (Some(Tree::V1), Some(rules)) => {
                Asked::V1(v1::Asked::of(rules, rest, path.trailing_slash))
            }
            _ => Asked::Versions(StatusCode::MULTIPLE_CHOICES),
        },
        None => Asked::Versions(StatusCode::MULTIPLE_CHOICES),
    }
}

/// A part of a path whose bytes were taken for letters of Latin-1.
fn latin1(part: &str) -> String {
    part.bytes().map(char::from).collect()
}

/// Answers a request as it was placed.
#[must_use]
pub fn answer(app: &App, caches: &RefCell<Caches>, request: &Request, placed: &Placed) -> Reply {
    let call = Call::new(app, caches, &request.head, &request.body, placed.door);
    let call = match enter(call, &placed.asked) {
        Ok(call) => call,
        Err(reply) => return reply,
    };
    let outcome = match &placed.asked {
        Asked::NoSlash(version) => Ok(versions::redirect(&call, version)),
        Asked::V1(asked) => v1::answer(&call, asked),
        Asked::V2(asked) => v2::answer(&call, asked),
        Asked::Options | Asked::Health | Asked::Versions(_) => Err(Fault::unrouted()),
    };
    left(&call, &placed.asked, outcome)
}

/// Answers a request that moves data. Of a body that comes as a stream as much is read as is wanted.
pub async fn transfer(
    app: &App,
    caches: &RefCell<Caches>,
    request: &mut Request,
    placed: &Placed,
) -> Reply {
    let Request { head, body } = request;
    let none = Body::empty();
    let (seen, mut source) = match body {
        Body::Stream(stream) => (&none, Source::of_stream(stream)),
        body => (&*body, Source::of_bytes(body.bytes())),
    };
    let call = Call::new(app, caches, head, seen, placed.door);
    let call = match enter(call, &placed.asked) {
        Ok(call) => call,
        Err(reply) => return reply,
    };
    let outcome = match &placed.asked {
        Asked::V1(asked) => v1::transfer(&call, asked, &mut source).await,
        Asked::V2(asked) => v2::transfer(&call, asked, &mut source).await,
        _ => Err(Fault::unrouted()),
    };
    left(&call, &placed.asked, outcome)
}

/// What needs nobody to sign in is answered here; all else goes on with whoever did.
fn enter<'a>(mut call: Call<'a>, asked: &Asked) -> Result<Call<'a>, Reply> {
    let answered = match asked {
        Asked::Options => Reply::empty(StatusCode::OK),
        Asked::Health => Reply::new(StatusCode::OK, "text/plain; charset=UTF-8", "OK"),
        Asked::Versions(status) => versions::list(&call, *status),
        Asked::NoSlash(_) | Asked::V1(_) | Asked::V2(_) => {
            let fault = match call.authenticate() {
                // What would be stored is not what was sent.
                Some(_) if !call.head.path().is_text && !call.offer.latin1_paths => {
                    Fault::of_query(&QueryError::Undecodable)
                }
                Some(caller) => {
                    call.caller = caller;
                    return Ok(call);
                }
                None => Fault::unauthorized(&call.keystone_url(), call.why_nobody()),
            };
            refusal::reply(fault, call.head, form(asked))
        }
    };
    Err(answered)
}

/// What somebody gets who is signed in.
fn left(call: &Call<'_>, asked: &Asked, outcome: Result<Reply, Fault>) -> Reply {
    let reply = outcome.unwrap_or_else(|fault| refusal::reply(fault, call.head, form(asked)));
    labelled(call.app, reply)
}

/// Words an error that comes from outside as this service words its own.
#[must_use]
pub fn refuse(app: &App, head: &Head, placed: &Placed, refusal: &Refusal) -> Reply {
    let fault = match (refusal.status, refusal.message.is_empty()) {
        (StatusCode::UNAUTHORIZED, true) => {
            let (caches, body) = (RefCell::default(), Body::empty());
            let call = Call::new(app, &caches, head, &body, placed.door);
            let why = "it is to be so, whoever asks".to_owned();
            Fault::unauthorized(&call.keystone_url(), why)
        }
        _ => Fault::outside(refusal),
    };
    let reply = refusal::reply(fault, head, form(&placed.asked));
    labelled(app, refusal.put_retry_after(reply))
}

fn form(asked: &Asked) -> Choice {
    match asked {
        Asked::V2(_) | Asked::NoSlash("v2") => Choice::Offers,
        _ => Choice::Substring,
    }
}

fn labelled(app: &App, reply: Reply) -> Reply {
    reply.with("x-openstack-request-id", app.ids.request_id())
}
