//! Which tokens are kept: so many, so long, and over a restart only while what they stand for lasts.

use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{AuthMode, EmulatorBuilder, Fixture};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn cloud(users: &Value, projects: &Value) -> EmulatorBuilder {
    let text = json!({"images": [], "projects": projects, "users": users}).to_string();
    builder()
        .auth(AuthMode::Strict)
        .fixture(Fixture::parse("cloud", &text).unwrap())
}

fn user(password: &str, enabled: bool) -> Value {
    json!({
        "id": "u", "name": "u", "password": password, "enabled": enabled,
        "roles": [{"project": "p", "role": "member"}]
    })
}

fn sign_in(server: &Server) -> String {
    let body = json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {"id": "u", "password": "x"}}},
        "scope": {"project": {"id": "p"}}
    }});
    let answer = server.send("POST", "/v3/auth/tokens", &[JSON], &body.to_string());
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.header("x-subject-token").unwrap()
}

fn opens(server: &Server, token: &str) -> bool {
    let list = server.get_with("/v2.1/images", &[("X-Auth-Token", token)]);
    list.status() == 200
}

#[test]
fn a8_the_oldest_tokens_go_beyond_the_bound() {
    let projects = json!([{"id": "p", "name": "p"}]);
    let server = Server::start(cloud(&json!([user("x", true)]), &projects).max_tokens(3));
    let tokens: Vec<_> = (0..5).map(|_| sign_in(&server)).collect();
    let opened: Vec<_> = tokens.iter().map(|token| opens(&server, token)).collect();
    assert_eq!(opened, [false, false, true, true, true]);
}

#[test]
fn a11_tokens_end_with_what_they_stand_for() {
    let scratch = Scratch::new("tokens-kept");
    let here = json!([{"id": "p", "name": "p"}]);
    let same = json!([user("x", true)]);
    let other = json!([{"id": "other", "name": "other"}]);
    let stranger = json!([{"id": "v", "name": "v", "password": "x"}]);
    let roleless = json!([{"id": "u", "name": "u", "password": "x"}]);
    for (case, users, projects, lasts) in [
        ("same", &same, &here, true),
        ("password", &json!([user("y", true)]), &here, false),
        ("disabled", &json!([user("x", false)]), &here, false),
        ("gone", &stranger, &here, false),
        ("project", &roleless, &other, false),
    ] {
        let path = scratch.path(&format!("{case}.db"));
        let token = sign_in(&Server::start(cloud(&same, &here).database(&path)));
        let server = Server::start(cloud(users, projects).database(&path));
        assert_eq!(opens(&server, &token), lasts, "{case}");
        drop(server);
        // What is void stays void, whoever comes back.
        let server = Server::start(cloud(&same, &here).database(&path));
        assert_eq!(opens(&server, &token), lasts, "{case}, back");
    }
}
