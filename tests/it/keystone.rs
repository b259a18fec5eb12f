//! Sign-in as the other facades see it: which tokens open what, and for how long.

use crate::harness::{Response, Server, builder};
use crate::scratch::Scratch;
use nova_images::{AuthMode, ControlAccess, EmulatorBuilder, Fixture, GlanceStatus, Visibility};

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Every operation that a token must open, method and path.
const GUARDED: [(&str, &str); 26] = [
    ("GET", "/v2/P/images"),
    ("GET", "/v2/P/images/detail"),
    ("GET", "/v2/P/images/I"),
    ("DELETE", "/v2/P/images/I"),
    ("GET", "/v2/P/images/I/metadata"),
    ("POST", "/v2/P/images/I/metadata"),
    ("PUT", "/v2/P/images/I/metadata"),
    ("GET", "/v2/P/images/I/metadata/os"),
    ("PUT", "/v2/P/images/I/metadata/os"),
    ("DELETE", "/v2/P/images/I/metadata/os"),
    ("GET", "/v2/P/extensions"),
    ("GET", "/v2/P/nothing"),
    ("GET", "/v1.1/P/images"),
    ("GET", "/v2.1/images"),
    ("GET", "/v2.1/P/images/detail"),
    ("GET", "/v2.1/images/I"),
    ("DELETE", "/v2.1/images/I"),
    ("POST", "/v2.1/images/I/metadata"),
    ("GET", "/v2.1/limits"),
    ("GET", "/compute/v2.1/images"),
    ("GET", "/v3/auth/tokens"),
    ("GET", "/v3/auth/projects"),
    ("GET", "/v3/users"),
    ("GET", "/identity/v3/auth/catalog"),
    ("GET", "/v2.0/tenants"),
    ("GET", "/v2.0/tokens/demo-token"),
];

/// What discovery and health show to everybody.
const OPEN: [&str; 9] = [
    "/",
    "/v2/",
    "/v2.1/",
    "/v2.0",
    "/v3",
    "/identity",
    "/identity/v3",
    "/_control/health/live",
    "/_control/health/ready",
];

fn strict() -> EmulatorBuilder {
    builder()
        .fixture(Fixture::named("devcloud").unwrap())
        .auth(AuthMode::Strict)
}

/// A project's id and a private image of it, as its own members see them.
fn project_and_image(server: &Server, token: &str) -> (String, String) {
    let headers = [("X-Auth-Token", token)];
    let projects = server.get_with("/v3/auth/projects", &headers).json();
    let project = projects["projects"][0]["id"].as_str().unwrap().to_owned();
    let fixture = Fixture::named("devcloud").unwrap();
    let image = fixture.images().iter().find(|image| {
        let owns = image.owner.as_deref() == Some(&project);
        owns && image.visibility == Visibility::Private && image.status == GlanceStatus::Active
    });
    (project, image.unwrap().id.clone())
}

/// Signs in at v3, scoped to a project; the token.
fn sign_in(server: &Server, user: &str, project: &str) -> String {
    let body = format!(
        r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user": {{
            "name": "{user}", "domain": {{"id": "default"}}, "password": "secret"}}}}}},
            "scope": {{"project": {{"name": "{project}", "domain": {{"id": "default"}}}}}}}}}}"#
    );
    let answer = server.send("POST", "/v3/auth/tokens", &[JSON], &body);
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.header("x-subject-token").unwrap()
}

fn ask(server: &Server, call: (&str, &str), ids: &(String, String), token: &str) -> Response {
    let target = call.1.replace('P', &ids.0).replace('I', &ids.1);
    let body = if matches!(call.0, "POST" | "PUT") {
        "{}"
    } else {
        ""
    };
    server.send(call.0, &target, &[("X-Auth-Token", token), JSON], body)
}

fn assert_shut(server: &Server, ids: &(String, String), token: &str) {
    for call in GUARDED {
        let answer = ask(server, call, ids, token);
        assert_eq!(
            answer.status(),
            401,
            "{call:?} with {token:?}: {}",
            answer.text()
        );
        let how = answer.header("www-authenticate").unwrap_or_default();
        assert!(how.starts_with("Keystone uri="), "{call:?}: {how}");
    }
}

#[test]
fn nothing_but_discovery_answers_without_a_valid_token() {
    let server = Server::start(strict());
    let ids = project_and_image(&server, "demo-token");
    for token in [
        "",
        "nonsense",
        "demo-toke",
        "demo-token2",
        "DEMO-TOKEN",
        "\u{e9}",
    ] {
        assert_shut(&server, &ids, token);
    }
    for path in OPEN {
        let answer = server.get(path);
        assert!(
            matches!(answer.status(), 200 | 300),
            "{path}: {}",
            answer.status()
        );
    }
    // Nothing was deleted or written on the way.
    assert_eq!(project_and_image(&server, "demo-token"), ids);
}

