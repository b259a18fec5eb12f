//! Counting, near misses, and waiting.

use super::{ABSENT, ask, post};
use crate::harness::Server;
use serde_json::json;

#[test]
fn it_is_as_often_as_it_was_to_be() {
    let server = Server::with("docs");
    for _ in 0..3 {
        assert_eq!(server.get("/v2/openstack/images").status(), 200);
    }
    let index = json!({"operation": "nova.images.index"});
    for (wanted, status) in [
        (json!({}), 200),
        (json!({"matching": index}), 200),
        (json!({"exactly": 3, "matching": index}), 200),
        (json!({"exactly": 2, "matching": index}), 409),
        (json!({"at_least": 3, "matching": index}), 200),
        (json!({"at_least": 4, "matching": index}), 409),
        (json!({"at_most": 3, "matching": index}), 200),
        (json!({"at_most": 2, "matching": index}), 409),
        (json!({"at_least": 1, "at_most": 3, "matching": index}), 200),
        (json!({"exactly": 1, "matching": {"since": 2}}), 200),
        (json!({"exactly": 0, "matching": {"status": "5xx"}}), 200),
        (json!({"exactly": 3, "matching": {"status": 200}}), 200),
    ] {
        let (answered, body) = post(&server, "/verify", &wanted);
        assert_eq!(answered, status, "{wanted} {body}");
        let of_since = wanted["matching"]["since"].is_u64();
        let of_errors = wanted["matching"]["status"] == "5xx";
        let expected = if of_since {
            1
        } else if of_errors {
            0
        } else {
            3
        };
        assert_eq!(body["count"], expected, "{wanted}");
    }
    for wrong in [
        json!({"exactly": 1, "at_least": 1}),
        json!({"at_least": 2, "at_most": 1}),
        json!({"exactly": -1}),
        json!({"times": 1}),
        json!({"matching": {"status": 12}}),
        json!({"matching": {"colour": "red"}}),
        json!([]),
    ] {
        let (status, body) = post(&server, "/verify", &wrong);
        assert_eq!(status, 400, "{wrong} {body}");
    }
}

#[test]
fn near_misses_say_what_is_another_thing() {
    let server = Server::with("docs");
    let absent = format!("/v2/openstack/images/{ABSENT}");
    assert_eq!(server.get(&absent).status(), 404);
    assert_eq!(server.get("/v2/openstack/images").status(), 200);
    let matching = json!({"operation": "nova.images.show", "status": 200, "project": "openstack"});
    let (status, body) = post(&server, "/verify", &json!({"matching": matching}));
    assert_eq!((status, &body["count"]), (409, &0.into()));
    let near = body["near_misses"].as_array().unwrap();
    assert_eq!(near.len(), 2);
    // The newest first.
    let differs = |place: usize| {
        let near = &near[place];
        let texts = ["differs", "wanted", "found"].map(|name| near[name].as_str().unwrap());
        (texts, near["request"]["number"].as_u64().unwrap())
    };
    let operation = ["operation", "nova.images.show", "nova.images.index"];
    assert_eq!(differs(0), (operation, 2));
    assert_eq!(differs(1), (["status", "200", "404"], 1));
    let message = body["message"].as_str().unwrap();
    assert!(
        message.contains("there is no image with this id"),
        "{message}"
    );
    // Too many: which ones.
    let (status, body) = post(
        &server,
        "/verify",
        &json!({"exactly": 0, "matching": {"status": 404}}),
    );
    assert_eq!(status, 409);
    assert_eq!(body["matches"][0]["number"], 1);
    assert!(body["near_misses"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_waited_for_comes() {
    let server = Server::with("docs");
    assert_eq!(server.get("/v2/openstack/images").status(), 200);
    // There already.
    let (status, body) = post(&server, "/wait", &json!({}));
    assert_eq!((status, &body["count"]), (200, &1.into()));
    // By others, while this waits; the one that is there counts.
    let address = server.address();
    std::thread::scope(|threads| {
        let waiting = threads.spawn(|| {
            let matching = json!({"operation": "nova.images.index"});
            let wanted = json!({"at_least": 4, "matching": matching, "timeout_ms": 10_000});
            let mut client = crate::golden::client::Client::new(address);
            let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
            let body = wanted.to_string();
            let path = "/_control/requests/wait";
            client
                .send("POST", path, &headers, Some(body.as_bytes()))
                .unwrap()
        });
        for _ in 0..3 {
            assert_eq!(server.get("/v2/openstack/images").status(), 200);
            assert_eq!(server.get("/v2/openstack/images/detail").status(), 200);
        }
        let waited = waiting.join().unwrap();
        assert_eq!(waited.status, 200, "{}", waited.text());
        assert!(waited.text().contains(r#""count":4"#));
    });
}

#[test]
fn what_does_not_come_in_time_is_told_with_what_nearly_did() {
    let server = Server::with("docs");
    assert_eq!(server.get("/v2/openstack/images").status(), 200);
    let matching = json!({"operation": "nova.images.index", "method": "DELETE"});
    let (status, body) = post(
        &server,
        "/wait",
        &json!({"matching": matching, "timeout_ms": 1}),
    );
    assert_eq!(status, 409);
    assert_eq!(body["near_misses"][0]["differs"], "method");
    for wrong in [
        json!({"timeout_ms": 600_001}),
        json!({"matching": {"status": "x"}}),
    ] {
        assert_eq!(post(&server, "/wait", &wrong).0, 400, "{wrong}");
    }
    // Who waits holds no thread: there is but one.
    let request = "POST /_control/requests/wait HTTP/1.1\r\nHost: localhost\r\n\
                   Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"at_least\": 99}";
    let _waiting = super::sent(&server, request);
    assert_eq!(ask(&server, "/count")["count"], 1);
}

/// A server stops also while somebody waits.
#[test]
fn a_server_that_stops_lets_nobody_wait() {
    let server = Server::with("docs");
    let body = r#"{"at_least": 99, "timeout_ms": 600000}"#;
    let request = format!(
        "POST /_control/requests/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut waiting = super::sent(&server, &request);
    let follow = "GET /_control/requests/follow HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut following = super::sent(&server, follow);
    super::read_until(&mut following, ": here");
    let started = std::thread::spawn(move || super::read_until(&mut waiting, "\r\n\r\n"));
    server.into_emulator().stop();
    assert!(started.join().unwrap().starts_with("HTTP/1.1 409"));
}
