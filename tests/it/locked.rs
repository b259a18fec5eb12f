//! A database file that another process has locked, behind a server.

use crate::golden::client::Client;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{ControlAccess, EmulatorBuilder, Fixture, SyncMode};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const IMAGE: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
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

/// A server over a file that another process has, and who has it.
fn locked(scratch: &Scratch, patience: Duration) -> (Server, Connection) {
    let server = Server::start(over(scratch).lock_patience(patience));
    let other = Connection::open(scratch.path("images.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    (server, other)
}

/// The changes of `/_control` that wait for a file, and one of Nova's; each of something of its own.
fn writes() -> impl Iterator<Item = (&'static str, String, String)> {
    let image = |number| json!({"id": format!("w-{number}"), "visibility": "public"});
    let planned = move |number| {
        let mut image = image(number);
        image["transitions"] = json!([{"to": "deactivated", "after_reads": 3}]);
        image.to_string()
    };
    let put = move |number| {
        (
            "PUT",
            format!("/_control/images/w-{number}"),
            planned(number),
        )
    };
    let docs = "/_control/images/70a599e0-31e7-49b7-b260-868f441e862b";
    let others = [
        ("POST", format!("{docs}/transition"), r#"{"to": "killed"}"#),
        ("PATCH", docs.to_owned(), r#"{"min_ram": 5}"#),
        ("DELETE", "/_control/images/no-such".to_owned(), ""),
        ("POST", "/_control/reset".to_owned(), ""),
        ("POST", "/_control/reset".to_owned(), ""),
        (
            "POST",
            "/_control/fixtures/merge".to_owned(),
            r#"{"images": [{"id": "merged", "created_at": "2026-01-01T00:00:00Z"}]}"#,
        ),
        ("PUT", ITEM.to_owned(), r#"{"meta": {"colour": "red"}}"#),
    ];
    let others = others.map(|(method, path, body)| (method, path, body.to_owned()));
    (0..40).map(put).chain(others).chain(edits())
}

/// Changes that stand in one line, whoever else changes something.
fn edits() -> impl Iterator<Item = (&'static str, String, String)> {
    (0..20).map(|number| {
        let path = format!("{IMAGE}/metadata/edit-{number}");
        let body = format!(r#"{{"meta": {{"edit-{number}": "done"}}}}"#);
        ("PUT", path, body)
    })
}

#[expect(clippy::disallowed_methods, reason = "patience is of the real time")]
fn now() -> Instant {
    Instant::now()
}

fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> u16 {
    let headers = [(JSON.0.to_owned(), JSON.1.to_owned())];
    let body = (!body.is_empty()).then_some(body.as_bytes());
    let answer = Client::new(address).send(method, path, &headers, body);
    answer.unwrap().status
}

#[test]
fn nobody_waits_but_who_writes_and_all_are_served_in_the_end() {
    let scratch = Scratch::new("locked-many");
    let (server, other) = locked(&scratch, Duration::from_secs(30));
    let made = server.send("POST", "/_control/spaces", &[JSON], r#"{"name": "other"}"#);
    assert_eq!(made.status(), 201, "{}", made.text());
    let begun = &AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let address = server.address();
        let writing: Vec<_> = writes()
            .map(|(method, path, body)| {
                scope.spawn(move || {
                    begun.fetch_add(1, Ordering::SeqCst);
                    ask(address, method, &path, &body)
                })
            })
            .collect();
        while begun.load(Ordering::SeqCst) < writing.len() {
            std::thread::yield_now();
        }
        for _ in 0..20 {
            for path in [
                "/_control/health/live",
                "/_control/health/ready",
                "/v2.1/images/detail",
                "/image/v2/images",
                "/_control/transitions",
                "/_control/images/70a599e0-31e7-49b7-b260-868f441e862b",
                "/_control/images",
                "/_control/fixtures",
            ] {
                assert_eq!(server.get(path).status(), 200, "{path}");
            }
            let path = "/_space/other/_control/reset";
            assert_eq!(server.send("POST", path, &[], "").status(), 204);
        }
        assert!(writing.iter().all(|writing| !writing.is_finished()));
        other.execute_batch("COMMIT").unwrap();
        for (writing, (method, path, _)) in writing.into_iter().zip(writes()) {
            let status = writing.join().unwrap();
            let may_be_gone = method == "DELETE";
            assert!(
                (200..300).contains(&status) || may_be_gone && status == 404,
                "{method} {path}: {status}"
            );
        }
    });
}

#[test]
fn all_who_wait_in_vain_are_told_so_together() {
    wait_in_vain("locked-in-vain", writes);
}

#[test]
fn so_are_those_who_stand_in_one_line() {
    wait_in_vain("locked-in-line", edits);
}

fn wait_in_vain<W>(name: &str, writes: fn() -> W)
where
    W: Iterator<Item = (&'static str, String, String)>,
{
    let scratch = Scratch::new(name);
    let patience = Duration::from_millis(400);
    let (server, other) = locked(&scratch, patience);
    let begun = now();
    std::thread::scope(|scope| {
        let address = server.address();
        let writing: Vec<_> = writes()
            .map(|(method, path, body)| scope.spawn(move || ask(address, method, &path, &body)))
            .collect();
        for (writing, (method, path, _)) in writing.into_iter().zip(writes()) {
            assert_eq!(writing.join().unwrap(), 503, "{method} {path}");
        }
    });
    // One behind the other they would take at least twenty times as long as one.
    assert!(begun.elapsed() < patience * 8, "{:?}", begun.elapsed());
    other.execute_batch("COMMIT").unwrap();
    for (method, path, body) in writes().filter(|(method, ..)| *method != "DELETE") {
        let status = ask(server.address(), method, &path, &body);
        assert!((200..300).contains(&status), "{method} {path}: {status}");
    }
}

const PLANNED: &str = "/image/v2/images/planned";

fn plan(server: &Server, step: &Value) {
    let planned = json!({
        "id": "planned", "visibility": "public", "owner": "openstack", "transitions": [step],
    });
    let made = server.send("POST", "/_control/images", &[JSON], &planned.to_string());
    assert_eq!(made.status(), 201, "{}", made.text());
}

fn status_of_planned(server: &Server) -> String {
    let image = server.get(PLANNED).json();
    image["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_step_that_cannot_be_taken_keeps_no_reader_waiting() {
    for step in [
        json!({"to": "deactivated", "after_seconds": 9}),
        json!({"to": "deactivated", "after_reads": 2}),
    ] {
        let scratch = Scratch::new("locked-step");
        let server = Server::start(over(&scratch).lock_patience(Duration::from_secs(30)));
        plan(&server, &step);
        let other = Connection::open(scratch.path("images.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let advanced = server.send(
            "POST",
            "/_control/clock/advance",
            &[JSON],
            r#"{"seconds": 9}"#,
        );
        assert_eq!(advanced.status(), 204);
        let begun = now();
        std::thread::scope(|scope| {
            let address = server.address();
            let read = move || {
                let paths = [
                    PLANNED,
                    "/v2/openstack/images/detail",
                    "/v2.1/images/planned",
                ];
                paths.map(|path| ask(address, "GET", path, ""))
            };
            let reading: Vec<_> = (0..40).map(|_| scope.spawn(read)).collect();
            for reading in reading {
                assert_eq!(reading.join().unwrap(), [200; 3]);
            }
        });
        assert!(begun.elapsed() < Duration::from_secs(15), "{step}");
        assert_eq!(status_of_planned(&server), "active", "{step}");
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(status_of_planned(&server), "deactivated", "{step}");
        let control = server.get("/_control/images/planned").json();
        assert!(control.get("transitions").is_none(), "{control}");
    }
}

#[test]
fn however_many_read_at_once_of_a_file_so_many_see_an_image_as_it_was() {
    let scratch = Scratch::new("counted-in-file");
    let server = Server::start(over(&scratch).lock_patience(Duration::from_secs(30)));
    for round in 0..5 {
        let made = server.send(
            "PUT",
            "/_control/images/planned",
            &[JSON],
            r#"{"visibility": "public", "transitions": [{"to": "deactivated", "after_reads": 3}]}"#,
        );
        assert!([200, 201].contains(&made.status()), "{}", made.text());
        let shown = &AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let address = server.address();
            for _ in 0..8 {
                scope.spawn(move || {
                    let answer = Client::new(address).send("GET", PLANNED, &[], None);
                    let text = answer.unwrap().text();
                    if text.contains("\"active\"") {
                        shown.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(shown.load(Ordering::SeqCst), 3, "round {round}");
    }
}

/// Whoever has begun an upload waits for its row; whoever wants data does not.
#[test]
fn data_are_sent_while_uploads_wait_for_their_rows() {
    let scratch = Scratch::new("locked-data");
    let server = Server::start(over(&scratch).lock_patience(Duration::from_secs(30)));
    for id in (0..8).map(|number| format!("u-{number}")) {
        let image = json!({"id": id, "status": "queued", "visibility": "public", "owner": "openstack",
            "disk_format": "raw", "container_format": "bare"});
        let made = server.send("POST", "/_control/images", &[JSON], &image.to_string());
        assert_eq!(made.status(), 201, "{}", made.text());
    }
    let upload = |address, number: usize| {
        let headers = [(
            "Content-Type".to_owned(),
            "application/octet-stream".to_owned(),
        )];
        let path = format!("/image/v2/images/u-{number}/file");
        let answer = Client::new(address).send("PUT", &path, &headers, Some(&b"data"[..]));
        answer.unwrap().status
    };
    assert_eq!(upload(server.address(), 0), 204);
    let other = Connection::open(scratch.path("images.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let address = server.address();
        let uploading: Vec<_> = (1..8)
            .map(|number| scope.spawn(move || upload(address, number)))
            .collect();
        for _ in 0..20 {
            assert_eq!(server.get("/image/v2/images/u-0/file").good(), "data");
        }
        assert!(uploading.iter().all(|uploading| !uploading.is_finished()));
        other.execute_batch("COMMIT").unwrap();
        for uploading in uploading {
            assert_eq!(uploading.join().unwrap(), 204);
        }
    });
}