#[test]
fn tokens_end_when_they_are_revoked() {
    let server = Server::start(strict());
    let token = sign_in(&server, "demo", "demo");
    let ids = project_and_image(&server, &token);
    let headers = [("X-Auth-Token", &*token), ("X-Subject-Token", &*token)];
    assert_eq!(
        server
            .send("DELETE", "/v3/auth/tokens", &headers, "")
            .status(),
        204
    );
    assert_shut(&server, &ids, &token);
}

#[test]
fn tokens_end_on_the_emulators_clock() {
    let server = Server::start(strict().token_ttl(600));
    let token = sign_in(&server, "demo", "demo");
    let ids = project_and_image(&server, &token);
    let advance = |seconds: u32| {
        let body = format!("{{\"seconds\": {seconds}}}");
        let answer = server.send("POST", "/_control/clock/advance", &[JSON], &body);
        assert_eq!(answer.status(), 204);
    };
    advance(599);
    assert_eq!(project_and_image(&server, &token), ids);
    advance(2);
    assert_shut(&server, &ids, &token);
    for body in [
        "",
        "{}",
        "{\"seconds\": -1}",
        "{\"seconds\": \"1\"}",
        "{\"seconds\": 1e99}",
    ] {
        let answer = server.send("POST", "/_control/clock/advance", &[JSON], body);
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.json()["error"]["code"], 400);
    }
}

#[test]
fn a_token_neither_shows_nor_changes_another_projects_private_image() {
    let server = Server::start(strict());
    let demo = sign_in(&server, "demo", "demo");
    let (_, image) = project_and_image(&server, &demo);
    let web = sign_in(&server, "web", "web");
    let (project, _) = project_and_image(&server, &web);
    let theirs = (project, image.clone());
    for call in GUARDED.iter().filter(|call| call.1.contains("/I")) {
        let answer = ask(&server, *call, &theirs, &web);
        assert!(
            matches!(answer.status(), 400 | 404),
            "{call:?}: {}",
            answer.text()
        );
    }
    for list in ["/v2/P/images", "/v2.1/images/detail"] {
        assert!(
            !ask(&server, ("GET", list), &theirs, &web)
                .good()
                .contains(&image)
        );
    }
    let shown = server.get_with(&format!("/v2.1/images/{image}"), &[("X-Auth-Token", &demo)]);
    assert_eq!(shown.status(), 200);
}

#[test]
fn issued_tokens_and_revocations_survive_a_restart() {
    let scratch = Scratch::new("tokens");
    let path = scratch.path("images.db");
    let server = Server::start(strict().database(&path));
    let (kept, revoked) = (
        sign_in(&server, "demo", "demo"),
        sign_in(&server, "demo", "demo"),
    );
    let headers = [("X-Auth-Token", &*revoked), ("X-Subject-Token", &*revoked)];
    assert_eq!(
        server
            .send("DELETE", "/v3/auth/tokens", &headers, "")
            .status(),
        204
    );
    drop(server);

    let raw = std::fs::read(&path).unwrap();
    assert!(
        !raw.windows(kept.len())
            .any(|window| window == kept.as_bytes())
    );
    let server = Server::start(
        strict()
            .database(&path)
            .seed(2)
            .control(ControlAccess::Full),
    );
    let status = |token: &str| {
        server
            .get_with("/v2.1/images", &[("X-Auth-Token", token)])
            .status()
    };
    assert_eq!((status(&kept), status(&revoked)), (200, 401));
    // A reset forgets what was issued.
    assert_eq!(
        server.send("POST", "/_control/reset", &[], "").status(),
        204
    );
    assert_eq!((status(&kept), status("demo-token")), (401, 200));
}

#[test]
fn in_open_mode_anybody_signs_in_to_any_project() {
    let server = Server::with("docs");
    let body = r#"{"auth": {"tenantName": "somewhere", "passwordCredentials":
        {"username": "somebody", "password": "whatever"}}}"#;
    let answer = server.send("POST", "/v2.0/tokens", &[JSON], body);
    let access = &answer.json()["access"];
    assert_eq!(access["token"]["tenant"]["name"], "somewhere");
    let token = access["token"]["id"].as_str().unwrap();
    let list = server.get_with("/v2/somewhere/images", &[("X-Auth-Token", token)]);
    assert_eq!(list.json()["images"].as_array().map(Vec::len), Some(7));
    let other = server.get_with("/v2/elsewhere/images", &[("X-Auth-Token", token)]);
    assert_eq!(other.status(), 400);
}
