//! The whole state over HTTP: dumped, loaded, added to, changed by hand, taken and gone back to.

mod command;
mod dumps;
mod folder;
mod merging;
mod people;
mod random;
mod snapshots;

use crate::harness::{Response, Server};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const ADMIN: [(&str, &str); 2] = [("X-Auth-Token", "admin-token"), JSON];

/// Of `docs`, public.
const IMAGE: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

fn post(server: &Server, path: &str, body: &str) -> Response {
    server.send("POST", path, &[JSON], body)
}

/// What changes something and tells nothing.
fn done(answer: &Response) {
    assert_eq!(answer.status(), 204, "{}", answer.text());
}

fn load(server: &Server, fixture: &str) {
    done(&post(server, "/_control/fixtures/load", fixture));
}

fn merge(server: &Server, fixture: &str) {
    done(&post(server, "/_control/fixtures/merge", fixture));
}

fn dump(server: &Server) -> String {
    server.get("/_control/fixtures").good()
}

fn list(server: &Server) -> String {
    server.get("/v2/openstack/images/detail").good()
}

fn paint(server: &Server, colour: &str) {
    let path = format!("/v2/openstack/images/{IMAGE}/metadata/colour");
    let body = format!(r#"{{"meta": {{"colour": "{colour}"}}}}"#);
    _ = server.send("PUT", &path, &ADMIN, &body).good();
}

/// The status of a v2.0 sign-in, and its token.
fn sign_in_v2(server: &Server, user: &str, password: &str, tenant: &str) -> (u16, String) {
    let body = format!(
        r#"{{"auth": {{"passwordCredentials": {{"username": "{user}", "password": "{password}"}},
            "tenantName": "{tenant}"}}}}"#
    );
    let answer = post(server, "/v2.0/tokens", &body);
    let token = match answer.status() {
        200 => answer.json()["access"]["token"]["id"].to_string(),
        _ => String::new(),
    };
    (answer.status(), token.trim_matches('"').to_owned())
}

/// The same of v3.
fn sign_in_v3(server: &Server, user: &str, password: &str, project: &str) -> (u16, String) {
    let body = format!(
        r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user": {{
            "name": "{user}", "domain": {{"id": "default"}}, "password": "{password}"}}}}}},
            "scope": {{"project": {{"name": "{project}", "domain": {{"id": "default"}}}}}}}}}}"#
    );
    let answer = post(server, "/v3/auth/tokens", &body);
    let token = answer.header("x-subject-token").unwrap_or_default();
    (answer.status(), token)
}

/// What a strict server answers whoever shows this token.
fn list_with(server: &Server, token: &str) -> u16 {
    let headers = [("X-Auth-Token", token)];
    server.get_with("/v2.1/images", &headers).status()
}
