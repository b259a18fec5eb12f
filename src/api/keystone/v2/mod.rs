//! API v2.0, as Keystone 2014.2 answered it, in JSON and XML.

mod auth_request;
mod body;
mod fault;
mod tokens;
mod views;
mod xml;

pub use views::VersionView;

use super::Site;
use crate::domain::Token;
use crate::http::{Reply, Request, accept, query};
use crate::python;
use crate::service::App;
use crate::service::identity::LiveToken;
use actix_web::http::{Method, StatusCode};
use fault::Fault;
use serde::Serialize;
use std::sync::Arc;
use views::{Extensions, TenantView, Tenants, Version, Versions};
use xml::ToXml;

/// What differs between servers of v2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Keystone 2014.2: a token that is not valid is refused even where none is needed.
    Juno,
    /// With v3 beside it, as in Keystone 12: such a token is not looked at there.
    BesideV3,
}

/// The encoding of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
}

/// A request with all that its answer depends on.
#[derive(Debug)]
pub struct Call<'a> {
    app: &'a App,
    request: &'a Request<'a>,
    site: Site,
    manner: Manner,
}

impl<'a> Call<'a> {
    pub(super) fn new(app: &'a App, request: &'a Request<'a>, site: Site, manner: Manner) -> Self {
        Self {
            app,
            request,
            site,
            manner,
        }
    }

    /// `Accept` alone decides, whatever the request's own encoding.
    fn format(&self) -> Format {
        const TYPES: [&str; 2] = ["application/json", "application/xml"];
        let header = self.request.header("accept").unwrap_or_default();
        match accept::URLMAP.best_match(header, &TYPES) {
            Some(("application/xml", _)) => Format::Xml,
            _ => Format::Json,
        }
    }

    fn asker(&self) -> Result<Arc<LiveToken>, Fault> {
        let token = self.request.header("x-auth-token").unwrap_or_default();
        self.app
            .identity
            .bearer(token.trim())
            .ok_or(Fault::Unauthorized)
    }

    /// The asker, if it has the role `admin`; `rule` is what it is told it may not do.
    fn administrator(&self, rule: &'static str) -> Result<Arc<LiveToken>, Fault> {
        let asker = self.asker()?;
        if asker.token.is_admin() {
            Ok(asker)
        } else {
            Err(Fault::Forbidden(rule))
        }
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let parameters = query::parse_lossy(self.request.raw_query());
        query::last(&parameters, name).map(str::to_owned)
    }
}

/// Answers a request by the parts of its path behind the version.
#[must_use]
pub fn answer(call: &Call<'_>, parts: &[&str]) -> Reply {
    finish(answer_unfinished(call, parts))
}

/// Answers a request for the root, and for whatever else is under no version.
#[must_use]
pub fn answer_root(call: &Call<'_>, is_root: bool) -> Reply {
    finish(if is_root {
        let versions = Versions::new(&call.site.host);
        render(call.format(), StatusCode::MULTIPLE_CHOICES, &versions)
    } else {
        refuse(call, call.format(), &Fault::NoRoute)
    })
}

fn answer_unfinished(call: &Call<'_>, parts: &[&str]) -> Reply {
    // Keystone 2014.2: this check stands in front of everything, the XML middleware included.
    let sends_token = call.request.header("x-auth-token").is_some();
    if call.manner == Manner::Juno && sends_token && call.asker().is_err() {
        return refuse(call, Format::Json, &Fault::Unauthorized);
    }
    let body = match body::read(call.request) {
        Ok(body) => body,
        Err(fault @ Fault::NotXml) => return refuse(call, Format::Json, &fault),
        Err(fault) => return refuse(call, call.format(), &fault),
    };
    let method = call.request.method();
    let answered = match (method, parts) {
        (_, []) => Ok(version(call)),
        (&Method::POST, ["tokens"]) => tokens::authenticate(call, &body),
        (&Method::GET | &Method::HEAD, ["tokens", id]) => tokens::validate(call, id),
        (&Method::DELETE, ["tokens", id]) => tokens::revoke(call, id),
        (&Method::GET, ["tokens", id, "endpoints"]) => tokens::endpoints(call, id),
        (&Method::GET, ["tenants"]) => tenants(call),
        (&Method::GET, ["extensions"]) => {
            Ok(render(call.format(), StatusCode::OK, &Extensions::NONE))
        }
        _ => Err(Fault::NoRoute),
    };
    answered.unwrap_or_else(|fault| refuse(call, call.format(), &fault))
}

/// `GET /v2.0`, by any method: what this version is.
fn version(call: &Call<'_>) -> Reply {
    let version = Version {
        version: VersionView::v2(&call.site.host),
    };
    render(call.format(), StatusCode::OK, &version)
}

/// `GET /v2.0/tenants`: where the user has a role.
fn tenants(call: &Call<'_>) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    let projects = call.app.identity.projects_of(&asker.token.user.id);
    let mut projects = projects.as_slice();
    if let Some(marker) = call.parameter("marker") {
        let position = projects.iter().position(|project| project.id == marker);
        let position =
            position.ok_or_else(|| Fault::BadRequest("Marker could not be found".to_owned()))?;
        projects = projects.get(position + 1..).unwrap_or_default();
    }
    if let Some(limit) = call.parameter("limit") {
        let limit: usize = limit
            .trim()
            .parse()
            .map_err(|_| Fault::BadRequest("Invalid limit value".to_owned()))?;
        projects = projects.get(..limit).unwrap_or(projects);
    }
    let tenants = projects.iter().map(|project| TenantView::of(project));
    let tenants = Tenants::new(tenants.collect());
    Ok(render(call.format(), StatusCode::OK, &tenants))
}

/// The tenant of a token; in open mode it may be one that the directory does not know.
fn tenant_of(call: &Call<'_>, token: &Token) -> Option<TenantView> {
    let (id, name) = match &token.scope {
        crate::domain::TokenScope::Project { project, .. } => (&project.id, &project.name),
        _ => return None,
    };
    let known = call.app.identity.directory().project(id);
    Some(known.map_or_else(|| TenantView::unknown(id, name), TenantView::of))
}

fn refuse(call: &Call<'_>, format: Format, fault: &Fault) -> Reply {
    let (status, view) = fault.view();
    let reply = render(format, status, &view);
    if status == StatusCode::UNAUTHORIZED {
        // Without the version, and without the prefix that the service is mounted under.
        reply.with(
            "www-authenticate",
            format!("Keystone uri=\"{}\"", call.site.host),
        )
    } else {
        reply
    }
}

fn render(format: Format, status: StatusCode, view: &(impl Serialize + ToXml)) -> Reply {
    match format {
        Format::Json => {
            let body = python::to_vec(view).unwrap_or_default();
            Reply::new(status, "application/json", body)
        }
        Format::Xml => Reply::new(status, "application/xml", xml::document(view)),
    }
}

fn finish(reply: Reply) -> Reply {
    reply.with("vary", "X-Auth-Token")
}
