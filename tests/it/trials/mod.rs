//! What was tried on the build of 25 November 2026 and came out wrong; each test is named after its
//! row, or after the difference from the real servers that random requests told.

mod differences;
mod filters;
mod links;
mod scale;
mod sign_in;

use crate::harness::{Response, Server};
use serde_json::Value;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The ids of a list.
fn ids(list: &Value) -> Vec<&str> {
    let images = list["images"].as_array().unwrap().iter();
    images.map(|image| image["id"].as_str().unwrap()).collect()
}

/// What a link leads to at a server, whatever host it names.
fn target(href: &str) -> &str {
    let (_, rest) = href.split_once("://").unwrap();
    &rest[rest.find('/').unwrap_or(rest.len())..]
}

/// A sign-in at v3 by name and password, in a domain, for whatever scope.
fn sign_in(server: &Server, user: &str, domain: &str, scope: &str) -> Response {
    let body = format!(
        r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user": {{
            "name": "{user}", "domain": {domain}, "password": "secret"}}}}}},
            "scope": {scope}}}}}"#
    );
    server.send("POST", "/v3/auth/tokens", &[JSON], &body)
}

/// The URL that a catalogue has for a type.
fn url_of(catalog: &Value, kind: &str) -> String {
    let mut services = catalog.as_array().unwrap().iter();
    let service = services.find(|service| service["type"] == kind).unwrap();
    service["endpoints"][0]["url"].as_str().unwrap().to_owned()
}
