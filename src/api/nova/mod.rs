//! Nova: one tree per dialect, the versions in front of them, and the way of a request through both.
//!
//! A request is placed (which tree, which form), signed in, routed, handled, and its outcome, good
//! or bad, rendered and labelled in one place.

mod body;
mod body_juno;
mod body_v21;
mod call;
mod dialect;
mod extensions;
mod fault;
mod images;
mod limits;
mod links;
mod list;
mod media;
mod metadata;
mod metadata_view;
mod microversion;
mod namespaces;
mod page;
mod prepared;
mod route;
mod versions;
mod view;

use crate::config::Microversion;
use crate::domain::Caller;
use crate::http::cache::Caches;
use crate::http::{Body, Reply, Request, RequestPath, accept};
use crate::service::App;
use actix_web::http::{Method, StatusCode};
use body::Write;
use call::Call;
use dialect::{Dialect, Mounts};
use fault::{Fault, NO_RESOURCE};
use media::{Formats, Media};
pub use prepared::TEXTS;
use route::{Operation, Route};
use std::cell::RefCell;

/// Answers a request.
#[must_use]
pub fn answer(app: &App, caches: &RefCell<Caches>, request: &Request<'_>) -> Reply {
    let mounts = Mounts::of(app);
    let place = Place::of(mounts, request);
    let mut call = Call {
        app,
        caches,
        request,
        dialect: place.dialect.unwrap_or(mounts.root),
        version: place.version,
        media: place.media,
        caller: Caller::default(),
        microversion: None,
    };
    if call.dialect.answers_options && request.method() == Method::OPTIONS {
        return Reply::empty(StatusCode::OK);
    }
    match (place.version, place.dialect) {
        ("", _) if request.path.segments.is_empty() => versions::root(&call, mounts),
        ("", _) => versions::choices(&call, mounts),
        (_, None) => disabled(&call),
        (_, Some(_)) => labelled(&mut call, &place.rest),
    }
}

/// Where a request belongs.
struct Place {
    /// The tree's first segment; empty in front of all trees.
    version: &'static str,
    /// The tree's dialect; nothing in front of all trees, or when the tree is switched off.
    dialect: Option<&'static Dialect>,
    /// What follows the version.
    rest: RequestPath,
    /// The form of the answer.
    media: Media,
}

impl Place {
    /// Nova 2014.2 (urlmap.py): the path says which version, else the body's type, else `Accept`.
    fn of(mounts: &'static Mounts, request: &Request<'_>) -> Self {
        let accept = request.header("accept").unwrap_or_default();
        let path = &request.path;
        let first = path.segments.first().map(String::as_str);
        let by_path = mounts
            .trees
            .iter()
            .find(|mount| Some(mount.version) == first);
        let formats = by_path
            .and_then(|mount| mount.dialect)
            .map_or(mounts.root.formats, |dialect| dialect.formats);
        let document = path.segments.is_empty() || (by_path.is_some() && path.segments.len() == 1);
        let last = path.segments.last().map_or("", String::as_str);
        let (media, asked) = match formats {
            Formats::JsonAndXml => {
                let suffixed = if path.trailing_slash { "" } else { last };
                let negotiated = media::negotiate_juno(accept, suffixed, document);
                let content_type = request.header("content-type").unwrap_or_default();
                let asked = accept::parameter(content_type, "version").or(negotiated.version);
                (negotiated.media, asked)
            }
            Formats::JsonOnly => (
                media::negotiate_json(accept, path.segments.is_empty()),
                None,
            ),
            Formats::XmlOnRequest => (media::negotiate_xml_on_request(accept), None),
        };
        let by_type = || {
            let asked = format!("v{}", asked?);
            mounts.trees.iter().find(|mount| mount.version == asked)
        };
        match (by_path, by_type()) {
            (Some(mount), _) => Self {
                version: mount.version,
                dialect: mount.dialect,
                rest: path.without_first(),
                media,
            },
            (None, Some(mount)) if !path.segments.is_empty() => Self {
                version: mount.version,
                dialect: mount.dialect,
                rest: path.clone(),
                media,
            },
            _ => Self {
                version: "",
                dialect: None,
                rest: path.clone(),
                media,
            },
        }
    }
}

