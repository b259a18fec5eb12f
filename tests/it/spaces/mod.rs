//! Several clouds in one server, which never see each other.

mod apart;
mod control;
mod links;
mod many;

use crate::harness::{Response, Server};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const ADMIN: [(&str, &str); 2] = [("X-Auth-Token", "admin-token"), JSON];

/// Of `docs`, public.
const IMAGE: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

/// A server over `docs` with spaces of the same.
fn with_spaces(names: &[&str]) -> Server {
    let server = Server::with("docs");
    for name in names {
        server.emulator().make_space(*name).make().unwrap();
    }
    server
}

/// A path in a space; in the server's own when its name is empty.
fn within(space: &str, path: &str) -> String {
    match space {
        "" => path.to_owned(),
        space => format!("/_space/{space}{path}"),
    }
}

fn list(server: &Server, space: &str) -> String {
    let path = within(space, "/v2/openstack/images/detail");
    server.get(&path).good()
}

fn show(server: &Server, space: &str) -> Response {
    server.get(&within(space, &format!("/v2/openstack/images/{IMAGE}")))
}

fn paint(server: &Server, space: &str, colour: &str) {
    let path = format!("/v2/openstack/images/{IMAGE}/metadata/colour");
    let body = format!(r#"{{"meta": {{"colour": "{colour}"}}}}"#);
    server
        .send("PUT", &within(space, &path), &ADMIN, &body)
        .good();
}

/// A new token of the user `demo`.
fn sign_in(server: &Server, space: &str) -> String {
    let body = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "demo", "domain": {"id": "default"}, "password": "secret"}}},
        "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}"#;
    let path = within(space, "/identity/v3/auth/tokens");
    let answer = server.send("POST", &path, &[JSON], body);
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.header("x-subject-token").unwrap()
}
