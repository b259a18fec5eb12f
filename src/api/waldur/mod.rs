//! Waldur's `openstack-images`, as Django and its REST framework answer it.
//!
//! The layers of the original are the files: `routes` are Django's URL patterns, `negotiate`,
//! `auth`, `filter`, `page` and `fault` the REST framework's, `view` and `usage` Waldur's
//! serializers, `pynumber` and `address` the corners of Python that clients can see. Behind it
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
mod page;
mod params;
mod pynumber;
mod routes;
mod text;
mod usage;
mod view;

use crate::http::{Reply, Request, RequestPath};
use crate::service::App;
use actix_web::http::{Method, StatusCode};
use language::Language;

/// Whether a path is Waldur's: Django looks at the decoded path before anybody tidies it.
#[must_use]
pub fn owns(raw_path: &str) -> bool {
    let tidy = RequestPath::parse(raw_path);
    routes::decode(raw_path).starts_with("/api/")
        || tidy.segments.first().is_some_and(|first| first == "api")
}

/// Answers a request: Django's middleware, in its order.
#[must_use]
pub fn answer(app: &App, request: &Request<'_>) -> Reply {
    if is_preflight(request) {
        return preflight();
    }
    let language = Language::choose(request.header("accept-language"));
    let Some(host) = host::read(request) else {
        return html::bad_request(language);
    };
    let path = routes::decode(request.raw_path());
    let method = text::upper_method(request.method());
    if let Some(routed) = routes::route(&path) {
        let base = match &app.config.public_url {
            Some(url) => url.clone(),
            None => format!("http://{host}"),
        };
        return answer::View::new(app, request, &base, &path, &routed, language).answer(&method);
    }
    // CommonMiddleware: only where the path with the slash is a route.
    if !path.ends_with('/') && routes::route(&format!("{path}/")).is_some() {
        let location = address::with_slash(&path, request.raw_query());
        return html::redirect(location, language);
    }
    html::not_found(language)
}

fn is_preflight(request: &Request<'_>) -> bool {
    request.method() == Method::OPTIONS
        && request
            .header_bytes("access-control-request-method")
            .is_some()
}

/// `cors_middleware` (waldur-mastermind, `waldur_core/server/middleware.py`) asks nobody else.
fn preflight() -> Reply {
    Reply::new(StatusCode::OK, html::MEDIA_TYPE, "")
}