/// A tree that Nova 2014.2 has, switched off: it fails, and says so in its own ids.
fn disabled(call: &Call<'_>) -> Reply {
    if call.authenticate(None).is_none() {
        return Fault::Unauthorized.into_reply(call);
    }
    Fault::Internal("")
        .into_reply(call)
        .with("x-openstack-request-id", call.app.ids.request_id())
}

/// Answers within a tree, and puts the labels of its server on the answer.
fn labelled(call: &mut Call<'_>, rest: &RequestPath) -> Reply {
    let outcome = within_tree(call, rest);
    let mut reply = outcome.unwrap_or_else(|fault| fault.into_reply(call));
    if let Some(version) = call.microversion {
        reply = reply
            .with("openstack-api-version", format!("compute {version}"))
            .with("x-openstack-nova-api-version", version.to_string())
            .with("vary", "OpenStack-API-Version")
            .with("vary", "X-OpenStack-Nova-API-Version");
    }
    if reply.has_ids() {
        let id = call.app.ids.request_id();
        if call.dialect.two_request_ids {
            reply = reply.with("x-openstack-request-id", id.clone());
        }
        reply = reply.with("x-compute-request-id", id);
    }
    reply
}

fn within_tree(call: &mut Call<'_>, rest: &RequestPath) -> Result<Reply, Fault> {
    if call.request.body == Body::TooLarge {
        return Err(Fault::BodyTooLarge);
    }
    limit_rate(call)?;
    let segments = rest.parts();
    let slash = rest.trailing_slash;
    let route = (call.dialect.route)(call.request.method(), &segments, slash);
    let is_document = matches!(
        &route,
        Some(Route {
            operation: Operation::Version,
            ..
        })
    );
    if !is_document || call.dialect.document_needs_token {
        let project = route.as_ref().and_then(|route| route.project.as_deref());
        call.caller = call.authenticate(project).ok_or(Fault::Unauthorized)?;
    }
    if is_document && call.dialect.redirects_version && !call.request.path.trailing_slash {
        return Ok(redirect(call));
    }
    let route = route.ok_or(Fault::Unrouted)?;
    handle(call, &route)
}

/// Only where it is switched on: so many requests a minute, per verb and caller.
fn limit_rate(call: &Call<'_>) -> Result<(), Fault> {
    let Some(limit) = call.app.config.rate_limit else {
        return Ok(());
    };
    let verb = call.request.method().as_str();
    let caller = call.request.header("x-auth-token").unwrap_or_default();
    call.app
        .rate_limiter
        .admit(&call.app.clock, verb, caller, limit)
        .map_err(|seconds| Fault::OverLimit {
            retry_after_seconds: seconds,
            verb: verb.to_owned(),
            limit,
        })
}

/// `GET /v2`: Nova 2014.2 sends clients to `/v2/`.
fn redirect(call: &Call<'_>) -> Reply {
    let location = format!("{}/{}/", call.base_url(), call.version);
    Reply::new(StatusCode::FOUND, "text/plain; charset=utf8", "").with("location", location)
}

/// A routed request: its body, its project, its microversion, its operation; in this order, as
/// both releases check them.
fn handle(call: &mut Call<'_>, route: &Route) -> Result<Reply, Fault> {
    if call.dialect.microversions {
        match microversion::negotiate(call) {
            Ok(version) => call.microversion = Some(version),
            Err(refused) => {
                call.microversion = refused.named;
                return Err(refused.fault);
            }
        }
    }
    let operation = &route.operation;
    if *operation == Operation::NoSuchAction {
        return Err(Fault::not_found(NO_RESOURCE));
    }
    if !call.dialect.formats.xml() {
        body_v21::check_content_type(call)?;
    }
    let body = match written(operation) {
        Some(write) => (call.dialect.metadata.read)(call, write)?,
        None => crate::python::Value::None,
    };
    check_project(call, route.project.as_deref())?;
    let last = Microversion::v2(route::last_minor_version(operation));
    if call.microversion.is_some_and(|version| version > last) {
        return Err(Fault::not_found(NO_RESOURCE));
    }
    if let Some(write) = written(operation) {
        if *operation == Operation::NotAllowed {
            return Err(Fault::Api(
                StatusCode::METHOD_NOT_ALLOWED,
                fault::MALFORMED.into(),
            ));
        }
        (call.dialect.metadata.check)(call, write, &body)?;
    }
    match operation {
        Operation::Version => Ok(versions::show(call)),
        Operation::Index => cached(call, page::index),
        Operation::Detail => cached(call, page::detail),
        Operation::Show(id) => images::show(call, id),
        Operation::Delete(id) => images::delete(call, id),
        Operation::MetadataIndex(id) => metadata::index(call, id),
        Operation::MetadataCreate(id) => metadata::create(call, id, &body),
        Operation::MetadataUpdateAll(id) => metadata::update_all(call, id, &body),
        Operation::MetadataShow(id, key) => metadata::show(call, id, key),
        Operation::MetadataUpdate(id, key) => metadata::update(call, id, key, &body),
        Operation::MetadataDelete(id, key) => metadata::delete(call, id, key),
        Operation::ExtensionIndex => Ok(extensions::index(call)),
        Operation::ExtensionShow(alias) => extensions::show(call, alias),
        Operation::Limits => Ok(limits::show(call)),
        Operation::NoSuchAction | Operation::NotAllowed => Err(Fault::not_found(NO_RESOURCE)),
    }
}

