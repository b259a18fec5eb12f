//! What is no image's, passed on to the real Nova: this server is all of Nova to its clients.
//!
//! Version documents stay here, since what they say of versions decides which API of images a client
//! speaks.

use super::call::Call;
use super::dialect::Dialect;
use super::discovery;
use super::fault::Fault;
use super::headers::{API_VERSION, NOVA_API_VERSION, X_AUTH_TOKEN};
use super::microversion::{self, Wanted};
use super::operation::{Operation, Route};
use super::refusal;
use crate::config::Microversion;
use crate::http::{Head, PathView, Reply, StatusCode, proxy};
use crate::python::Value;
use crate::service::upstream::{Answer, Endpoint, Question, Upstream, UpstreamError};
use crate::service::why;
use bytes::Bytes;
use std::sync::Arc;

/// Longest answer that is taken, in bytes: some thousand servers with all that is known of them.
const MOST_BYTES: usize = 32 << 20;

/// The versions in URLs of Nova.
const VERSIONS: [&str; 3] = ["v2.1", "v2", "v1.1"];

/// Whether a path behind a version, routed or not, is the real Nova's to answer.
pub fn is_passed(
    head: &Head,
    dialect: &Dialect,
    rest: PathView<'_>,
    route: Option<&Route>,
) -> bool {
    let rest = rest.parts();
    let Some(route) = route else {
        // Paths of images that lead nowhere lead nowhere there either, but not in this release's words.
        return !rest.iter().take(2).any(|part| *part == "images");
    };
    match &route.operation {
        Operation::Discovery(discovery::Operation::Version) => false,
        Operation::Discovery(_) | Operation::RefusedAction => true,
        Operation::NoSuchAction => rest.get(1) == Some(&"extensions"),
        Operation::Images(_) | Operation::Metadata(_) => {
            dialect.microversions && is_behind(head, route.operation.last_minor_version())
        }
    }
}

/// Whether a microversion is asked for that has no such operation any more.
fn is_behind(head: &Head, last_minor: u32) -> bool {
    let wanted = microversion::read(
        head.latin1(&API_VERSION).as_deref(),
        head.latin1(&NOVA_API_VERSION).as_deref(),
    );
    match wanted {
        Ok(Wanted::Exactly(version)) => version > Microversion::v2(last_minor),
        Ok(Wanted::Latest | Wanted::Beyond(_)) => true,
        Ok(Wanted::Default) | Err(_) => false,
    }
}

/// Passes a request on.
pub async fn answer(call: &Call<'_>, cloud: &Upstream, compute: &Arc<Endpoint>) -> Reply {
    let Some(path) = proxy::target(call.head) else {
        return refusal::reply(Fault::not_found("The resource could not be found."), call);
    };
    let token = call.head.header(&X_AUTH_TOKEN);
    let question = Question {
        method: call.head.method().clone(),
        project: token.and_then(|token| cloud.tokens.project_of(token)),
        headers: proxy::request_headers(call.head.headers()),
        body: Bytes::copy_from_slice(call.body.bytes()),
        follows: false,
        ..Question::get(compute, of_today(&path), MOST_BYTES)
    };
    match cloud.client.ask(question).await {
        Ok(answer) => {
            if answer.status == StatusCode::UNAUTHORIZED
                && let Some(token) = token
            {
                cloud.tokens.forget(token);
            }
            reply(call, compute, &answer)
        }
        Err(error) => refusal::reply(no_answer(&error), call),
    }
}

/// Nova's API 1.1 is its API 2 by an older name, which is gone.
fn of_today(path: &str) -> String {
    let bare = path.trim_start_matches('/');
    match bare.strip_prefix("v1.1") {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '?']) => ["/v2", rest].concat(),
        _ => path.to_owned(),
    }
}

/// Logged here, with the reason, which clients are not told.
fn no_answer(error: &UpstreamError) -> Fault {
    let why = why(error);
    tracing::warn!(why, "the real Nova gave no answer");
    let (status, message) = match error {
        UpstreamError::Late { .. } => (
            StatusCode::GATEWAY_TIMEOUT,
            "The compute service behind this one does not answer. Try again later.",
        ),
        UpstreamError::Unreachable { .. } | UpstreamError::Stopped => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The compute service behind this one is currently unavailable. Try again later.",
        ),
        _ => (
            StatusCode::BAD_GATEWAY,
            "The compute service behind this one gave no answer that can be handed on.",
        ),
    };
    Fault::api(status, message)
}

