//! What becomes of images that are really uploaded.

use super::{ADMIN, ID, advance, at, control, create, image, nova, status};
use crate::harness::{NOW, Response, Server, builder};
use crate::scratch::Scratch;
use nova_images::{EmulatorBuilder, Fixture, UploadTransitions};
use serde_json::{Value, json};

const OCTETS: [(&str, &str); 2] = [
    ("X-Auth-Token", "admin-token"),
    ("Content-Type", "application/octet-stream"),
];

fn docs() -> EmulatorBuilder {
    builder().fixture(Fixture::docs().unwrap())
}

/// A queued image in Glance.
fn register(server: &Server) {
    let body = json!({"id": ID, "name": "up", "disk_format": "raw", "container_format": "bare",
        "visibility": "public"});
    let made = server.send("POST", "/image/v2/images", &ADMIN, &body.to_string());
    assert_eq!(made.status(), 201, "{}", made.text());
}

fn upload(server: &Server, data: &str) -> Response {
    server.send("PUT", &format!("/image/v2/images/{ID}/file"), &OCTETS, data)
}

fn download(server: &Server) -> Response {
    server.get_with(&format!("/image/v2/images/{ID}/file"), &ADMIN)
}

fn glance(server: &Server) -> Value {
    let shown = server.get_with(&format!("/image/v2/images/{ID}"), &ADMIN);
    serde_json::from_str(&shown.good()).unwrap()
}

fn say(server: &Server, uploads: &Value) {
    let said = control(server, "PUT", "/transitions", &json!({"uploads": uploads}));
    assert_eq!(said.json(), json!({"uploads": uploads}), "{uploads}");
}

fn turn(server: &Server, to: &str) {
    let path = format!("/images/{ID}/transition");
    control(server, "POST", &path, &json!({"to": to})).good();
}

#[test]
fn at_once_unless_somebody_says_otherwise() {
    let server = Server::start(docs());
    let shown = control(&server, "GET", "/transitions", &Value::Null);
    assert_eq!(shown.json(), json!({"uploads": "immediate"}));
    register(&server);
    assert_eq!(upload(&server, "hello").status(), 204);
    assert_eq!(nova(&server, ID).0, "ACTIVE");
}

