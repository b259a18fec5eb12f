//! API v3 of a real Keystone: requests are passed on, and answers lead here where they name it.
//!
//! What comes back is whole before it is passed on: links are rewritten in the document, not in its
//! bytes.

mod links;

use super::failed;
use super::site::Site;
use super::v2;
use super::v3;
use crate::http::{Head, Method, Refusal, Reply, Request, StatusCode, proxy};
use crate::python::{self, Value};
use crate::service::App;
use crate::service::upstream::{Answer, Passed, Upstream};
use bytes::Bytes;
use links::Places;
use std::collections::HashMap;

/// Passes a request on.
pub async fn answer(app: &App, cloud: &Upstream, site: &Site, request: &Request) -> Reply {
    let head = &request.head;
    let Some(path) = proxy::target(head) else {
        let refusal = Refusal::new(StatusCode::NOT_FOUND, "The resource could not be found.");
        return v3::refuse(app, site, &refusal);
    };
    let refuse = |refusal: &Refusal| v3::refuse(app, site, refusal);
    let answer = match pass(cloud, head, path, request.body.bytes()).await {
        Ok(answer) => answer,
        Err(refusal) => return refuse(&refusal),
    };
    forget(cloud, head, &answer);
    let places = Places {
        base: site.base.clone(),
        identity: [site.services(), "/identity"].concat(),
        compute: site.services().to_owned(),
        region: app.config.region.clone(),
    };
    let body = match document(&answer) {
        Ok(None) => answer.body.clone(),
        Ok(Some(mut document)) => {
            places.lead_here(&mut document);
            if is_of_endpoints(head) && answer.status.is_success() {
                match services(cloud, head).await {
                    Ok(services) => places.endpoints(&mut document, &services),
                    Err(refusal) => return refuse(&refusal),
                }
            }
            if head.path().is_root() && site.offer.v2.is_some() {
                add_v2(&mut document, site);
            }
            let mut json = Vec::with_capacity(answer.body.len());
            document.write_json(&mut json);
            json.into()
        }
        Err(refusal) => return refuse(&refusal),
    };
    reply(cloud, &places, &answer, body)
}

async fn pass(cloud: &Upstream, head: &Head, path: String, body: &[u8]) -> Result<Answer, Refusal> {
    let passed = Passed {
        method: head.method().clone(),
        path,
        headers: proxy::request_headers(head.headers()),
        body: Bytes::copy_from_slice(body),
    };
    let answer = cloud.keystone.pass(passed).await;
    answer.map_err(|error| failed::no_answer(&error))
}

/// A token that has ended, or that Keystone does not take, is not known any more.
fn forget(cloud: &Upstream, head: &Head, answer: &Answer) {
    let ended = match answer.status {
        StatusCode::UNAUTHORIZED => head.header("x-auth-token"),
        status if head.method() == Method::DELETE && status.is_success() => {
            head.header("x-subject-token")
        }
        _ => None,
    };
    if let Some(token) = ended {
        cloud.tokens.forget(token.trim());
    }
}

/// The body, when there is one and it is JSON. Of an error it may be anything.
fn document(answer: &Answer) -> Result<Option<Value>, Refusal> {
    if answer.body.is_empty() || !proxy::is_json(&answer.headers) {
        return Ok(None);
    }
    match Value::parse(&answer.body) {
        Ok(document) => Ok(Some(document)),
        Err(error) if answer.status.is_success() => {
            tracing::warn!(%error, "the real Keystone answered with broken JSON");
            Err(failed::behind(StatusCode::BAD_GATEWAY))
        }
        Err(_) => Ok(None),
    }
}

/// `GET /v3/endpoints` and `/v3/endpoints/ID`, which name services by their ids.
fn is_of_endpoints(head: &Head) -> bool {
    let parts = head.path().parts();
    head.method() == Method::GET && matches!(*parts, ["v3", "endpoints"] | ["v3", "endpoints", _])
}

/// The services that stand behind this server, by their ids: whoever may see endpoints may see them.
async fn services(
    cloud: &Upstream,
    head: &Head,
) -> Result<HashMap<String, super::behind::Behind>, Refusal> {
    let mut headers = proxy::request_headers(head.headers());
    headers.remove("accept");
    let passed = Passed {
        method: Method::GET,
        path: "/v3/services".to_owned(),
        headers,
        body: Bytes::new(),
    };
    let answer = cloud.keystone.pass(passed).await;
    let answer = answer.map_err(|error| failed::no_answer(&error))?;
    if !answer.status.is_success() {
        tracing::warn!(status = %answer.status, "services are not told, whose endpoints are");
        return Err(failed::behind(StatusCode::BAD_GATEWAY));
    }
    let list = document(&answer)?;
    Ok(list.as_ref().map(links::services).unwrap_or_default())
}

/// v2.0 is here as well, whatever stands behind.
fn add_v2(document: &mut Value, site: &Site) {
    let version = python::to_vec(&v2::VersionView::v2(&site.host));
    let version = version.ok().and_then(|json| Value::parse(&json).ok());
    if let Value::Dict(members) = document
        && let Some(Value::Dict(versions)) = members.get_mut("versions")
        && let Some(Value::List(values)) = versions.get_mut("values")
    {
        values.extend(version);
    }
}

fn reply(cloud: &Upstream, places: &Places, answer: &Answer, body: Bytes) -> Reply {
    proxy::reply(
        answer.status,
        &answer.headers,
        body,
        |name, value| match name {
            "www-authenticate" => Some(places.challenge(value)),
            "location" if is_own(cloud, answer.status, value) => places.link(value),
            _ => None,
        },
    )
}

/// Whether a `Location` is Keystone's own: one that a browser is sent to may be an identity provider's.
fn is_own(cloud: &Upstream, status: StatusCode, url: &str) -> bool {
    !status.is_redirection()
        || status == StatusCode::MULTIPLE_CHOICES
        || cloud.keystone.has_url(url)
}
