//! Filters find what lists show, each of those that are asked for.

use super::ids;
use crate::harness::{Server, builder};
use nova_images::Fixture;
use serde_json::{Value, json};

fn over(images: &Value) -> Server {
    let mut images = images.clone();
    for image in images.as_array_mut().unwrap() {
        if image.get("created_at").is_none() {
            image["created_at"] = "2025-01-01T00:00:00Z".into();
        }
    }
    let text = json!({ "images": images }).to_string();
    Server::start(builder().fixture(Fixture::parse("filters", &text).unwrap()))
}

fn found(server: &Server, target: &str) -> Vec<String> {
    let list: Value = serde_json::from_str(&server.get(target).good()).unwrap();
    ids(&list)
}

/// Of times lists show the second.
fn clocks() -> Server {
    let image = |id: &str, time: &str| json!({"id": id, "visibility": "public", "created_at": time, "updated_at": time});
    over(&json!([
        image("c", "2025-01-01T00:00:02.000000Z"),
        image("b", "2025-01-01T00:00:01.999999Z"),
        image("a", "2025-01-01T00:00:01Z"),
    ]))
}

#[test]
fn times_are_compared_as_they_are_shown() {
    let server = clocks();
    for (test, expected) in [
        ("eq:2025-01-01T00:00:01Z", &["b", "a"][..]),
        ("2025-01-01T00:00:01Z", &["b", "a"]),
        ("neq:2025-01-01T00:00:01Z", &["c"]),
        ("gt:2025-01-01T00:00:01Z", &["c"]),
        ("gte:2025-01-01T00:00:01Z", &["c", "b", "a"]),
        ("lt:2025-01-01T00:00:02Z", &["b", "a"]),
        ("lte:2025-01-01T00:00:01Z", &["b", "a"]),
        ("lt:2025-01-01T00:00:01Z", &[]),
        ("eq:2025-01-01T00:00:01.999999Z", &[]),
        ("neq:2025-01-01T00:00:01.5Z", &["c", "b", "a"]),
        ("gt:2025-01-01T00:00:01.5Z", &["c"]),
        ("lte:2025-01-01T00:00:01.5Z", &["b", "a"]),
    ] {
        for column in ["created_at", "updated_at"] {
            let target = format!("/image/v2/images?{column}={test}");
            assert_eq!(found(&server, &target), expected, "{target}");
        }
    }
}

#[test]
fn what_changed_at_a_moment_changed_since_then() {
    let server = clocks();
    for list in [
        "/v2/p/images",
        "/v1.1/p/images/detail",
        "/v2.1/p/images",
        "/v2.1/images/detail",
        "/image/v1/images",
        "/image/v1/images/detail",
    ] {
        for (since, expected) in [
            ("2025-01-01T00:00:01Z", &["c", "b", "a"][..]),
            ("2025-01-01T00:00:02Z", &["c"]),
            // A moment that is told more exactly misses nothing.
            ("2025-01-01T00:00:01.999999Z", &["c", "b"]),
            ("2025-01-01T00:00:02.000001Z", &[]),
        ] {
            let target = format!("{list}?changes-since={since}");
            assert_eq!(found(&server, &target), expected, "{target}");
        }
    }
}

#[test]
fn two_names_of_one_property_are_two_filters() {
    let server = over(&json!([
        {"id": "a", "visibility": "public", "image_type": "snapshot", "instance_uuid": "i-1"},
        {"id": "b", "visibility": "public", "image_type": "base", "instance_uuid": "http://x/i-1"},
    ]));
    for tree in ["/v2/p", "/v2.1/p"] {
        for (query, expected) in [
            ("type=snapshot&property-image_type=snapshot", &["a"][..]),
            ("type=snapshot&property-image_type=base", &[]),
            ("property-image_type=base&type=snapshot", &[]),
            ("type=base&type=snapshot", &["a"]),
            ("server=http://x/i-1", &["a"]),
            ("property-instance_uuid=http://x/i-1", &["b"]),
            ("server=http://x/i-1&property-instance_uuid=i-1", &["a"]),
            ("server=i-1&property-instance_uuid=i-2", &[]),
        ] {
            let target = format!("{tree}/images?{query}");
            assert_eq!(found(&server, &target), expected, "{target}");
        }
    }
}
