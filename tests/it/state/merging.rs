//! What is added to a state, and whose word counts.

use super::{dump, load, merge, post};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture};
use serde_json::Value;

const STATE: &str = r#"{
    "images": [
        {"id": "a", "name": "one", "owner": "p1", "created_at": "2026-01-01T00:00:00Z", "colour": "red"},
        {"id": "b", "name": "two", "owner": "p1", "created_at": "2026-01-02T00:00:00Z"}],
    "members": {"b": [{"member_id": "p1"}, {"member_id": "p2", "status": "accepted"}]},
    "projects": [{"id": "p1", "name": "web"}, {"id": "p2", "name": "data"}],
    "users": [{"name": "ada", "password": "pass", "roles": [{"role": "member", "project": "web"}]}],
    "tokens": [{"id": "ada-token", "user": "ada", "project": "web"}],
    "instances": [{"id": "i1", "name": "www", "project": "web", "image": "a"}]
}"#;

fn start() -> Server {
    let fixture = Fixture::parse("state", STATE).unwrap();
    Server::start(builder().auth(AuthMode::Strict).fixture(fixture))
}

fn state(server: &Server) -> Value {
    serde_json::from_str(&dump(server)).unwrap()
}

#[test]
fn the_later_word_counts_and_all_else_stays() {
    let server = start();
    let before = state(&server);
    merge(
        &server,
        r#"{"images": [{"id": "a", "name": "new", "owner": "p1", "created_at": "2026-01-03T00:00:00Z"},
                       {"id": "c", "owner": "p3", "created_at": "2025-01-01T00:00:00Z"}]}"#,
    );
    let after = state(&server);
    let names: Vec<_> = after["images"].as_array().unwrap().iter().collect();
    let ids: Vec<_> = names
        .iter()
        .map(|image| image["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["c", "b", "a"]);
    assert_eq!(names[2]["name"], "new");
    assert_eq!(names[2].get("colour"), None);
    for same in ["users", "tokens", "instances", "members", "domains"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    // Whoever owns images is a project, as in every fixture.
    let projects: Vec<_> = after["projects"].as_array().unwrap().iter().collect();
    assert_eq!(projects.len(), 3);
    assert_eq!(projects[2]["id"], "p3");
    let shown = server.get_with("/v2.1/p1/images/a", &[("X-Auth-Token", "ada-token")]);
    assert_eq!(shown.json()["image"]["name"], "new");
}

/// It may name what there is, and say more of it.
#[test]
fn a_fixture_may_name_what_there_is() {
    let server = start();
    merge(
        &server,
        r#"{"members": {"a": [{"member_id": "p2"}]}, "properties": {"b": {"size": "big"}},
            "users": [{"name": "bob", "password": "word", "default_project": "web",
                       "roles": [{"role": "admin", "project": "data"}]}],
            "tokens": [{"id": "bob-token", "user": "bob", "project": "data"},
                       {"id": "ada-token", "user": "ada", "project": "data"}],
            "instances": [{"id": "i2", "name": "db", "project": "data", "image": "b"}]}"#,
    );
    let after = state(&server);
    assert_eq!(after["members"]["a"][0]["member_id"], "p2");
    assert_eq!(after["members"]["b"].as_array().unwrap().len(), 2);
    assert_eq!(after["properties"]["b"]["size"], "big");
    assert_eq!(after["images"][0]["colour"], "red");
    assert_eq!(after["users"].as_array().unwrap().len(), 2);
    assert_eq!(after["instances"].as_array().unwrap().len(), 2);
    assert_eq!(super::list_with(&server, "bob-token"), 200);
    let refused = post(
        &server,
        "/_control/fixtures/merge",
        r#"{"members": {"a": [{"member_id": "p3"}], "x": []}}"#,
    );
    assert!(
        refused.text().contains("$.members.x: no such image"),
        "{}",
        refused.text()
    );
    assert_eq!(state(&server), after);
}

/// A project of another id takes the place of its namesake, and takes along what was its.
#[test]
fn a_project_takes_the_place_of_its_namesake() {
    let server = start();
    let (status, token) = super::sign_in_v3(&server, "ada", "pass", "web");
    assert_eq!(status, 201);
    merge(&server, r#"{"projects": [{"id": "p9", "name": "web"}]}"#);
    let after = state(&server);
    let text = after.to_string();
    assert!(!text.contains("\"p1\""), "{text}");
    for image in after["images"].as_array().unwrap() {
        assert_eq!(image["owner"], "p9");
    }
    assert_eq!(after["members"]["b"][0]["member_id"], "p9");
    assert_eq!(after["instances"][0]["project"], "p9");
    assert_eq!(after["tokens"][0]["project"], "p9");
    // It was for a project that is no more.
    assert_eq!(super::list_with(&server, &token), 401);
    assert_eq!(super::list_with(&server, "ada-token"), 200);
    assert_eq!(super::sign_in_v2(&server, "ada", "pass", "web").0, 200);
}

/// Of users who are as they were, tokens live on.
#[test]
fn tokens_of_others_live_on() {
    let server = start();
    let (_, token) = super::sign_in_v3(&server, "ada", "pass", "web");
    merge(&server, r#"{"fixture": "docs"}"#);
    assert_eq!(super::list_with(&server, &token), 200);
    merge(
        &server,
        r#"{"users": [{"name": "ada", "password": "word", "roles": [{"role": "member", "project": "p1"}]}]}"#,
    );
    assert_eq!(super::list_with(&server, &token), 401);
    assert_eq!(super::sign_in_v3(&server, "ada", "pass", "web").0, 401);
    assert_eq!(super::sign_in_v3(&server, "ada", "word", "web").0, 201);
}

#[test]
fn many_images_are_added_at_once() {
    let server = Server::with("docs");
    let image = |number: usize| {
        format!(
            r#"{{"id": "m{number:05}", "owner": "p", "created_at": "2026-01-01T00:00:{:02}Z"}}"#,
            number % 60
        )
    };
    let images: Vec<_> = (0..1000).map(image).collect();
    let text = format!(r#"{{"images": [{}]}}"#, images.join(","));
    merge(&server, &text);
    let whole = dump(&server);
    assert_eq!(whole.matches("\"m0").count(), 1000);
    // Once more it changes nothing.
    merge(&server, &text);
    assert_eq!(dump(&server), whole);
    let again = Server::with("none");
    load(&again, &whole);
    assert_eq!(dump(&again), whole);
    let filtered = server.get_with("/v2/p/images?name=fakeimage7", &[]).good();
    assert!(filtered.contains("fakeimage7"));
}
