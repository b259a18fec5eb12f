//! The way of a request through one tree: in the order in which the real servers check it, since that
//! order decides which of two errors a client sees.

use super::body::check_content_type;
use super::call::Call;
use super::discovery::{self, extensions, limits, versions};
use super::fault::{Fault, MALFORMED, NO_RESOURCE, OverLimit, Told};
use super::headers::X_AUTH_TOKEN;
use super::images::metadata::Write;
use super::images::{self, list, metadata, show};
use super::operation::{Operation, Route};
use super::{microversion, noauth, refusal};
use crate::config::Microversion;
use crate::http::cache::Key;
use crate::http::{Body, Reply, StatusCode};
use crate::python::Value;

/// A tree that Nova 2014.2 has, switched off: it fails, and says so in its own ids.
pub fn disabled(call: &Call<'_>) -> Reply {
    if let Body::TooLarge = call.body {
        return refusal::reply(Told::BodyTooLarge.into(), call);
    }
    if call.authenticate(None).is_none() {
        return refusal::reply(Told::Unauthorized.into(), call);
    }
    refusal::reply(Fault::internal(""), call)
        .with("x-openstack-request-id", call.app.ids.request_id())
}

/// What is looked at in front of all trees, where the release does.
pub fn check_front(call: &Call<'_>) -> Result<(), Fault> {
    match (call.dialect.formats.xml(), call.dialect.exact) {
        (true, true) => {
            if let Body::TooLarge = call.body {
                return Err(Told::BodyTooLarge.into());
            }
            metadata::read(call, Write::Merge).map(|_| ())
        }
        (true, false) => Ok(()),
        (false, exact) => {
            if exact {
                check_content_type(call)?;
            }
            check_query(call)
        }
    }
}

/// Nova 34 has a schema for every query.
fn check_query(call: &Call<'_>) -> Result<(), Fault> {
    let not_text = |_| Fault::bad_request("Query string is not UTF-8 encoded");
    call.query().map(|_| ()).map_err(not_text)
}

/// Size, rate limit, sign-in, route; then the operation's own checks.
pub fn answer(call: &mut Call<'_>, route: Option<&Route>) -> Result<Reply, Fault> {
    if let Some(reply) = enter(call)? {
        return Ok(reply);
    }
    if needs_caller(call, route) {
        let project = route.and_then(|route| route.project.as_deref());
        let caller = call.authenticate(project);
        call.caller = caller.ok_or(Told::Unauthorized)?;
    }
    match prepare(call, route)? {
        Prepared::Answered(reply) => Ok(reply),
        Prepared::Operation(operation, body) => carry_out(call, operation, &body),
    }
}

/// What comes before sign-in: size and rate limit, and what needs no more.
pub fn enter(call: &Call<'_>) -> Result<Option<Reply>, Fault> {
    if let Body::TooLarge = call.body {
        return Err(Told::BodyTooLarge.into());
    }
    limit_rate(call)?;
    noauth::sign_in(call)
}

/// Whether somebody has to sign in for it.
pub fn needs_caller(call: &Call<'_>, route: Option<&Route>) -> bool {
    !is_document(route) || call.dialect.document_needs_token
}

/// A document in a project's place is for those who are signed in.
fn is_document(route: Option<&Route>) -> bool {
    route.is_some_and(|route| route.operation.is_document() && route.project.is_none())
}

/// What has become of a request once it was checked.
pub enum Prepared<'r> {
    /// There is an answer already.
    Answered(Reply),
    /// What remains to be done, and the body for it.
    Operation(&'r Operation, Value),
}

/// Only where it is switched on: so many requests a minute, per verb and caller.
fn limit_rate(call: &Call<'_>) -> Result<(), Fault> {
    let Some(limit) = call.app.config.rate_limit else {
        return Ok(());
    };
    let verb = call.head.method().as_str();
    let caller = call.head.header(&X_AUTH_TOKEN).unwrap_or_default();
    let admitted = call
        .app
        .rate_limiter
        .admit(&call.app.clock, verb, caller, limit);
    admitted.map_err(|retry_after_seconds| {
        let over = OverLimit {
            retry_after_seconds,
            verb: verb.to_owned(),
            limit,
        };
        Told::OverLimit(over).into()
    })
}

/// `GET /v2`: Nova 2014.2 sends clients to `/v2/`.
fn redirect(call: &Call<'_>) -> Reply {
    let location = format!("{}/{}/", call.base_url(), call.version);
    Reply::new(StatusCode::FOUND, "text/plain; charset=utf8", "").with("location", location)
}