fn reply(call: &Call<'_>, compute: &Endpoint, answer: &Answer) -> Reply {
    let base = call.base_url();
    let body = rewritten(&base, compute, answer);
    proxy::reply(answer.status, &answer.headers, body, |name, value| {
        match name {
            // An image that is made of a server is Glance's.
            "location" if is_of(compute, value) => led(&base, compute, value),
            "www-authenticate" => Some(format!("Keystone uri=\"{}\"", call.keystone_url())),
            _ => None,
        }
    })
}

/// The body with links that lead here. What is no JSON, or broken, is passed on as it is.
fn rewritten(base: &str, compute: &Endpoint, answer: &Answer) -> Bytes {
    if answer.body.is_empty() || !proxy::is_json(&answer.headers) {
        return answer.body.clone();
    }
    let Ok(mut document) = Value::parse(&answer.body) else {
        return answer.body.clone();
    };
    lead(base, compute, &mut document);
    let mut json = Vec::with_capacity(answer.body.len());
    document.write_json(&mut json);
    json.into()
}

/// Every link of Nova's to itself, wherever it stands: `{"rel": "self", "href": …}`.
fn lead(base: &str, compute: &Endpoint, value: &mut Value) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| lead(base, compute, item)),
        Value::Dict(members) => {
            let rel = members.get("rel").and_then(Value::as_str);
            let is_own = rel.is_some_and(|rel| {
                matches!(
                    rel,
                    "self" | "bookmark" | "next" | "prev" | "previous" | "last"
                )
            });
            if let Some(Value::Str(url)) = members.get_mut("href").filter(|_| is_own) {
                if let Some(here) = led(base, compute, url) {
                    *url = here;
                }
                return;
            }
            members
                .values_mut()
                .for_each(|value| lead(base, compute, value));
        }
        _ => {}
    }
}

/// A link of Nova's: from its version on, or behind the path that it is mounted under.
fn led(base: &str, compute: &Endpoint, url: &str) -> Option<String> {
    let path = proxy::path_of(url)?;
    let tail = proxy::from_part(path, &VERSIONS);
    let tail = tail.or_else(|| path.strip_prefix(compute.path.as_str()))?;
    Some([base, tail].concat())
}

/// Whether a URL is of its host.
fn is_of(compute: &Endpoint, url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.eq_ignore_ascii_case(&compute.authority)
}

#[cfg(test)]
mod tests {
    use super::{lead, of_today};
    use crate::python::Value;
    use crate::service::upstream::{Endpoint, Service};

    #[test]
    fn links_of_nova_lead_here() {
        let compute = Endpoint::parse(Service::Compute, "http://nova:8774/compute").unwrap();
        let document = r#"{"server": {"links": [{"rel": "self", "href": "http://nova:8774/compute/v2.1/servers/1"}, {"rel": "bookmark", "href": "http://nova:8774/compute/servers/1"}, {"rel": "alternate", "href": "http://glance/images/1"}], "metadata": {"href": "http://nova:8774/compute/v2.1"}}}"#;
        let expected = r#"{"server": {"links": [{"rel": "self", "href": "https://here/v2.1/servers/1"}, {"rel": "bookmark", "href": "https://here/servers/1"}, {"rel": "alternate", "href": "http://glance/images/1"}], "metadata": {"href": "http://nova:8774/compute/v2.1"}}}"#;
        let mut document = Value::parse(document.as_bytes()).unwrap();
        lead("https://here", &compute, &mut document);
        let mut json = Vec::new();
        document.write_json(&mut json);
        assert_eq!(String::from_utf8(json).unwrap(), expected);
    }

    #[test]
    fn an_older_name_is_todays() {
        for (path, today) in [
            ("/v1.1/p/servers?a=b", "/v2/p/servers?a=b"),
            ("/v1.1", "/v2"),
            ("/v2.1/servers", "/v2.1/servers"),
            ("/v1.10/servers", "/v1.10/servers"),
        ] {
            assert_eq!(of_today(path), today);
        }
    }
}
