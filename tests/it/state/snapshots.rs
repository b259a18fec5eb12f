//! The whole state under a name.

use super::{ADMIN, IMAGE, JSON, done, dump, list, list_with, paint, post, sign_in_v3};
use crate::golden::client::Client;
use crate::harness::{NOW, Server, builder};
use crate::scratch::Scratch;
use nova_images::{AuthMode, ControlAccess, Fixture, Image, Timestamp, Visibility};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn save(server: &Server, name: &str) -> serde_json::Value {
    let answer = server.send("PUT", &format!("/_control/snapshots/{name}"), &[], "");
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()
}

fn restore(server: &Server, name: &str) {
    done(&post_to(server, name));
}

fn post_to(server: &Server, name: &str) -> crate::harness::Response {
    let path = format!("/_control/snapshots/{name}/restore");
    server.send("POST", &path, &[], "")
}

fn names(server: &Server) -> Vec<String> {
    let listed = server.get("/_control/snapshots").json();
    let snapshots = listed["snapshots"].as_array().unwrap().iter();
    snapshots
        .map(|snapshot| snapshot["name"].as_str().unwrap().to_owned())
        .collect()
}

/// In memory, and in a file.
fn servers(test: &str) -> Vec<(Server, Option<Scratch>)> {
    let start = |scratch: Option<Scratch>| {
        let mut builder = builder()
            .auth(AuthMode::Strict)
            .fixture(Fixture::docs().unwrap());
        if let Some(scratch) = &scratch {
            builder = builder
                .database(scratch.path("cloud.db"))
                .control(ControlAccess::Full);
        }
        (Server::start(builder), scratch)
    };
    vec![start(None), start(Some(Scratch::new(test)))]
}

#[test]
fn all_is_as_it_was() {
    for (server, _scratch) in servers("all-as-it-was") {
        let nova = server.emulator();
        let look = || {
            let headers = [("X-Auth-Token", "admin-token")];
            let target = "/v2/openstack/images/detail";
            server.get_with(target, &headers).good()
        };
        paint(&server, "red");
        let (_, token) = sign_in_v3(&server, "demo", "secret", "openstack");
        nova.clock().advance(Duration::from_secs(60)).unwrap();
        let info = save(&server, "red");
        assert_eq!(info["name"], "red");
        assert_eq!(info["images"], 8);
        assert_eq!(info["taken_at"], "2026-01-01T12:01:00Z");
        assert!(info["bytes"].as_u64().unwrap() > 10_000, "{info}");
        let (_, first) = sign_in_v3(&server, "admin", "secret", "openstack");
        let (state, seen) = (dump(&server), look());

        paint(&server, "blue");
        let path = format!("/v2/openstack/images/{IMAGE}");
        assert_eq!(server.send("DELETE", &path, &ADMIN, "").status(), 204);
        let user = r#"{"name": "ada", "password": "pass"}"#;
        assert_eq!(post(&server, "/_control/users", user).status(), 201);
        let revoked = [ADMIN[0], ("X-Subject-Token", token.as_str())];
        assert_eq!(
            server
                .send("DELETE", "/v3/auth/tokens", &revoked, "")
                .status(),
            204
        );
        nova.clock().run();
        assert_ne!(look(), seen);

        restore(&server, "red");
        assert_eq!((dump(&server), look()), (state.clone(), seen));
        assert!(nova.clock().is_frozen());
        assert_eq!(nova.clock().now().to_string(), "2026-01-01T12:01:00Z");
        // The token that was there is there again, and that which came later is not.
        assert_eq!(
            (list_with(&server, &token), list_with(&server, &first)),
            (200, 401)
        );
        // Ids are drawn again as they were.
        restore(&server, "red");
        assert_eq!(sign_in_v3(&server, "admin", "secret", "openstack").1, first);
        nova.clock().advance(Duration::from_secs(86_400)).unwrap();
        assert_eq!(list_with(&server, &token), 401);
        // Of a snapshot there is as much use as one likes.
        restore(&server, "red");
        assert_eq!(dump(&server), state);
        assert_eq!(list_with(&server, &token), 200);
        nova.reset().unwrap();
        assert_eq!(nova.clock().now().to_string(), NOW);
        assert_eq!(names(&server), ["red"]);
    }
}