#[test]
fn an_upload_stays_saving_until_its_time_has_come() {
    let server = Server::start(docs().transitions(UploadTransitions::AfterSeconds(5)));
    register(&server);
    assert_eq!(upload(&server, "hello").status(), 204);
    assert_eq!(nova(&server, ID), ("SAVING".to_owned(), 50));
    let saving = glance(&server);
    assert_eq!(
        (&saving["checksum"], &saving["size"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(download(&server).status(), 204);
    // A second upload is refused as the first one goes on.
    assert_eq!(upload(&server, "other").status(), 409);
    assert_eq!(
        image(&server, ID)["transitions"],
        json!([{"to": "active", "after_seconds": 5}])
    );
    advance(&server, 7);
    let active = glance(&server);
    assert_eq!(active["checksum"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(
        (&active["size"], &active["virtual_size"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(
        (&active["status"], &active["updated_at"]),
        (&json!("active"), &json!(at(5)))
    );
    assert_eq!(download(&server).good(), "hello");
}

#[test]
fn an_upload_by_reads_and_by_hand_through_both_apis() {
    let server = Server::start(docs().transitions(UploadTransitions::Manual));
    let headers = [
        ("X-Auth-Token", "admin-token"),
        ("Content-Type", "application/octet-stream"),
        ("x-image-meta-id", ID),
        ("x-image-meta-name", "up"),
        ("x-image-meta-disk_format", "raw"),
        ("x-image-meta-container_format", "bare"),
    ];
    let made = server.send("POST", "/image/v1/images", &headers, "hello");
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(made.json()["image"]["status"], "saving");
    advance(&server, 10_000);
    assert_eq!(status(&server, ID), "saving");
    turn(&server, "active");
    assert_eq!(download(&server).good(), "hello");
    control(&server, "DELETE", &format!("/images/{ID}"), &Value::Null).status();

    say(&server, &json!({"after_reads": 2}));
    register(&server);
    upload(&server, "hello").status();
    let seen: Vec<_> = (0..4).map(|_| nova(&server, ID).0).collect();
    assert_eq!(seen, ["SAVING", "SAVING", "ACTIVE", "ACTIVE"]);
    assert_eq!(download(&server).good(), "hello");
}

#[test]
fn uploads_that_come_to_nothing() {
    let server = Server::start(docs());
    say(&server, &json!([{"to": "killed", "after_seconds": 3}]));
    register(&server);
    upload(&server, "hello").status();
    advance(&server, 3);
    assert_eq!(nova(&server, ID), ("ERROR".to_owned(), 0));
    assert_eq!(download(&server).status(), 204);
    // Brought to life by hand, it has no data all the same.
    turn(&server, "active");
    assert_eq!(download(&server).status(), 204);

    // What is not as it was announced fails at once, as ever.
    say(&server, &json!("manual"));
    control(&server, "DELETE", &format!("/images/{ID}"), &Value::Null).status();
    register(&server);
    let headers = [OCTETS[0], OCTETS[1], ("x-openstack-image-size", "7")];
    let path = format!("/image/v2/images/{ID}/file");
    assert_eq!(server.send("PUT", &path, &headers, "hello").status(), 400);
    assert_eq!(status(&server, ID), "queued");
    // Deleted while it waits.
    upload(&server, "hello").status();
    server
        .send("DELETE", &format!("/image/v2/images/{ID}"), &ADMIN, "")
        .status();
    turn(&server, "active");
    assert_eq!(download(&server).status(), 204);
    // Changed by hand while it waits.
    control(&server, "DELETE", &format!("/images/{ID}"), &Value::Null).status();
    register(&server);
    upload(&server, "hello").status();
    let patch = json!({"status": "active"});
    control(&server, "PATCH", &format!("/images/{ID}"), &patch).good();
    assert_eq!(download(&server).status(), 204);
    // A reset.
    control(&server, "DELETE", &format!("/images/{ID}"), &Value::Null).status();
    register(&server);
    upload(&server, "hello").status();
    assert_eq!(
        control(&server, "POST", "/reset", &Value::Null).status(),
        204
    );
    let shown = control(&server, "GET", "/transitions", &Value::Null);
    assert_eq!(shown.json(), json!({"uploads": "immediate"}));
    create(&server, ID, &json!({"status": "saving"}));
    turn(&server, "active");
    assert_eq!(
        (status(&server, ID), download(&server).status()),
        ("active".to_owned(), 204)
    );
}

#[test]
fn an_upload_follows_the_plan_of_its_image() {
    let server = Server::start(docs());
    let steps =
        json!([{"to": "importing", "after_reads": 1}, {"to": "active", "after_seconds": 4}]);
    create(
        &server,
        ID,
        &json!({"status": "queued", "disk_format": "raw", "container_format": "bare",
        "transitions": steps}),
    );
    assert_eq!(upload(&server, "hello").status(), 204);
    assert_eq!(nova(&server, ID), ("SAVING".to_owned(), 50));
    assert_eq!(status(&server, ID), "importing");
    assert_eq!(download(&server).status(), 204);
    advance(&server, 4);
    assert_eq!(
        (status(&server, ID), download(&server).good()),
        ("active".to_owned(), "hello".to_owned())
    );
}

#[test]
fn a_list_of_words_says_what_was_said() {
    let server = Server::start(docs());
    for uploads in [
        json!("manual"),
        json!({"after_seconds": 0}),
        json!({"after_reads": 3}),
        json!([{"to": "saving", "after_reads": 3}, {"to": "active", "manual": true}]),
        json!("immediate"),
    ] {
        say(&server, &uploads);
        assert_eq!(
            control(&server, "GET", "/transitions", &Value::Null).json()["uploads"],
            uploads
        );
    }
}

/// Plans are in memory: what waited for one is queued again, as an upload is that was cut off.
#[test]
fn a_database_has_no_plans() {
    let scratch = Scratch::new("plans");
    let path = scratch.path("nova.db");
    let start = || {
        let control = nova_images::ControlAccess::Full;
        Server::start(
            docs()
                .database(&path)
                .control(control)
                .transitions(UploadTransitions::Manual),
        )
    };
    let server = start();
    register(&server);
    upload(&server, "hello").status();
    assert_eq!(status(&server, ID), "saving");
    let other = super::OTHER;
    create(
        &server,
        other,
        &json!({"status": "saving", "transitions": [{"to": "active", "after_seconds": 1}]}),
    );
    drop(server);
    let server = start();
    assert_eq!(
        (status(&server, ID), status(&server, other)),
        ("queued".to_owned(), "saving".to_owned())
    );
    advance(&server, 5);
    assert_eq!(status(&server, other), "saving");
    assert_eq!(upload(&server, "again").status(), 204);
    turn(&server, "active");
    assert_eq!(
        (
            download(&server).good(),
            image(&server, ID)["updated_at"].clone()
        ),
        ("again".to_owned(), json!(at(5)))
    );
    // By time and by reads in a file, too.
    let steps =
        json!([{"to": "deactivated", "after_seconds": 5}, {"to": "active", "after_reads": 2}]);
    let patch = json!({"transitions": steps});
    control(&server, "PATCH", &format!("/images/{other}"), &patch).good();
    advance(&server, 5);
    let seen: Vec<_> = (0..3).map(|_| nova(&server, other).0).collect();
    assert_eq!(seen, ["UNKNOWN", "UNKNOWN", "ACTIVE"]);
    assert!(NOW < at(5).as_str());
}
