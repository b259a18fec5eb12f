//! Spaces apart, how many there may be, and when they go by themselves.

use super::{ID, JSON, advance, at, control, create, image, nova, status};
use crate::harness::{Server, builder};
use nova_images::Fixture;
use serde_json::{Value, json};
use std::time::Duration;

fn make(server: &Server, order: &Value) -> (u16, Value) {
    let made = control(server, "POST", "/spaces", order);
    (made.status(), made.json())
}

#[test]
fn a_space_knows_nothing_of_the_plans_of_others() {
    let server = Server::with("docs");
    for name in ["a", "b"] {
        server.emulator().make_space(name).make().unwrap();
    }
    let steps = json!([{"to": "active", "after_reads": 2}, {"to": "killed", "after_seconds": 9}]);
    let image_there =
        json!({"id": ID, "status": "saving", "visibility": "public", "transitions": steps});
    for space in ["a", "b"] {
        let path = format!("/_space/{space}/_control/images");
        let made = server.send("POST", &path, &[JSON], &image_there.to_string());
        assert_eq!(made.status(), 201);
    }
    create(
        &server,
        ID,
        &json!({"status": "saving", "transitions": steps}),
    );
    let in_a = || {
        let shown = server.get(&format!("/_space/a/v2.1/images/{ID}")).good();
        serde_json::from_str::<Value>(&shown).unwrap()["image"]["status"].clone()
    };
    assert_eq!(
        (in_a(), in_a(), in_a()),
        (json!("SAVING"), json!("SAVING"), json!("ACTIVE"))
    );
    let in_b = server
        .get(&format!("/_space/b/_control/images/{ID}"))
        .json();
    assert_eq!(
        (&in_b["status"], &in_b["transitions"]),
        (&json!("saving"), &steps)
    );
    assert_eq!(image(&server, ID)["transitions"], steps);
    advance(&server, 100);
    assert_eq!(in_a(), "ACTIVE");
    let set = server.send(
        "PUT",
        "/_space/a/_control/transitions",
        &[JSON],
        r#"{"uploads": "manual"}"#,
    );
    assert_eq!(set.status(), 200);
    let elsewhere = server.get("/_space/b/_control/transitions").json();
    assert_eq!(elsewhere, json!({"uploads": "immediate"}));
    assert_eq!(
        (nova(&server, ID).0, status(&server, ID)),
        ("SAVING".to_owned(), "saving".to_owned())
    );
    assert_eq!(
        control(&server, "GET", "/clock", &Value::Null).json()["now"],
        at(100)
    );
}

#[test]
fn no_more_spaces_than_there_may_be() {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()).max_spaces(2));
    assert_eq!(make(&server, &json!({"name": "a"})).0, 201);
    assert_eq!(make(&server, &json!({"name": "b"})).0, 201);
    let (code, refused) = make(&server, &json!({"name": "c"}));
    assert_eq!(code, 409);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("there are 2 spaces") && message.contains("--max-spaces"));
    assert!(server.emulator().make_space("c").make().is_err());
    assert!(server.emulator().remove_space("a"));
    assert_eq!(make(&server, &json!({"name": "c"})).0, 201);
}

#[test]
fn a_space_that_nobody_uses_makes_room() {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()).max_spaces(2));
    let emulator = server.emulator();
    let short = emulator.make_space("short").expire_idle(Duration::ZERO);
    let short = short.make().unwrap();
    assert_eq!(server.get("/_space/short/v2.1/images").status(), 200);
    let (code, made) = make(
        &server,
        &json!({"name": "long", "expire_idle_seconds": 3600}),
    );
    assert_eq!((code, &made["expire_idle_seconds"]), (201, &json!(3600)));
    let listed = control(&server, "GET", "/spaces", &Value::Null).json();
    assert_eq!(listed["spaces"][0]["expire_idle_seconds"], 3600);
    // The third takes the place of the one that may go.
    assert_eq!(make(&server, &json!({"name": "third"})).0, 201);
    assert_eq!(emulator.spaces(), ["long", "third"]);
    let gone = server.get("/_space/short/v2.1/images");
    assert_eq!(gone.status(), 404);
    assert!(gone.text().contains("no space"), "{}", gone.text());
    assert!(short.images().get(ID).is_err());
    assert_eq!(make(&server, &json!({"name": "fourth"})).0, 409);
    for wrong in [json!(0), json!(-1), json!("soon"), json!(1.5)] {
        let order = json!({"name": "x", "expire_idle_seconds": wrong});
        assert_eq!(make(&server, &order).0, 400, "{wrong}");
    }
}