#[test]
fn they_are_listed_replaced_and_removed() {
    let server = Server::with("docs");
    assert_eq!(names(&server), [""; 0]);
    save(&server, "b");
    save(&server, "a.1");
    paint(&server, "red");
    save(&server, "b");
    assert_eq!(names(&server), ["a.1", "b"]);
    let (red, plain) = (list(&server), "a.1");
    restore(&server, plain);
    assert_ne!(list(&server), red);
    restore(&server, "b");
    assert_eq!(list(&server), red);
    let remove = || {
        server
            .send("DELETE", "/_control/snapshots/b", &[], "")
            .status()
    };
    assert_eq!((remove(), remove()), (204, 404));
    assert_eq!(post_to(&server, "b").status(), 404);
    assert_eq!(names(&server), ["a.1"]);
    for name in [".a", "a%20b", "%2e%2e", &"x".repeat(65)] {
        let path = format!("/_control/snapshots/{name}");
        assert_eq!(server.send("PUT", &path, &[], "").status(), 400, "{name}");
    }
    for number in 0..99 {
        save(&server, &format!("n{number}"));
    }
    let refused = server.send("PUT", "/_control/snapshots/more", &[], "");
    assert_eq!(refused.status(), 409);
    assert!(
        refused.text().contains("there are 100 snapshots already"),
        "{}",
        refused.text()
    );
    save(&server, "n0");
}

/// Data that only a snapshot has stay, and are there again with it.
#[test]
fn data_come_back() {
    for (server, _scratch) in servers("data-come-back") {
        let create = r#"{"name": "with data", "disk_format": "raw", "container_format": "bare"}"#;
        let created = server.send("POST", "/image/v2/images", &ADMIN, create);
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let file = format!("/image/v2/images/{id}/file");
        let upload = [ADMIN[0], ("Content-Type", "application/octet-stream")];
        assert_eq!(
            server.send("PUT", &file, &upload, "some data").status(),
            204
        );
        save(&server, "with-data");
        let path = format!("/image/v2/images/{id}");
        assert_eq!(server.send("DELETE", &path, &ADMIN, "").status(), 204);
        assert_eq!(server.get_with(&file, &ADMIN).status(), 404);
        for _ in 0..2 {
            restore(&server, "with-data");
            assert_eq!(server.get_with(&file, &ADMIN).good(), "some data");
        }
        server.emulator().reset().unwrap();
        restore(&server, "with-data");
        let remove = server.send("DELETE", "/_control/snapshots/with-data", &[], "");
        assert_eq!(remove.status(), 204);
        // What the space has is its own by then.
        assert_eq!(server.get_with(&file, &ADMIN).good(), "some data");
    }
}

#[test]
fn an_upload_that_is_under_way_is_not_in_it() {
    let server = Server::with("docs");
    let create = r#"{"name": "late", "disk_format": "raw", "container_format": "bare"}"#;
    let created = server.send("POST", "/image/v2/images", &ADMIN, create);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    save(&server, "queued");
    let upload = [ADMIN[0], ("Content-Type", "application/octet-stream")];
    let file = format!("/image/v2/images/{id}/file");
    assert_eq!(server.send("PUT", &file, &upload, "data").status(), 204);
    restore(&server, "queued");
    let shown = server.get_with(&format!("/image/v2/images/{id}"), &ADMIN);
    assert_eq!(shown.json()["status"], "queued");
    assert_eq!(server.send("PUT", &file, &upload, "others").status(), 204);
    assert_eq!(server.get_with(&file, &ADMIN).good(), "others");
}