/// What comes behind sign-in: whether there is a route, then its microversion, its body, its project,
/// its operation; in this order, as both releases check them.
pub fn prepare<'r>(call: &mut Call<'_>, route: Option<&'r Route>) -> Result<Prepared<'r>, Fault> {
    if is_document(route) && call.dialect.redirects_version && !call.path.trailing_slash {
        return Ok(Prepared::Answered(redirect(call)));
    }
    let route = route.ok_or(Told::Unrouted)?;
    let operation = &route.operation;
    if call.dialect.microversions {
        match microversion::negotiate(call) {
            Ok(version) => call.microversion = Some(version),
            Err(refused) => {
                call.refused_microversion = refused.named;
                return Err(refused.fault);
            }
        }
    }
    if *operation == Operation::NoSuchAction {
        return Err(no_action());
    }
    if call.dialect.exact && !call.dialect.formats.xml() {
        check_content_type(call)?;
    }
    let write = operation.write();
    let body = match write {
        Some(write) => metadata::read(call, write)?,
        None => Value::None,
    };
    check_project(call, route.project.as_deref())?;
    if !call.dialect.formats.xml() {
        check_query(call)?;
    }
    let last = Microversion::v2(operation.last_minor_version());
    if let Some(version) = call.microversion.filter(|version| *version > last) {
        let why =
            format!("microversion {version} was asked for, and this is there up to {last} only");
        return Err(Fault::not_found(NO_RESOURCE).because(why));
    }
    if *operation == Operation::Images(images::Operation::Create) {
        let why = "Nova never made images: servers are made images of";
        return Err(Fault::api(StatusCode::METHOD_NOT_ALLOWED, MALFORMED).because(why));
    }
    if *operation == Operation::RefusedAction {
        return Err(no_action());
    }
    if let Some(write) = write {
        metadata::check(call, write, &body)?;
    }
    check_scope(call, operation)?;
    check_id(call, operation)?;
    Ok(Prepared::Operation(operation, body))
}

/// Does what was asked for, over the images that are here.
pub fn carry_out(call: &Call<'_>, operation: &Operation, body: &Value) -> Result<Reply, Fault> {
    match operation {
        Operation::Discovery(operation) => discover(call, operation),
        Operation::Images(operation) => list_or_show(call, operation),
        Operation::Metadata(operation) => metadata::answer(call, operation, body),
        Operation::NoSuchAction | Operation::RefusedAction => Err(no_action()),
    }
}

fn no_action() -> Fault {
    Fault::not_found(NO_RESOURCE).because("the path leads to something, but not by this method")
}

/// Nova 2014.2 puts the id into a URL for Glance, where Python 2 wants ASCII.
fn check_id(call: &Call<'_>, operation: &Operation) -> Result<(), Fault> {
    match operation.image() {
        Some(id) if call.dialect.rules.uuid_markers && !id.is_ascii() => Err(Fault::internal("")),
        _ => Ok(()),
    }
}

/// What Glance 33 says to a token without a project.
fn check_scope(call: &Call<'_>, operation: &Operation) -> Result<(), Fault> {
    match operation {
        _ if call.caller.project_id.is_some() => Ok(()),
        Operation::Images(images::Operation::Index | images::Operation::Detail) => {
            Err(Fault::forbidden(
                "HTTP 403 Forbidden: You are not authorized to complete get_images action.",
            )
            .because(no_project(call)))
        }
        Operation::Images(_) | Operation::Metadata(_) => {
            Err(Fault::not_found("Image not found.").because(no_project(call)))
        }
        _ => Ok(()),
    }
}

fn no_project(call: &Call<'_>) -> String {
    format!(
        "images are a project's, and the token is of {}",
        call.caller
    )
}

fn discover(call: &Call<'_>, operation: &discovery::Operation) -> Result<Reply, Fault> {
    match operation {
        discovery::Operation::Version => Ok(versions::show(call)),
        discovery::Operation::ExtensionIndex => Ok(extensions::index(call)),
        discovery::Operation::ExtensionShow(alias) => extensions::show(call, alias),
        discovery::Operation::Limits => Ok(limits::show(call)),
    }
}

fn list_or_show(call: &Call<'_>, operation: &images::Operation) -> Result<Reply, Fault> {
    match operation {
        images::Operation::Index => cached(call, list::index),
        images::Operation::Detail => cached(call, list::detail),
        images::Operation::Show(id) => show::show(call, id),
        images::Operation::Delete(id) => show::delete(call, id),
        images::Operation::Create => Err(Fault::not_found(NO_RESOURCE)),
    }
}

fn check_project(call: &Call<'_>, in_url: Option<&str>) -> Result<(), Fault> {
    let context = call.caller.project_id.as_deref();
    match in_url {
        Some(in_url) if context != Some(in_url) => Err(Fault::bad_request(format!(
            "Malformed request URL: URL's project_id '{in_url}' doesn't match Context's project_id \
             '{}'",
            context.unwrap_or("None")
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
    call.caches
        .borrow_mut()
        .replies
        .put(generation, key, &reply);
    Ok(reply)
}

/// Everything that a list depends on beside the data: in which space, who asks, for what, at which
/// address, in which form.
fn cache_key(call: &Call<'_>) -> Key {
    let parts = [
        call.version,
        call.media.as_str(),
        call.caller.project_id.as_deref().unwrap_or_default(),
        if call.caller.is_admin { "admin" } else { "" },
        &call.base_url(),
        call.head.origin().host(),
        call.head.raw_path(),
        call.head.raw_query(),
    ];
    Key::of(call.app.number, parts)
}
