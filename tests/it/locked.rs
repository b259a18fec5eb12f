//! A database file that another process has locked, behind a server.

use crate::golden::client::Client;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{ControlAccess, EmulatorBuilder, Fixture, SyncMode};
use rusqlite::Connection;
use std::time::Duration;

const ITEM: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/colour";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const XML: (&str, &str) = ("Accept", "application/xml");

fn over(scratch: &Scratch) -> EmulatorBuilder {
    builder()
        .fixture(Fixture::docs().unwrap())
        .database(scratch.path("images.db"))
        .control(ControlAccess::Full)
        .lock_patience(Duration::from_millis(40))
}

#[test]
fn a6_a_write_that_waits_in_vain_is_a_503_in_each_facades_shape() {
    let scratch = Scratch::new("locked");
    let server = Server::start(over(&scratch));
    let other = Connection::open(scratch.path("images.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let item = r#"{"meta": {"colour": "blue"}}"#;
    let nova = server.send("PUT", ITEM, &[JSON], item);
    assert_eq!(nova.status(), 503, "{}", nova.text());
    assert_eq!(nova.json()["serviceUnavailable"]["code"], 503);
    let nova = server.send("PUT", ITEM, &[JSON, XML], item).text();
    assert!(nova.contains("<serviceUnavailable code=\"503\""), "{nova}");

    let v3 = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user":
        {"name": "demo", "domain": {"id": "default"}, "password": "secret"}}}}}"#;
    let keystone = server.send("POST", "/v3/auth/tokens", &[JSON], v3);
    assert_eq!(keystone.status(), 503, "{}", keystone.text());
    assert_eq!(keystone.json()["error"]["code"], 503);
    let v2 = r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "secret"}}}"#;
    let keystone = server.send("POST", "/v2.0/tokens", &[JSON], v2);
    assert_eq!(keystone.status(), 503, "{}", keystone.text());
    assert_eq!(keystone.json()["error"]["code"], 503);

    let control = server.send("POST", "/_control/reset", &[], "");
    assert_eq!(control.status(), 503, "{}", control.text());
    assert_eq!(control.json()["error"]["code"], 503);

    // Who reads does not wait, and nothing has changed.
    assert_eq!(server.get(ITEM).status(), 404);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(server.send("PUT", ITEM, &[JSON], item).status(), 200);
    assert_eq!(server.get(ITEM).status(), 200);
}

#[test]
fn a_write_outlives_the_server_whatever_it_waits_for() {
    for mode in [SyncMode::Full, SyncMode::Normal] {
        let scratch = Scratch::new(&format!("synced-{mode:?}"));
        let server = Server::start(over(&scratch).sync(mode));
        let item = r#"{"meta": {"colour": "blue"}}"#;
        assert_eq!(server.send("PUT", ITEM, &[JSON], item).status(), 200);
        drop(server);
        let server = Server::start(over(&scratch).sync(mode));
        assert_eq!(server.get(ITEM).json()["meta"]["colour"], "blue");
    }
}

/// Where an image changes by being read, readers of images wait for whoever has the file; nobody else does.
#[test]
fn who_is_counted_for_a_plan_keeps_nobody_else_waiting() {
    let scratch = Scratch::new("locked-plan");
    let server = Server::start(over(&scratch).lock_patience(Duration::from_secs(20)));
    let planned = serde_json::json!({
        "id": "planned", "visibility": "public", "owner": "openstack",
        "transitions": [{"to": "deactivated", "after_reads": 1}],
    });
    let made = server.send("POST", "/_control/images", &[JSON], &planned.to_string());
    assert_eq!(made.status(), 201, "{}", made.text());
    let other = Connection::open(scratch.path("images.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let address = server.address();
        let read = move || {
            let path = "/v2/openstack/images/planned";
            let answer = Client::new(address).send("GET", path, &[], None);
            answer.unwrap().status
        };
        let reading: Vec<_> = (0..6).map(|_| scope.spawn(read)).collect();
        for _ in 0..40 {
            assert_eq!(server.get("/_control/health/live").status(), 200);
        }
        assert!(reading.iter().all(|reading| !reading.is_finished()));
        other.execute_batch("COMMIT").unwrap();
        for reading in reading {
            assert_eq!(reading.join().unwrap(), 200);
        }
    });
    let image = server.get("/image/v2/images/planned").json();
    assert_eq!(image["status"], "deactivated");
}
