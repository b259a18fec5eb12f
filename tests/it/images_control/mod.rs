//! Images as whoever runs the server wants them, and the plans by which they go on.

mod plans;
mod refused;
mod spaces;
mod uploads;
mod verbs;

use crate::harness::{NOW, Response, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const ADMIN: [(&str, &str); 2] = [("X-Auth-Token", "admin-token"), JSON];

const ID: &str = "3f1c0d9e-8a52-4f6e-9f0b-0c6f5d1c7a11";
const OTHER: &str = "5d2b6c1a-1d3e-4a63-8f0e-6a1f9b7c2e22";

fn control(server: &Server, method: &str, path: &str, body: &Value) -> Response {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    server.send(method, &format!("/_control{path}"), &[JSON], &body)
}

/// A public image of project `openstack`, with more said of it.
fn create(server: &Server, id: &str, more: &Value) {
    let mut image = json!({"id": id, "name": id, "owner": "openstack", "visibility": "public"});
    let more = more.as_object().unwrap().clone();
    image.as_object_mut().unwrap().extend(more);
    let made = control(server, "POST", "/images", &image);
    assert_eq!(made.status(), 201, "{}", made.text());
}

/// What the control API shows of an image, which counts as nothing.
fn image(server: &Server, id: &str) -> Value {
    let shown = control(server, "GET", &format!("/images/{id}"), &Value::Null);
    serde_json::from_str(&shown.good()).unwrap()
}

fn status(server: &Server, id: &str) -> String {
    image(server, id)["status"].as_str().unwrap().to_owned()
}

/// Nova's word for an image, and its progress.
fn nova(server: &Server, id: &str) -> (String, u64) {
    let shown = server.get(&format!("/v2/openstack/images/{id}"));
    let image = &serde_json::from_str::<Value>(&shown.good()).unwrap()["image"];
    let word = image["status"].as_str().unwrap().to_owned();
    (word, image["progress"].as_u64().unwrap())
}

fn advance(server: &Server, seconds: u32) {
    let body = json!({"seconds": seconds});
    let advanced = control(server, "POST", "/clock/advance", &body);
    assert_eq!(advanced.status(), 204, "{}", advanced.text());
}

/// So many seconds behind the beginning of every test.
fn at(seconds: u32) -> String {
    let time = nova_images::Timestamp::parse_rfc3339(NOW).unwrap();
    time.plus_seconds(seconds.into()).to_string()
}
