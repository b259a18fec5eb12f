//! Users and projects that come, change and go while the server runs.

use super::{JSON, dump, list_with, sign_in_v2, sign_in_v3};
use crate::harness::{Response, Server, builder};
use crate::scratch::Scratch;
use nova_images::{AuthMode, ControlAccess, Fixture};
use serde_json::json;

fn start() -> Server {
    let fixture = Fixture::docs().unwrap();
    Server::start(builder().auth(AuthMode::Strict).fixture(fixture))
}

fn send(server: &Server, method: &str, path: &str, body: &str) -> Response {
    let headers: &[_] = if body.is_empty() { &[] } else { &[JSON] };
    server.send(method, &format!("/_control/{path}"), headers, body)
}

fn status(server: &Server, method: &str, path: &str, body: &str) -> u16 {
    send(server, method, path, body).status()
}

const ADA: &str = r#"{"id": "u1", "name": "ada", "password": "pass", "default_project": "web",
    "roles": [{"role": "member", "project": "web"}]}"#;

/// With the project and the user.
fn with_ada() -> Server {
    let server = start();
    assert_eq!(
        status(
            &server,
            "POST",
            "projects",
            r#"{"id": "p1", "name": "web"}"#
        ),
        201
    );
    let added = send(&server, "POST", "users", ADA);
    assert_eq!(added.status(), 201, "{}", added.text());
    let expected = json!({"id": "u1", "name": "ada", "default_project": "p1",
        "roles": [{"role": "member", "project": "p1"}]});
    assert_eq!(added.json(), expected);
    assert_eq!(send(&server, "GET", "users/u1", "").json(), expected);
    server
}

#[test]
fn who_is_added_can_sign_in() {
    let server = start();
    assert_eq!(sign_in_v3(&server, "ada", "pass", "web").0, 401);
    let server = with_ada();
    for (status, token) in [
        sign_in_v2(&server, "ada", "pass", "web"),
        sign_in_v3(&server, "ada", "pass", "web"),
    ] {
        assert!([200, 201].contains(&status), "{status}");
        assert_eq!(list_with(&server, &token), 200);
    }
    assert_eq!(sign_in_v2(&server, "ada", "word", "web").0, 401);
    // Keystone's own lists have them, too.
    let users = server.get_with("/v3/users", &[("X-Auth-Token", "admin-token")]);
    assert!(users.text().contains("\"ada\""), "{}", users.text());
    let users = send(&server, "GET", "users", "").json();
    let before = send(&start(), "GET", "users", "").json();
    let before = before["users"].as_array().unwrap().len();
    assert_eq!(users["users"].as_array().unwrap().len(), before + 1);
    let projects = send(&server, "GET", "projects", "").json();
    let last = projects["projects"].as_array().unwrap().last().unwrap();
    assert_eq!(*last, json!({"id": "p1", "name": "web"}));
}

