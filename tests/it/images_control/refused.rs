//! What makes no sense says where and why, and changes nothing.

use super::{ID, JSON, OTHER, control, create, status};
use crate::harness::Server;
use serde_json::{Value, json};

/// Method, path, body, status, and what the message says.
type Case<'c> = (&'c str, &'c str, Value, u16, &'c str);

fn check(server: &Server, cases: &[Case<'_>]) {
    for (method, path, body, status, part) in cases {
        let before = server.get("/_control/images").json();
        let refused = control(server, method, path, body);
        let asked = format!("{method} {path} {body}");
        assert_eq!(refused.status(), *status, "{asked}: {}", refused.text());
        let message = refused.json()["error"]["message"].clone();
        let message = message.as_str().unwrap();
        assert!(message.contains(part), "{asked}: {message}");
        assert_eq!(server.get("/_control/images").json(), before);
    }
}

fn with_image() -> Server {
    let server = Server::with("docs");
    create(&server, ID, &json!({}));
    server
}

#[test]
fn a_key_is_told_that_was_probably_meant() {
    let wrong = "a custom property must be a string or null; did you mean";
    let cases = [
        (
            json!({"min_rm": 512}),
            format!("$.min_rm: {wrong} `min_ram`?"),
        ),
        (json!({"Tags": ["a"]}), format!("$.Tags: {wrong} `tags`?")),
        (
            json!({"transition": []}),
            format!("$.transition: {wrong} `transitions`?"),
        ),
    ];
    let server = with_image();
    for (body, said) in cases {
        check(&server, &[("POST", "/images", body, 400, &said)]);
    }
}

#[test]
fn images() {
    let long = "x".repeat(256);
    let post = |body, status, part| ("POST", "/images", body, status, part);
    let step = |step: Value| json!({"transitions": [step]});
    let one = "$.transitions[0]: must have one of";
    let both = json!({"to": "active", "after_seconds": 1, "after_reads": 1});
    let manual = json!({"to": "active", "manual": true});
    check(
        &with_image(),
        &[
            post(json!({"id": ID}), 409, "already"),
            post(
                json!({"status": "gone"}),
                400,
                "$.status: \"gone\" is not a Glance status",
            ),
            post(json!({"id": ""}), 400, "$.id: must not be empty"),
            post(json!({"id": long}), 400, "$.id: is longer than 255"),
            post(
                json!({"min_ram": -1}),
                400,
                "$.min_ram: must be a whole number",
            ),
            post(
                json!({"created_at": "noon"}),
                400,
                "$.created_at: is not an RFC 3339",
            ),
            post(
                json!({"colour": 7}),
                400,
                "$.colour: a custom property must be",
            ),
            post(json!([]), 400, "$: must be an object"),
            post(Value::Null, 400, "$: must be one JSON document, not 0"),
            post(
                json!({"members": [{"member_id": "p", "status": "x"}]}),
                400,
                "$.members[0].status: \"x\"",
            ),
            post(step(both), 400, one),
            post(step(json!({"to": "active"})), 400, one),
            post(
                step(json!({"to": "ACTIVE", "manual": true})),
                400,
                "$.transitions[0].to: \"ACTIVE\"",
            ),
            post(
                json!({"status": "deleted", "transitions": [manual]}),
                400,
                "takes no plan",
            ),
        ],
    );
}

#[test]
fn changes_and_transitions() {
    let server = with_image();
    let (at_id, turn) = (format!("/images/{ID}"), format!("/images/{ID}/transition"));
    check(
        &server,
        &[
            (
                "PUT",
                &at_id,
                json!({"id": OTHER}),
                400,
                "would be another one",
            ),
            (
                "PATCH",
                &at_id,
                json!({"id": OTHER}),
                400,
                "would be another one",
            ),
            (
                "PATCH",
                &at_id,
                json!({"visibility": "secret"}),
                400,
                "$.visibility: \"secret\"",
            ),
            (
                "PATCH",
                "/images/unknown",
                json!({}),
                404,
                "there is no image \"unknown\"",
            ),
            (
                "POST",
                &turn,
                json!({"to": "error"}),
                400,
                "is wanted, not \"error\"",
            ),
            ("POST", &turn, json!({}), 409, "has no plan"),
            ("POST", &turn, Value::Null, 409, "has no plan"),
            (
                "POST",
                "/images/unknown/transition",
                json!({"to": "active"}),
                404,
                "no image",
            ),
        ],
    );
    assert_eq!(status(&server, ID), "active");
}

#[test]
fn names_that_stand_twice() {
    let server = with_image();
    let at_id = format!("/images/{ID}");
    let doubled = r#"{"name": "a", "name": "b"}"#;
    for (method, path) in [("POST", "/images"), ("PATCH", at_id.as_str())] {
        let refused = server.send(method, &format!("/_control{path}"), &[JSON], doubled);
        assert_eq!(refused.status(), 400);
        assert!(
            refused.text().contains("$.name: stands twice"),
            "{}",
            refused.text()
        );
    }
    assert_eq!(status(&server, ID), "active");
}

#[test]
fn queries_and_uploads() {
    check(
        &with_image(),
        &[
            ("GET", "/images?limit=0", Value::Null, 400, "from 1 to 1000"),
            ("GET", "/images?limt=1", Value::Null, 400, "limt"),
            (
                "GET",
                "/images?marker=unknown",
                Value::Null,
                404,
                "no image",
            ),
            (
                "PUT",
                "/transitions",
                json!({"uploads": 5}),
                400,
                "$.uploads: must be an object",
            ),
            (
                "PUT",
                "/transitions",
                json!({}),
                400,
                "$.uploads: is missing",
            ),
            ("POST", "/transitions", json!({}), 405, "method"),
        ],
    );
}
