//! Bodies that come and go piece by piece.

use super::{JSON, connect, list, read_until, sent};
use crate::harness::{Server, builder};
use nova_images::{Emulator, Fixture, Image, Matching, Visibility};
use std::io::{Read as _, Write as _};
use std::time::Duration;

/// Some two megabytes as a list.
fn many() -> Server {
    let images = (0..3000).map(|number| {
        Image::builder(format!("00000000-0000-4000-8000-{number:012}"))
            .name("x".repeat(200))
            .visibility(Visibility::Public)
            .build()
    });
    Server::start(builder().fixture(Fixture::of(images)))
}

const LIST: &str = "/v2/p/images/detail";

fn wait_for_one(emulator: &Emulator, matching: &Matching) -> nova_images::Entry {
    let patience = Duration::from_secs(10);
    let mut found = emulator.requests().wait_for(1, matching, patience).unwrap();
    found.remove(0)
}

#[test]
fn a_long_list_is_kept_when_it_has_ended() {
    let server = many();
    let answer = server.get(LIST);
    let length = answer.good().len();
    assert!(length > 2_000_000);
    let entry = &list(&server, "bodies=true")[0];
    assert_eq!(
        (&entry["end"], &entry["status"]),
        (&"whole".into(), &200.into())
    );
    let body = &entry["answer"]["body"];
    assert_eq!(
        (&body["bytes"], &body["truncated"]),
        (&length.into(), &true.into())
    );
    assert_eq!(body["text"].as_str().unwrap(), &answer.text()[..65_536]);
    // By another version of HTTP.
    let mut old = sent(&server, &format!("GET {LIST} HTTP/1.0\r\n\r\n"));
    let mut came = Vec::new();
    old.read_to_end(&mut came).unwrap();
    assert!(came.len() > 2_000_000);
    let entries = list(&server, "since=1");
    let ends: Vec<_> = entries.iter().map(|entry| &entry["end"]).collect();
    assert_eq!(ends, ["whole"]);
    assert_eq!(entries[0]["answer"]["body"]["bytes"], length);
}

#[test]
fn a_client_that_leaves_in_the_middle_cut_it_off() {
    let server = many();
    let mut leaving = sent(&server, &format!("GET {LIST} HTTP/1.1\r\nHost: h\r\n\r\n"));
    read_until(&mut leaving, "\"images\"");
    drop(leaving);
    let entry = wait_for_one(
        server.emulator(),
        &Matching::operation("nova.images.detail"),
    );
    assert_eq!(entry.end(), nova_images::End::Cut);
    assert_eq!(entry.status(), Some(200));
    assert!(entry.is_error());
}

fn queued(server: &Server) -> String {
    let body = r#"{"name": "a", "disk_format": "raw", "container_format": "bare"}"#;
    let made = server.send("POST", "/image/v2/images", &[JSON], body);
    assert_eq!(made.status(), 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn of_data_that_are_uploaded_the_beginning_is_kept() {
    let server = Server::with("docs");
    let id = queued(&server);
    let path = format!("/image/v2/images/{id}/file");
    let data = "0123456789abcdef".repeat(100_000);
    let headers = [("Content-Type", "application/octet-stream")];
    assert_eq!(server.send("PUT", &path, &headers, &data).status(), 204);
    assert_eq!(server.get(&path).good(), data);
    let entries = list(&server, "bodies=true&since=1");
    let (sent, got) = (
        &entries[0]["request"]["body"],
        &entries[1]["answer"]["body"],
    );
    for body in [sent, got] {
        assert_eq!(
            (&body["bytes"], &body["truncated"]),
            (&data.len().into(), &true.into())
        );
        assert_eq!(body["text"].as_str().unwrap(), &data[..65_536]);
    }
    assert_eq!(entries[0]["image"], id);
    let ends: Vec<_> = entries.iter().map(|entry| &entry["end"]).collect();
    assert_eq!(ends, ["whole", "whole"]);
}

#[test]
fn an_upload_that_is_given_up_is_there_all_the_same() {
    let server = Server::with("docs");
    let id = queued(&server);
    let mut leaving = connect(&server);
    let head = format!(
        "PUT /image/v2/images/{id}/file HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\
         Content-Type: application/octet-stream\r\n\r\nbegun"
    );
    leaving.write_all(head.as_bytes()).unwrap();
    // It has been seen to begin.
    while !server
        .get(&format!("/image/v2/images/{id}"))
        .text()
        .contains("saving")
    {}
    drop(leaving);
    let entry = wait_for_one(
        server.emulator(),
        &Matching::all().image(&*id).method("PUT"),
    );
    assert!(entry.is_error(), "{entry}");
    assert_eq!(entry.request_body().text(), Some("begun"));
}
