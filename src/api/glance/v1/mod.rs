//! API v1, as Glance 2014.2 answered it: metadata travel in headers.

mod create;
mod form;
mod headers;
mod images;
mod list;
mod members;
mod route;
mod told;
mod update;
mod upload;
mod view;

use super::call::Call;
use super::fault::Fault;
use super::names;
use super::source::Source;
use super::wanted::JSON_BODY;
use crate::domain::{BodyWanted, Plan, Work};
use crate::http::{Method, Reply};
use crate::service::ImageRules;
use route::Route;

/// What is asked for, under which rules; no route where none leads.
#[derive(Debug)]
pub struct Asked {
    route: Option<Route>,
    rules: &'static ImageRules,
}

impl Asked {
    /// By the parts of a path behind the version.
    pub fn of(rules: &'static ImageRules, parts: &[&str], trailing_slash: bool) -> Self {
        Self {
            route: Route::of(parts, trailing_slash),
            rules,
        }
    }
}

/// What a request is about.
pub fn plan(asked: &Asked, method: &Method) -> Plan {
    let route = asked.route.as_ref();
    let operation = route.and_then(|route| route.operation(method));
    let mut plan = Plan::of(operation.unwrap_or(names::UNROUTED));
    plan.image = route.and_then(|route| route.image().map(str::to_owned));
    plan.body = JSON_BODY;
    match (route, method.as_str()) {
        (Some(Route::Images), "POST") | (Some(Route::Image(_)), "PUT") => {
            plan.work = Work::Transfer;
            plan.body = BodyWanted::Stream;
        }
        (Some(Route::Image(_)), "GET") => plan.work = Work::Transfer,
        _ if operation.is_some() && !matches!(method.as_str(), "GET" | "HEAD") => {
            plan.work = Work::Change;
        }
        _ => {}
    }
    plan
}

/// Answers a request of somebody who is signed in.
pub fn answer(call: &Call<'_>, asked: &Asked) -> Result<Reply, Fault> {
    let rules = asked.rules;
    let method = call.head.method();
    match entered(call, asked)? {
        Route::Root | Route::Images => list::index(call, rules),
        Route::Detail if method == Method::HEAD => Err(Fault::disabled_method(
            "This operation is currently not permitted on Glance images details.",
            "GET",
        )),
        Route::Detail => list::detail(call, rules),
        Route::Image(id) if method == Method::HEAD => images::head(call, rules, id),
        Route::Image(id) => images::delete(call, rules, id),
        Route::Members(id) if method == Method::GET => members::list(call, rules, id),
        Route::Members(id) => members::replace(call, rules, id),
        Route::Member(id, project) => match method.as_str() {
            "PUT" => members::put(call, rules, id, project),
            "DELETE" => members::delete(call, rules, id, project),
            _ => Err(Fault::bare_wrong_method(method)),
        },
        Route::Shared(project) => members::shared(call, project),
    }
}

/// Answers one that may move data.
pub async fn transfer(
    call: &Call<'_>,
    asked: &Asked,
    source: &mut Source<'_>,
) -> Result<Reply, Fault> {
    let rules = asked.rules;
    match entered(call, asked)? {
        Route::Images => create::create(call, rules, source).await,
        Route::Image(id) if call.head.method() == Method::PUT => {
            update::update(call, rules, id, source).await
        }
        Route::Image(id) => images::show(call, rules, id).await,
        _ => Err(Fault::unrouted()),
    }
}

/// What is asked for, once the method is looked at.
fn entered<'a>(call: &Call<'_>, asked: &'a Asked) -> Result<&'a Route, Fault> {
    let route = asked.route.as_ref().ok_or_else(Fault::unrouted)?;
    let method = call.head.method();
    match (route.operation(method), route.allowed(method)) {
        (Some(_), _) => Ok(route),
        (None, Some(allowed)) => Err(Fault::wrong_method(method, allowed)),
        (None, None) => Err(Fault::unrouted()),
    }
}
