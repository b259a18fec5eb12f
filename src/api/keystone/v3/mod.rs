//! API v3, as Keystone 30 answers it.

mod auth_request;
mod call;
mod discovery;
mod fault;
mod kind;
mod list_query;
mod lists;
mod route;
mod schema;
mod tokens;
mod views;

pub use call::Call;
pub use route::{Route, kinds, name};

use super::site::Site;
use crate::http::{Head, Method, Refusal, Reply};
use crate::python;
use crate::service::App;
use fault::Fault;

/// Answers a request for a route, or for none.
#[must_use]
pub fn answer(call: &Call<'_>, route: Option<&Route>) -> Reply {
    let reply = match check_body(call) {
        Ok(()) => dispatch(call, route),
        Err(fault) => fault.reply(&call.site.base),
    };
    labelled(call.app, reply)
}

/// Words an error that comes from outside.
#[must_use]
pub fn refuse(app: &App, site: &Site, refusal: &Refusal) -> Reply {
    let reply = Fault::Outside(refusal.clone()).reply(&site.base);
    labelled(app, refusal.put_retry_after(reply))
}

fn labelled(app: &App, reply: Reply) -> Reply {
    reply
        .with("vary", "X-Auth-Token")
        .with("x-openstack-request-id", app.ids.request_id())
}

fn dispatch(call: &Call<'_>, route: Option<&Route>) -> Reply {
    let Some(route) = route else {
        return fault::not_found_page();
    };
    if let Some(path) = path_with_single_slashes(call.head) {
        return fault::redirect_page(&format!("{}{path}", call.site.host));
    }
    let allowed = route.allowed();
    let method = call.head.method();
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
        Route::List(kind) => lists::index(call, *kind),
        Route::Show(kind, id) => lists::show(call, *kind, id),
        Route::UserProjects(id) => lists::user_projects(call, id),
    };
    answered.unwrap_or_else(|fault| fault.reply(&call.site.base))
}

/// Keystone 30 looks at a body before it looks at the path: a body that is there must be a JSON
/// object and say so, or say nothing.
fn check_body(call: &Call<'_>) -> Result<(), Fault> {
    let body = call.json_body();
    if body.is_empty() {
        return Ok(());
    }
    let header = call.head.content_type().unwrap_or_default();
    let media_type = call.head.media_type().map(str::to_ascii_lowercase);
    let is_json = media_type.is_none_or(|media_type| {
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
fn path_with_single_slashes(head: &Head) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(head.raw_path()).decode_utf8_lossy();
    let path = decoded.trim_matches('/');
    let path = match head.prefix().strip_prefix('/') {
        Some(prefix) => path.strip_prefix(prefix)?.trim_start_matches('/'),
        None => path,
    };
    if !path.contains("//") {
        return None;
    }
    let mut target = format!("{}/{}", head.prefix(), head.path().parts().join("/"));
    if !head.raw_query().is_empty() {
        target.push('?');
        target.push_str(head.raw_query());
    }
    Some(target)
}
