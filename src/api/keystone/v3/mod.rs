//! API v3, as Keystone 30 answers it.

mod auth_request;
mod discovery;
mod fault;
mod lists;
mod schema;
mod tokens;
mod views;

use super::Site;
use crate::http::{Reply, Request};
use crate::python;
use crate::service::identity::LiveToken;
use crate::service::{App, Failure};
use actix_web::http::{Method, StatusCode};
use fault::Fault;
use lists::Kind;
use serde::Serialize;
use std::sync::Arc;

/// A request with all that its answer depends on.
#[derive(Debug)]
pub struct Call<'a> {
    app: &'a App,
    request: &'a Request<'a>,
    site: Site,
    /// Whether the root lists v2.0 too.
    lists_v2: bool,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'p> {
    Root,
    Version,
    Tokens,
    Catalog,
    Projects,
    Domains,
    System,
    List(Kind),
    Show(Kind, &'p str),
    UserProjects(&'p str),
}

impl<'a> Call<'a> {
    pub(super) fn new(app: &'a App, request: &'a Request<'a>, site: Site, lists_v2: bool) -> Self {
        Self {
            app,
            request,
            site,
            lists_v2,
        }
    }

    /// The token of `X-Auth-Token`.
    fn asker(&self) -> Result<Arc<LiveToken>, Fault> {
        let token = self.request.header("x-auth-token").unwrap_or_default();
        self.app.identity.bearer(token).ok_or(Fault::Unauthorized)
    }

    /// A link to something of v3.
    fn link(&self, path: &str) -> String {
        format!("{}/v3/{path}", self.site.base)
    }
}

/// Answers a request by the parts of its path, the version among them.
#[must_use]
pub fn answer(call: &Call<'_>, parts: &[&str]) -> Reply {
    let reply = match check_body(call) {
        Ok(()) => dispatch(call, parts),
        Err(fault) => fault.reply(&call.site.base),
    };
    reply
        .with("vary", "X-Auth-Token")
        .with("x-openstack-request-id", call.app.ids.request_id())
}

fn dispatch(call: &Call<'_>, parts: &[&str]) -> Reply {
    let Some(route) = route(parts) else {
        return fault::not_found_page();
    };
    if let Some(path) = path_with_single_slashes(call.request) {
        return fault::redirect_page(&format!("{}{path}", call.site.host));
    }
    let allowed: &[Method] = match route {
        Route::Tokens => &[
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::DELETE,
            Method::OPTIONS,
        ],
        _ => &[Method::GET, Method::HEAD, Method::OPTIONS],
    };
    let method = call.request.method();
    if method == Method::OPTIONS {
        return fault::options(allowed);
    }
    if !allowed.contains(method) {
        return match route {
            Route::Root | Route::Version => fault::wrong_method_page(allowed),
            _ => fault::wrong_method(allowed),
        };
    }
    let answered = match route {
        Route::Root => Ok(discovery::root(call)),
        Route::Version => Ok(discovery::version(call)),
        Route::Tokens if method == Method::POST => tokens::issue(call),
        Route::Tokens if method == Method::DELETE => tokens::revoke(call),
        Route::Tokens => tokens::validate(call),
        Route::Catalog => lists::auth_catalog(call),
        Route::Projects => lists::auth_projects(call),
        Route::Domains => lists::auth_domains(call),
        Route::System => lists::auth_system(call),
        Route::List(kind) => lists::index(call, kind),
        Route::Show(kind, id) => lists::show(call, kind, id),
        Route::UserProjects(id) => lists::user_projects(call, id),
    };
    answered.unwrap_or_else(|fault| fault.reply(&call.site.base))
}

fn route<'p>(parts: &[&'p str]) -> Option<Route<'p>> {
    match parts {
        [] => Some(Route::Root),
        ["v3"] => Some(Route::Version),
        ["v3", "auth", "tokens"] => Some(Route::Tokens),
        ["v3", "auth", "catalog"] => Some(Route::Catalog),
        ["v3", "auth", "projects"] => Some(Route::Projects),
        ["v3", "auth", "domains"] => Some(Route::Domains),
        ["v3", "auth", "system"] => Some(Route::System),
        ["v3", "users", id, "projects"] => Some(Route::UserProjects(id)),
        ["v3", name] => Kind::named(name).map(Route::List),
        ["v3", name, id] => Kind::named(name).map(|kind| Route::Show(kind, id)),
        _ => None,
    }
}

/// Keystone 30 looks at a body before it looks at the path: a body that is there must be a JSON
/// object and say so, or say nothing.
fn check_body(call: &Call<'_>) -> Result<(), Fault> {
    let body = call.request.body_bytes();
    if body.is_empty() {
        return Ok(());
    }
    let header = call.request.header("content-type").unwrap_or_default();
    let is_json = call.request.content_type().is_none_or(|media_type| {
        media_type == "application/json"
            || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    });
    if !is_json && !header.is_empty() {
        return Err(Fault::expecting("application/json", "Content-Type header"));
    }
    match python::Value::parse(body) {
        Ok(python::Value::Dict(_)) => Ok(()),
        _ => Err(Fault::expecting("valid JSON", "request body")),
    }
}

/// The path and query to ask instead, when there are empty parts amid the path. Slashes before and
/// behind it do not matter.
fn path_with_single_slashes(request: &Request<'_>) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(request.raw_path()).decode_utf8_lossy();
    let path = decoded.trim_matches('/');
    let path = match request.prefix.strip_prefix('/') {
        Some(prefix) => path.strip_prefix(prefix)?.trim_start_matches('/'),
        None => path,
    };
    if !path.contains("//") {
        return None;
    }
    let mut target = format!("{}/{}", request.prefix, request.path.segments.join("/"));
    if !request.raw_query().is_empty() {
        target.push('?');
        target.push_str(request.raw_query());
    }
    Some(target)
}

fn json(status: StatusCode, view: &impl Serialize) -> Result<Reply, Fault> {
    json_as("application/json", status, view)
}

fn json_as(
    media_type: &'static str,
    status: StatusCode,
    view: &impl Serialize,
) -> Result<Reply, Fault> {
    match python::to_vec(view) {
        Ok(body) => Ok(Reply::new(status, media_type, body)),
        Err(error) => Err(Fault::Internal(Failure::of(&error))),
    }
}