/// What an operation does with its body; nothing where none is read.
fn written(operation: &Operation) -> Option<Write<'_>> {
    match operation {
        Operation::MetadataCreate(_) | Operation::NotAllowed => Some(Write::Merge),
        Operation::MetadataUpdateAll(_) => Some(Write::Replace),
        Operation::MetadataUpdate(_, key) => Some(Write::One(key)),
        _ => None,
    }
}

fn check_project(call: &Call<'_>, in_url: Option<&str>) -> Result<(), Fault> {
    let context = call.caller.project_id.as_deref();
    match (in_url, context) {
        (Some(in_url), Some(context)) if in_url != context => Err(Fault::bad_request(format!(
            "Malformed request URL: URL's project_id '{in_url}' doesn't match Context's project_id \
             '{context}'"
        ))),
        _ => Ok(()),
    }
}

/// Takes the answer from the cache when the data have not changed since it was computed.
fn cached(call: &Call<'_>, compute: fn(&Call<'_>) -> Result<Reply, Fault>) -> Result<Reply, Fault> {
    let generation = call.app.images.generation();
    let key = cache_key(call);
    if let Some(reply) = call.caches.borrow_mut().replies.get(generation, &key) {
        return Ok(reply);
    }
    let reply = compute(call)?;
    let kept = reply.clone();
    call.caches.borrow_mut().replies.put(generation, key, kept);
    Ok(reply)
}

/// Everything that a list depends on beside the data: who asks, for what, at which address, in
/// which form.
fn cache_key(call: &Call<'_>) -> Vec<u8> {
    let mut key = Vec::with_capacity(256);
    let project = call.caller.project_id.as_deref().unwrap_or_default();
    let admin = if call.caller.is_admin { "admin" } else { "" };
    for part in [
        call.version,
        call.media.as_str(),
        project,
        admin,
        &call.base_url(),
        &call.request.host(),
        call.request.raw_path(),
        call.request.raw_query(),
    ] {
        key.extend_from_slice(part.as_bytes());
        key.push(0);
    }
    key
}

/// Reads negotiation headers as every dialect does.
#[cfg(fuzzing)]
pub fn fuzz_headers(first: &str, second: &str) {
    let juno = media::negotiate_juno(first, second, true);
    assert!(juno.version.is_none_or(|version| first.contains(version)));
    assert!(!media::negotiate_json(first, true).is_xml());
    _ = (
        media::negotiate_xml_on_request(first),
        accept::parameter(first, "version"),
    );
    if let Ok(microversion::Wanted::Exactly(version)) =
        microversion::read(Some(first), Some(second))
    {
        assert!(version.major > 0);
        let shown = format!("compute {version}");
        let again = microversion::read(Some(&shown), None);
        assert_eq!(again, Ok(microversion::Wanted::Exactly(version)));
    }
    let page = crate::http::webob::page(
        crate::http::webob::Choice::Offers,
        &Method::GET,
        Some(first),
        StatusCode::NOT_FOUND,
        NO_RESOURCE,
    );
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
}