/// How far images had come in their plans, in memory and across a start.
#[test]
fn plans_come_back() {
    let scratch = Scratch::new("plans-come-back");
    let start = || {
        let folder = scratch.path("snapshots");
        let fixture = Fixture::docs().unwrap();
        Server::start(builder().fixture(fixture).snapshot_dir(folder))
    };
    let server = start();
    let body = r#"{"id": "planned", "status": "queued", "transitions": [
        {"to": "saving", "after_seconds": 10}, {"to": "active", "after_seconds": 10}]}"#;
    let made = post(&server, "/_control/images", body);
    assert_eq!(made.status(), 201, "{}", made.text());
    let status = |server: &Server| {
        let shown = server.get("/_control/images/planned").json();
        shown["status"].as_str().unwrap().to_owned()
    };
    let advance = |server: &Server, seconds: u64| {
        let clock = server.emulator().clock();
        clock.advance(Duration::from_secs(seconds)).unwrap();
        status(server)
    };
    assert_eq!(advance(&server, 13), "saving");
    save(&server, "half-way");
    assert_eq!(advance(&server, 20), "active");
    restore(&server, "half-way");
    assert_eq!(status(&server), "saving");
    assert_eq!(
        (advance(&server, 6), advance(&server, 2)),
        ("saving".to_owned(), "active".to_owned())
    );
    drop(server);
    let server = start();
    restore(&server, "half-way");
    assert_eq!(
        (advance(&server, 6), advance(&server, 2)),
        ("saving".to_owned(), "active".to_owned())
    );
    server.emulator().reset().unwrap();
    assert_eq!(server.get("/_control/images/planned").status(), 404);
}

#[test]
fn spaces_have_their_own() {
    let server = Server::with("docs");
    let nova = server.emulator();
    let [one, other] = ["one", "other"].map(|name| nova.make_space(name).make().unwrap());
    one.snapshot("s").unwrap();
    assert_eq!(other.snapshots().len(), 0);
    assert!(other.restore("s").is_err());
    let path = "/_space/one/_control/snapshots/s/restore";
    one.load_fixture(Fixture::named("none").unwrap()).unwrap();
    assert_eq!(server.send("POST", path, &[JSON], "").status(), 204);
    assert_eq!(one.dump().unwrap().images().len(), 8);
    nova.remove_space("one");
    assert!(one.snapshot("s").is_err());
    let again = nova.make_space("one").make().unwrap();
    assert_eq!(again.snapshots().len(), 0);
}

fn numbered(colour: &str, count: usize) -> Fixture {
    let image = |number: usize| {
        Image::builder(format!("{colour}-{number:05}"))
            .name(format!("{colour} {}", "x".repeat(300)))
            .visibility(Visibility::Public)
            .created_at(Timestamp::from_micros(i64::try_from(number).unwrap()))
            .build()
    };
    Fixture::of((0..count).map(image))
}

/// Whoever reads in the middle of it reads the one or the other, whole.
#[test]
fn readers_see_the_one_or_the_other() {
    const IMAGES: usize = 1500;
    let server = Server::start(
        builder()
            .max_limit(10_000)
            .workers(2)
            .fixture(numbered("red", IMAGES)),
    );
    let nova = server.emulator();
    nova.snapshot("red").unwrap();
    nova.load_fixture(numbered("blue", IMAGES)).unwrap();
    nova.snapshot("blue").unwrap();
    let is_over = AtomicBool::new(false);
    let (address, is_over) = (server.address(), &is_over);
    std::thread::scope(|scope| {
        let clients = [(); 8].map(|()| {
            scope.spawn(move || {
                let mut client = Client::new(address);
                let mut lists = 0;
                while !is_over.load(Ordering::Acquire) {
                    let target = "/v2/p/images/detail?limit=10000";
                    let text = client.send("GET", target, &[], None).unwrap().text();
                    let [red, blue] = ["red-", "blue-"]
                        .map(|colour| text.matches(&format!("\"id\": \"{colour}")).count());
                    assert!(
                        [(IMAGES, 0), (0, IMAGES)].contains(&(red, blue)),
                        "{red} {blue}"
                    );
                    lists += 1;
                }
                lists
            })
        });
        for round in 0..20 {
            let name = ["red", "blue"][round % 2];
            nova.restore(name).unwrap();
            // What was kept of the other is never given.
            let first = server.get("/v2/p/images?limit=1").good();
            assert!(first.contains(&format!("\"{name}-")), "{first}");
        }
        is_over.store(true, Ordering::Release);
        let lists: usize = clients.map(|client| client.join().unwrap()).iter().sum();
        assert!(lists >= 8, "{lists}");
    });
}