#[test]
fn tokens_end_with_whom_they_stand_for() {
    let gone = |change: &dyn Fn(&Server)| {
        let server = with_ada();
        let (_, token) = sign_in_v3(&server, "ada", "pass", "web");
        let (_, other) = sign_in_v3(&server, "demo", "secret", "openstack");
        assert_eq!(
            (list_with(&server, &token), list_with(&server, &other)),
            (200, 200)
        );
        change(&server);
        assert_eq!(list_with(&server, &token), 401);
        assert_eq!(list_with(&server, &other), 200);
        assert_eq!(sign_in_v3(&server, "ada", "pass", "web").0, 401);
        server
    };
    let done = |server: &Server, method: &str, path: &str, body: &str| {
        let answer = send(server, method, path, body);
        assert!(answer.status() < 300, "{}", answer.text());
    };
    gone(&|server| done(server, "DELETE", "users/u1", ""));
    gone(&|server| done(server, "PATCH", "users/u1", r#"{"enabled": false}"#));
    gone(&|server| done(server, "PATCH", "users/u1", r#"{"password": null}"#));
    gone(&|server| done(server, "PATCH", "users/u1", r#"{"roles": []}"#));
    gone(&|server| done(server, "PATCH", "projects/p1", r#"{"enabled": false}"#));
    gone(&|server| done(server, "DELETE", "projects/p1", ""));
    let server = gone(&|server| done(server, "PATCH", "users/u1", r#"{"password": "word"}"#));
    assert_eq!(sign_in_v3(&server, "ada", "word", "web").0, 201);
    // Another name, or another role beside the old one, ends nothing.
    let server = with_ada();
    let (_, token) = sign_in_v3(&server, "ada", "pass", "web");
    let roles = r#"{"name": "lovelace", "roles": [{"role": "member", "project": "p1"},
        {"role": "reader", "project": "openstack"}]}"#;
    done(&server, "PATCH", "users/u1", roles);
    assert_eq!(list_with(&server, &token), 200);
    assert_eq!(sign_in_v3(&server, "lovelace", "pass", "web").0, 201);
    assert_eq!(sign_in_v3(&server, "lovelace", "pass", "openstack").0, 201);
}

/// Method, path, body; status, and what is said of it.
type Refused = (&'static str, &'static str, &'static str, u16, &'static str);

const REFUSED: [Refused; 22] = [
    ("POST", "users", ADA, 409, "there is a user of this id"),
    ("POST", "users", r#"{"name": "ada"}"#, 409, "u1"),
    (
        "POST",
        "users",
        r#"{"id": "u2"}"#,
        400,
        "$.name: is missing",
    ),
    (
        "POST",
        "users",
        r#"{"name": "x", "pasword": "y"}"#,
        400,
        "nearest known one is",
    ),
    (
        "POST",
        "users",
        r#"{"name": "x", "name": "y"}"#,
        400,
        "stands twice",
    ),
    (
        "POST",
        "users",
        r#"{"name": "x", "roles": [{"role": "member", "project": "y"}]}"#,
        400,
        "$.roles[0].project: no project",
    ),
    ("POST", "users", "[]", 400, "the body must be a user"),
    ("POST", "users", "{", 400, "not JSON"),
    ("POST", "users", "", 400, "the body must be a user"),
    (
        "PATCH",
        "users/u1",
        r#"{"id": "u2"}"#,
        400,
        "the id of a user does not change",
    ),
    (
        "PATCH",
        "users/u1",
        r#"{"name": "demo"}"#,
        409,
        "there is a user",
    ),
    ("PATCH", "users/u1", r#"{"name": null}"#, 400, "$.name"),
    ("PATCH", "users/u9", "{}", 404, "there is no user"),
    ("DELETE", "users/u9", "", 404, "there is no user"),
    ("GET", "users/u9", "", 404, "there is no user"),
    (
        "POST",
        "projects",
        r#"{"id": "p1", "name": "x"}"#,
        409,
        "there is a project",
    ),
    (
        "POST",
        "projects",
        r#"{"id": "x", "name": "web"}"#,
        409,
        "there is a project",
    ),
    (
        "POST",
        "projects",
        r#"{"id": "x", "name": "y", "domain": "z"}"#,
        400,
        "no domain",
    ),
    (
        "PATCH",
        "projects/p1",
        r#"{"name": "openstack"}"#,
        409,
        "there is a project",
    ),
    ("PATCH", "projects/p9", "{}", 404, "there is no project"),
    ("DELETE", "projects/p9", "", 404, "there is no project"),
    ("PUT", "users/u1", "{}", 405, "method"),
];

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let server = with_ada();
    let before = dump(&server);
    for (method, path, body, expected, why) in REFUSED {
        let answer = send(&server, method, path, body);
        assert_eq!(
            answer.status(),
            expected,
            "{method} {path} {body}: {}",
            answer.text()
        );
        assert!(answer.text().contains(why), "{}", answer.text());
        assert_eq!(dump(&server), before);
    }
}

#[test]
fn projects_stay_that_are_needed() {
    let server = start();
    let text = r#"{"projects": [{"id": "p", "name": "p"}]}"#;
    super::load(&server, text);
    let refused = send(&server, "DELETE", "projects/p", "");
    assert_eq!(refused.status(), 409);
    assert!(
        refused.text().contains("it is the last"),
        "{}",
        refused.text()
    );
    super::load(
        &server,
        r#"{"projects": [{"id": "p", "name": "p"}, {"id": "q", "name": "q"}],
            "instances": [{"id": "i", "name": "www", "project": "q"}]}"#,
    );
    let refused = send(&server, "DELETE", "projects/q", "");
    assert!(
        refused.text().contains("instance www is its"),
        "{}",
        refused.text()
    );
    assert_eq!(status(&server, "DELETE", "projects/p", ""), 204);
}

#[test]
fn a_dump_has_them_and_a_reset_has_not() {
    let server = with_ada();
    let text = dump(&server);
    assert!(text.contains("\"ada\"") && text.contains("password_hash"));
    server.emulator().reset().unwrap();
    assert_eq!(status(&server, "GET", "users/u1", ""), 404);
    assert_eq!(sign_in_v3(&server, "ada", "pass", "web").0, 401);
    super::load(&server, &text);
    assert_eq!(sign_in_v3(&server, "ada", "pass", "web").0, 201);
}

/// A caller who names no project is of the first; Waldur's users are the directory's, where nobody says
/// who they are.
#[test]
fn whoever_depends_on_them_follows() {
    let server = Server::with("docs");
    let projects = send(&server, "GET", "projects", "").json();
    let second = projects["projects"][1]["id"].as_str().unwrap().to_owned();
    let body = r#"{"images": [{"id": "mine", "owner": "SECOND", "visibility": "private",
        "created_at": "2026-01-01T00:00:00Z"}]}"#;
    super::merge(&server, &body.replace("SECOND", &second));
    let shows = || server.get("/v2.1/images").good().contains("\"mine\"");
    assert!(!shows() && !shows() && !shows());
    assert_eq!(status(&server, "DELETE", "projects/openstack", ""), 204);
    assert_eq!(server.emulator().default_project_id(), second);
    assert!(shows());
    let waldur = |token: &str| {
        let headers = [("Authorization", token)];
        server.get_with("/api/openstack-images/", &headers).status()
    };
    assert_eq!(waldur("Token admin-token"), 200);
}

/// Tokens of a file that have ended stay so across a start.
#[test]
fn tokens_of_a_file_end_for_good() {
    let scratch = Scratch::new("tokens-of-removed-users");
    let start = || {
        Server::start(
            builder()
                .auth(AuthMode::Strict)
                .fixture(Fixture::docs().unwrap())
                .database(scratch.path("cloud.db"))
                .control(ControlAccess::Full),
        )
    };
    let server = start();
    let (_, token) = sign_in_v3(&server, "demo", "secret", "openstack");
    let (_, other) = sign_in_v3(&server, "admin", "secret", "openstack");
    assert_eq!(status(&server, "DELETE", "users/demo", ""), 204);
    assert_eq!(
        (list_with(&server, &token), list_with(&server, &other)),
        (401, 200)
    );
    drop(server);
    let server = start();
    assert_eq!(
        (list_with(&server, &token), list_with(&server, &other)),
        (401, 200)
    );
    // The users are those of the start again.
    assert_eq!(sign_in_v3(&server, "demo", "secret", "openstack").0, 201);
}
