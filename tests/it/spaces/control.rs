//! Spaces and clocks over `/_control`.

use super::{JSON, list, with_spaces, within};
use crate::golden::client::Client;
use crate::harness::{NOW, Response, Server, builder};
use nova_images::{ControlAccess, Fixture};
use serde_json::json;

fn make(server: &Server, order: &serde_json::Value) -> Response {
    server.send("POST", "/_control/spaces", &[JSON], &order.to_string())
}

#[test]
fn spaces_come_and_go() {
    let server = with_spaces(&[]);
    let url = |name: &str| format!("{}/_space/{name}", server.emulator().url());
    let made = make(&server, &json!({"name": "a"}));
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(made.json(), json!({"name": "a", "url": url("a")}));
    let image = json!({"id": "own", "created_at": "2026-01-01T00:00:00Z", "visibility": "public"});
    let order = json!({
        "name": "b", "fixture": {"images": [image]}, "profile": "nova-34", "auth": "strict",
        "max_limit": 5, "clock": "2030-01-01T00:00:00Z", "seed": 7,
    });
    assert_eq!(make(&server, &order).status(), 201);
    assert_eq!(
        make(&server, &json!({"name": "c", "fixture": "devcloud"})).status(),
        201
    );
    let spaces = server.get("/_control/spaces").json();
    let names = ["a", "b", "c"].map(|name| json!({"name": name, "url": url(name)}));
    assert_eq!(spaces, json!({"spaces": names}));
    assert!(list(&server, "a").contains("fakeimage7"));
    assert!(!list(&server, "c").contains("fakeimage7"));
    assert_eq!(server.get("/_space/b/v2.1/images").status(), 401);
    let shown = server.get("/_space/b/_control/clock").json();
    assert_eq!(
        shown,
        json!({"now": "2030-01-01T00:00:00Z", "frozen": true})
    );
    for status in [204, 404] {
        assert_eq!(
            server
                .send("DELETE", "/_control/spaces/b", &[], "")
                .status(),
            status
        );
    }
    assert_eq!(server.get("/_space/b/v2.1/images").status(), 404);
    // Spaces have no spaces.
    assert_eq!(server.get("/_space/a/_control/spaces").status(), 404);
}

#[test]
fn orders_that_make_no_sense() {
    let server = with_spaces(&["a"]);
    for (order, status, part) in [
        (json!({"name": "a"}), 409, "already"),
        (json!({"name": "a b"}), 400, "no name of a space"),
        (json!({}), 400, "missing field `name`"),
        (
            json!({"name": "x", "profil": "juno"}),
            400,
            "unknown field `profil`",
        ),
        (json!({"name": "x", "profile": "essex"}), 400, "essex"),
        (json!({"name": "x", "clock": "noon"}), 400, "noon"),
        (
            json!({"name": "x", "max_limit": 0}),
            400,
            "of at least 1 is wanted",
        ),
        (
            json!({"name": "x", "fixture": "/etc/passwd"}),
            400,
            "no fixture \"/etc/passwd\" is built in",
        ),
        (json!({"name": "x", "fixture": {"imags": []}}), 400, "imags"),
        (json!([]), 400, "the body must be an object"),
    ] {
        let refused = make(&server, &order);
        assert_eq!(refused.status(), status, "{order}");
        let message = refused.json()["error"]["message"].to_string();
        assert!(message.replace('\\', "").contains(part), "{message}");
    }
    for (method, path, allow) in [
        ("PUT", "/_control/spaces", "GET, HEAD, POST"),
        ("GET", "/_control/spaces/a", "DELETE"),
        ("DELETE", "/_control/clock", "GET, HEAD"),
        ("GET", "/_control/clock/run", "POST"),
    ] {
        let refused = server.send(method, path, &[], "");
        assert_eq!(refused.status(), 405, "{method} {path}");
        assert_eq!(refused.header("allow").unwrap(), allow);
    }
    assert_eq!(server.emulator().spaces(), ["a"]);
}

#[test]
fn a2_the_gate_is_in_front_of_them() {
    let server = with_spaces(&["a"]);
    let foreign = [("Origin", "https://evil.example"), JSON];
    for (method, path) in [
        ("POST", "/_control/spaces"),
        ("DELETE", "/_control/spaces/a"),
        ("POST", "/_control/clock/run"),
        ("POST", "/_space/a/_control/reset"),
        ("POST", "/_space/a/_control/clock/freeze"),
    ] {
        let refused = server.send(method, path, &foreign, r#"{"name": "b"}"#);
        assert_eq!(refused.status(), 403, "{method} {path}");
    }
    let server = Server::start(builder().control(ControlAccess::Read));
    assert_eq!(make(&server, &json!({"name": "a"})).status(), 403);
    server.get("/_control/spaces").good();
    server.get("/_control/clock").good();
    let server = Server::start(builder().control(ControlAccess::Off));
    assert_eq!(server.get("/_control/clock").status(), 403);
}

#[test]
fn clocks_are_turned() {
    let server = with_spaces(&["a"]);
    for space in ["", "a"] {
        let shown = || server.get(&within(space, "/_control/clock")).json();
        let turn = |how: &str, body: &str| {
            let path = within(space, &format!("/_control/clock/{how}"));
            server.send("POST", &path, &[JSON], body).status()
        };
        assert_eq!(shown(), json!({"now": NOW, "frozen": true}));
        assert_eq!(turn("advance", r#"{"seconds": 3600}"#), 204);
        assert_eq!(shown()["now"], "2026-01-01T13:00:00Z");
        assert_eq!(turn("set", r#"{"now": "2020-02-29T23:59:59Z"}"#), 204);
        assert_eq!(turn("run", ""), 204);
        assert_eq!(shown()["frozen"], false);
        assert_eq!(turn("freeze", ""), 204);
        assert!(shown()["now"].as_str().unwrap() < "2020-03-01T00:10:00Z");
        for (how, body) in [
            ("advance", ""),
            ("advance", "{}"),
            ("advance", r#"{"seconds": -1}"#),
            ("advance", r#"{"seconds": 1, "minutes": 1}"#),
            ("set", r#"{"now": "noon"}"#),
            ("set", r#"{"now": 7}"#),
            ("set", r#"{"now": "10000-01-01T00:00:00Z"}"#),
        ] {
            let before = shown();
            assert_eq!(turn(how, body), 400, "{how} {body}");
            assert_eq!(shown(), before);
        }
        assert_eq!(turn("stop", ""), 404);
        let reset = within(space, "/_control/reset");
        assert_eq!(server.send("POST", &reset, &[], "").status(), 204);
        assert_eq!(shown(), json!({"now": NOW, "frozen": true}));
    }
}

#[test]
fn a_listener_of_the_control_api_names_the_one_that_has_the_space() {
    let fixture = Fixture::docs().unwrap();
    let emulator = builder()
        .fixture(fixture)
        .control_listen("127.0.0.1:0")
        .start()
        .unwrap();
    let url = format!("{}/_space/a", emulator.url());
    let mut client = Client::new(emulator.control_address().unwrap());
    let order = json!({"name": "a"}).to_string();
    let json_body = [(JSON.0.to_owned(), JSON.1.to_owned())];
    let mut ask = |method, headers: &[_], body| {
        let answer = client.send(method, "/_control/spaces", headers, body);
        serde_json::from_str::<serde_json::Value>(&answer.unwrap().text()).unwrap()
    };
    let made = ask("POST", &json_body, Some(order.as_bytes()));
    assert_eq!(made, json!({"name": "a", "url": url}));
    assert_eq!(ask("GET", &[], None), json!({"spaces": [made]}));
}
