//! Images as they were when a fault was made.

use super::{ADMIN, Headers, IMAGE, LIST, MARK, NONE, XML, add, clear, paint, with};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{Fault, FaultError, Fixture};
use serde_json::json;

/// Reads of every service that shows images.
const READS: [(&str, Headers); 7] = [
    (LIST, NONE),
    (LIST, XML),
    ("/v2.1/openstack/images/detail", NONE),
    ("/v2.1/images", NONE),
    ("/image/v2/images", NONE),
    ("/image/v1/images/detail", NONE),
    ("/api/openstack-images/", NONE),
];

fn reads(server: &Server) -> Vec<String> {
    let bodies = READS
        .iter()
        .map(|(target, headers)| server.get_with(target, headers).good());
    bodies.collect()
}

fn delete(server: &Server) {
    let gone = server.send("DELETE", &format!("/v2.1/images/{IMAGE}"), ADMIN, "");
    assert_eq!(gone.status(), 204);
}

#[test]
fn reads_show_what_was() {
    let server = with(&[]);
    let before = reads(&server);
    add(&server, &json!({"stale": true}));
    assert_eq!(paint(&server, "", "red").status(), 200);
    delete(&server);
    // Twice: what is kept of an answer is kept of the right images.
    for _ in 0..2 {
        assert_eq!(reads(&server), before);
    }
    let show = format!("/v2/openstack/images/{IMAGE}");
    let shown = server.get(&show);
    assert_eq!(
        (shown.status(), shown.header(MARK).as_deref()),
        (200, Some("1"))
    );
    // A write sees what is, and is no business of the fault's. Administrators see what is gone.
    let painted = paint(&server, "", "blue");
    assert_eq!((painted.status(), painted.header(MARK)), (403, None));
    clear(&server);
    let after = reads(&server);
    assert!(
        after
            .iter()
            .zip(&before)
            .all(|(after, before)| after != before)
    );
    assert_eq!(server.get(&show).status(), 404);
}

#[test]
fn every_fault_has_a_moment_of_its_own() {
    let server = with(&[]);
    let colour = format!("/v2/openstack/images/{IMAGE}/metadata");
    for (place, colour) in ["red", "green"].into_iter().enumerate() {
        paint(&server, "", colour).good();
        add(
            &server,
            &json!({"stale": true, "header": {"X-Moment": place.to_string()}}),
        );
    }
    paint(&server, "", "blue").good();
    for (moment, expected) in [("0", "red"), ("1", "green"), ("2", "blue"), ("0", "red")] {
        let shown = server.get_with(&colour, &[("X-Moment", moment)]).good();
        assert!(shown.contains(expected), "{moment}: {shown}");
    }
    // Users, tokens and limits are those of the space.
    add(&server, &json!({"name": "all", "stale": true}));
    let body = json!({"auth": {"passwordCredentials": {"username": "demo", "password": "secret"}, "tenantName": "demo"}});
    let signed = server
        .send("POST", "/v2.0/tokens", super::JSON, &body.to_string())
        .json();
    let token = signed["access"]["token"]["id"].as_str().unwrap();
    let listed = server.get_with("/v3/auth/projects", &[("X-Auth-Token", token)]);
    assert_eq!(listed.status(), 200, "{}", listed.text());
}

/// Data of an image that is gone are there as long as somebody shows it.
#[test]
fn data_stay_as_long_as_they_are_shown() {
    let server = with(&[]);
    let image = r#"{"disk_format": "raw", "container_format": "bare"}"#;
    let made = server.send("POST", "/image/v2/images", ADMIN, image).json();
    let path = format!("/image/v2/images/{}", made["id"].as_str().unwrap());
    let file = format!("{path}/file");
    let octets: Headers = &[
        ("Content-Type", "application/octet-stream"),
        ("X-Auth-Token", "admin-token"),
    ];
    assert_eq!(server.send("PUT", &file, octets, "data").status(), 204);
    add(&server, &json!({"stale": true}));
    assert_eq!(server.send("DELETE", &path, ADMIN, "").status(), 204);
    assert_eq!(server.get_with(&file, octets).good(), "data");
    clear(&server);
    assert_eq!(server.get_with(&file, octets).status(), 404);
}

#[test]
fn there_is_a_bound() {
    let server = with(&[]);
    let faults = server.emulator().faults();
    let add = || faults.add(Fault::anywhere().stale());
    assert_eq!(
        std::iter::repeat_with(add)
            .take_while(Result::is_ok)
            .count(),
        16
    );
    assert!(matches!(add(), Err(FaultError::TooManyViews)));
    faults.clear();
    assert!(add().is_ok());
}

#[test]
fn a_file_is_not_shown_as_it_was() {
    let scratch = Scratch::new("faults-file");
    let fixture = Fixture::docs().unwrap();
    let builder = builder().fixture(fixture).database(scratch.path("nova.db"));
    let server = Server::start(builder.control(nova_images::ControlAccess::Full));
    let refused = super::post(&server, &json!({"stale": true}));
    assert_eq!(refused.status(), 409);
    assert!(
        refused.text().contains("the images are in a file"),
        "{}",
        refused.text()
    );
    let faults = server.emulator().faults();
    assert!(matches!(
        faults.add(Fault::anywhere().stale()),
        Err(FaultError::File)
    ));
    assert_eq!(faults.list().len(), 0);
    // Everything else can be had.
    add(&server, &json!({"status": 503, "count": 1}));
    assert_eq!(super::statuses(&server, LIST, 2), [503, 200]);
}
