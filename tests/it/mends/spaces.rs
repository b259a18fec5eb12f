//! A client stays in its space, and is told when there is none any more.

use super::JSON;
use crate::golden::client::read_answer;
use crate::harness::{Server, builder};
use nova_images::Fixture;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;

const ID: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

/// Sends all but the last byte of a body, and says what comes to the last.
fn cut_in_two(
    server: &Server,
    (method, target, content_type): (&str, &str, &str),
    body: &str,
    between: impl FnOnce(),
) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let (first, last) = body.split_at(body.len() - 1);
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n\
         Content-Length: {length}\r\n\r\n{first}"
    )
    .unwrap();
    between();
    stream.write_all(last.as_bytes()).unwrap();
    let (answer, _) = read_answer(&mut BufReader::new(stream), method).unwrap();
    (answer.status, answer.text())
}

#[test]
fn an_upload_to_a_space_that_was_removed_is_not_acknowledged() {
    let server = Server::start(builder());
    let octets = "application/octet-stream";
    for version in ["v2", "v1"] {
        server.emulator().make_space("x").make().unwrap();
        let images = format!("/_space/x/image/{version}/images");
        let body = r#"{"name": "n", "disk_format": "raw", "container_format": "bare"}"#;
        let made = server.send("POST", "/_space/x/image/v2/images", &[JSON], body);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let image = format!("/_space/x/image/v2/images/{id}");
        let upload = match version {
            "v2" => format!("{images}/{id}/file"),
            _ => format!("{images}/{id}"),
        };
        let (told, text) = cut_in_two(&server, ("PUT", &upload, octets), "0123456789", || {
            let is_saving = || server.get(&image).json()["status"] == "saving";
            assert!((0..10_000).any(|_| is_saving()), "no upload begins");
            assert!(server.emulator().remove_space("x"));
        });
        assert_eq!(told, 404, "{text}");
        assert!(text.contains("There is no space"), "{text}");
    }
}

#[test]
fn a_write_whose_body_ends_behind_its_space_is_refused() {
    let server = Server::start(builder());
    server.emulator().make_space("x").make().unwrap();
    let item = format!("/_space/x/v2.1/openstack/images/{ID}/metadata/k");
    let body = r#"{"meta": {"k": "v"}}"#;
    let (status, text) = cut_in_two(&server, ("PUT", &item, "application/json"), body, || {
        // Whatever this finds, the head of the other request has come: there is one thread.
        for _ in 0..100 {
            assert_eq!(server.get("/_space/x/v2.1/images").status(), 200);
        }
        assert!(server.emulator().remove_space("x"));
    });
    assert_eq!(status, 404, "{text}");
    assert!(text.contains("There is no space"), "{text}");
}

#[test]
fn the_root_of_a_space_is_for_reading() {
    let server = Server::start(builder());
    server.emulator().make_space("x").make().unwrap();
    for target in ["/_space/x", "/_space/x/", "/_space/x?a=b", "//_space//x//"] {
        for method in ["DELETE", "PUT", "POST", "PATCH", "PURGE"] {
            let response = server.send(method, target, &[], "");
            assert_eq!(response.status(), 405, "{method} {target}");
            assert_eq!(response.header("allow").unwrap(), "GET, HEAD, OPTIONS");
            assert!(response.text().contains("/_control/spaces"));
        }
        assert_eq!(server.get(target).status(), 200, "{target}");
    }
    assert_eq!(server.emulator().spaces(), ["x"]);
}

#[test]
fn links_of_a_space_stay_in_it_whatever_the_servers_own_say() {
    let elsewhere = "https://glance.example.org:9292";
    let builder = builder()
        .fixture(Fixture::docs().unwrap())
        .glance_url(elsewhere)
        .catalog("image", "https://images.example.org")
        .catalog("network", "https://network.example.org");
    let server = Server::start(builder);
    server.emulator().make_space("x").make().unwrap();
    let list = |prefix: &str| server.get(&format!("{prefix}/v2/p/images/detail")).good();
    assert!(list("").contains(elsewhere));
    let own = list("/_space/x");
    assert!(!own.contains(elsewhere), "{own}");
    assert!(own.contains("/_space/x/image/"), "{own}");
    let body = r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "secret"},
        "tenantName": "demo"}}"#;
    let access = server
        .send("POST", "/_space/x/v2.0/tokens", &[JSON], body)
        .good();
    assert!(!access.contains("images.example.org"), "{access}");
    assert!(access.contains("network.example.org"), "{access}");
}
