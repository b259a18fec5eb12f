//! Back to the fixture, as if just started.

use crate::command::process::{Running, text};
use crate::golden::client::Client;
use crate::harness::{NOW, Server, builder};
use crate::scratch::Scratch;
use nova_images::{ControlAccess, Emulator, Fixture, ResetError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

const IMAGE: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
const ADMIN: [(&str, &str); 2] = [
    ("X-Auth-Token", "admin-token"),
    ("Content-Type", "application/json"),
];

fn reset(server: &Server) {
    let answer = server.send("POST", "/_control/reset", &[], "");
    assert_eq!(answer.status(), 204, "{}", answer.text());
}

/// What a client is told that it can tell runs apart by: a request's id, and a token.
fn drawn(server: &Server) -> (String, String) {
    let id = server.get(IMAGE).header("x-compute-request-id");
    let body = r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "secret"}}}"#;
    let token = server.send("POST", "/v2.0/tokens", &[ADMIN[1]], body);
    (
        id.unwrap(),
        token.json()["access"]["token"]["id"].to_string(),
    )
}

#[test]
fn d12_clock_and_ids_begin_again() {
    let scratch = Scratch::new("begin-again");
    for database in [None, Some(scratch.path("cloud.db"))] {
        let mut builder = builder().fixture(Fixture::docs().unwrap());
        if let Some(path) = database {
            builder = builder.database(path).control(ControlAccess::Full);
        }
        let server = Server::start(builder);
        let first = drawn(&server);
        let list = server.get("/v2/openstack/images/detail").good();
        let nova = server.emulator();
        nova.clock().advance(Duration::from_secs(3600)).unwrap();
        nova.clock().run();
        assert_ne!(drawn(&server), first);
        assert_eq!(server.send("DELETE", IMAGE, &ADMIN, "").status(), 204);
        reset(&server);
        assert!(nova.clock().is_frozen());
        assert_eq!(nova.clock().now().to_string(), NOW);
        assert_eq!(drawn(&server), first);
        assert_eq!(server.get("/v2/openstack/images/detail").good(), list);
        nova.reset().unwrap();
        assert_eq!(drawn(&server), first);
    }
}

#[test]
fn tokens_end_with_a_reset() {
    let scratch = Scratch::new("tokens-end");
    for database in [None, Some(scratch.path("cloud.db"))] {
        let mut builder = builder().fixture(Fixture::docs().unwrap()).seed(1);
        let is_file = database.is_some();
        if let Some(path) = database {
            builder = builder.database(path);
        }
        let server = Server::start(builder);
        let (_, token) = drawn(&server);
        let headers = [ADMIN[0], ("X-Subject-Token", token.trim_matches('"'))];
        let look = || server.get_with("/v3/auth/tokens", &headers).status();
        assert_eq!(look(), 200);
        server.emulator().reset().unwrap();
        assert_eq!(look(), 404, "{is_file}");
    }
}

/// What was kept for a list of one generation is never given at another.
#[test]
fn the_generation_goes_on() {
    let server = Server::with("docs");
    let list = || server.get("/v2/openstack/images/detail").good();
    let first = list();
    for _ in 0..3 {
        assert_eq!(list(), first);
        assert_eq!(list(), first);
        assert_eq!(server.send("DELETE", IMAGE, &ADMIN, "").status(), 204);
        let without = list();
        assert_ne!(without, first);
        assert_eq!(list(), without);
        reset(&server);
        assert_eq!(list(), first);
        assert_eq!(server.get("/api/openstack-images/").status(), 200);
    }
}

/// Under way stands for: two clients that list, one that writes, and Waldur.
#[test]
fn a_reset_under_load_tears_nothing() {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()).workers(2));
    let nova = server.emulator();
    let ids = |text: &str| text.matches("\"minRam\"").count();
    let admin = ADMIN.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let all = "/v2/openstack/images/detail";
    let mut client = Client::new(server.address());
    let full = ids(&client.send("GET", all, &admin, None).unwrap().text());
    assert!(full > 5);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut client = Client::new(nova.address());
            for _ in 0..40 {
                let listed = client
                    .send("GET", "/v2/openstack/images", &admin, None)
                    .unwrap();
                let listed: serde_json::Value = serde_json::from_slice(&listed.body).unwrap();
                // On a slow machine all are gone before the next reset.
                let Some(id) = listed["images"][0]["id"].as_str() else {
                    std::thread::yield_now();
                    continue;
                };
                let target = format!("/v2/openstack/images/{id}");
                let answer = client.send("DELETE", &target, &admin, None).unwrap();
                assert!(
                    [204, 403, 404].contains(&answer.status),
                    "{}",
                    answer.text()
                );
            }
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = Client::new(nova.address());
                    for _ in 0..40 {
                        for target in [all, "/api/openstack-images/"] {
                            let answer = client.send("GET", target, &admin, None).unwrap();
                            assert_eq!(answer.status, 200, "{}", answer.text());
                            assert!(ids(&answer.text()) <= full);
                        }
                    }
                })
            })
            .collect();
        while !writer.is_finished() || !readers.iter().all(ScopedJoinHandle::is_finished) {
            nova.reset().unwrap();
        }
    });
    nova.reset().unwrap();
    assert_eq!(
        ids(&client.send("GET", all, &admin, None).unwrap().text()),
        full
    );
}

#[test]
fn d12_a_file_without_a_fixture_has_nothing_to_go_back_to() {
    let scratch = Scratch::new("nothing-to-go-back-to");
    let path = scratch.path("cloud.db");
    let over = || builder().database(&path).control(ControlAccess::Full);
    drop(over().fixture(Fixture::docs().unwrap()).start().unwrap());
    let server = Server::start(over());
    assert_eq!(server.send("DELETE", IMAGE, &[], "").status(), 204);
    server
        .emulator()
        .clock()
        .advance(Duration::from_secs(60))
        .unwrap();
    let list = server.get("/v2/openstack/images/detail").good();
    let refused = server.send("POST", "/_control/reset", &[], "");
    assert_eq!(refused.status(), 409);
    assert!(
        refused.text().contains("without a fixture"),
        "{}",
        refused.text()
    );
    let refused = server.emulator().reset();
    assert!(matches!(refused, Err(ResetError::NoFixture)), "{refused:?}");
    assert_eq!(server.get("/v2/openstack/images/detail").good(), list);
    let clock = server.get("/_control/clock").json();
    assert_eq!(clock["now"], "2026-01-01T12:01:00Z");
}

#[test]
fn d12_the_fixture_of_a_file_is_read_again_whole() {
    let scratch = Scratch::new("read-again");
    let page = |id: &str| {
        format!(
            r#"{{"images": [{{"id": "{id}", "visibility": "public",
                "created_at": "2026-01-01T00:00:00Z"}}]}}"#
        )
    };
    let fixture = scratch.file("own.json", page("first"));
    let database = scratch.path("cloud.db");
    let options = ["--database", text(&database), "--control", "full"];
    let server = Running::serve(&[&options[..], &["--fixture", text(&fixture)]].concat());
    let has = |id: &str| server.ask("GET", "/v2/p/images", &[], "").1.contains(id);
    let reset = || server.ask("POST", "/_control/reset", &[], "");
    assert!(has("first"));
    std::fs::write(&fixture, page("second")).unwrap();
    assert_eq!(reset().0, 204);
    assert!(has("second") && !has("first"));
    for wrong in [r#"{"images": [{"id": "third"}]}"#, "{"] {
        std::fs::write(&fixture, wrong).unwrap();
        let (status, why) = reset();
        assert_eq!(status, 409);
        assert!(why.contains("own.json"), "{why}");
        assert!(has("second"));
    }
    std::fs::remove_file(&fixture).unwrap();
    let (status, why) = reset();
    assert_eq!(status, 409);
    assert!(why.contains("own.json") && has("second"), "{why}");
    drop(server);

    // The images of a new database were nobody's word.
    let database = scratch.path("other.db");
    let server = Running::serve(&["--database", text(&database), "--control", "full"]);
    assert_eq!(server.ask("POST", "/_control/reset", &[], "").0, 409);
    assert!(
        server
            .ask("GET", "/v2/p/images", &[], "")
            .1
            .contains("fakeimage7")
    );
}

/// What is answered is what was done, whatever comes right behind it.
#[test]
fn a_reset_behind_a_creation_does_not_make_it_one_of_nothing() {
    // Without a seed: ids that repeat would be another's.
    let server = Server::start(Emulator::builder().fixture(Fixture::docs().unwrap()));
    let address = server.address();
    let headers: Vec<_> = ADMIN
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let resetting = scope.spawn(|| {
            let mut client = Client::new(address);
            while !is_over.load(Ordering::SeqCst) {
                let reset = client.send("POST", "/_control/reset", &[], None);
                assert_eq!(reset.unwrap().status, 204);
            }
        });
        let creating = (0..3).map(|_| {
            scope.spawn(|| {
                let mut client = Client::new(address);
                let octets = ("Content-Type", "application/octet-stream");
                let v1 = [
                    ("X-Auth-Token", "admin-token"),
                    ("x-image-meta-name", "one"),
                    ("x-image-meta-disk_format", "raw"),
                    ("x-image-meta-container_format", "bare"),
                    octets,
                ];
                let v1 = v1.map(|(name, value)| (name.to_owned(), value.to_owned()));
                for _ in 0..40 {
                    let body = Some(&b"{}"[..]);
                    let made = client.send("POST", "/_control/images", &headers, body);
                    let made = made.unwrap();
                    assert_eq!(made.status, 201, "{}", made.text());
                    let made = client.send("PUT", "/_control/images/put", &headers, body);
                    let made = made.unwrap();
                    assert!([200, 201].contains(&made.status), "{}", made.text());
                    let made = client.send("POST", "/image/v1/images", &v1[..4], None);
                    let made = made.unwrap();
                    assert_eq!(made.status, 201, "{}", made.text());
                    // Its image may go before its data are there.
                    let made = client.send("POST", "/image/v1/images", &v1, Some(b"data"));
                    let made = made.unwrap();
                    assert!([201, 412].contains(&made.status), "{}", made.text());
                }
            })
        });
        let creating: Vec<_> = creating.collect();
        let created: Vec<_> = creating.into_iter().map(ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::SeqCst);
        resetting.join().unwrap();
        for created in created {
            created.unwrap();
        }
    });
}
