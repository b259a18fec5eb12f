//! Edits of a file's images by many clients at the same time: they stand in one line and are committed together.

use crate::golden::client::{Answer, Client};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{EmulatorBuilder, Fixture};
use serde_json::{Value, json};
use std::net::SocketAddr;

const IMAGE: &str = "70a599e0-31e7-49b7-b260-868f441e862b";
const CLIENTS: usize = 12;
const TURNS: usize = 6;

fn over(scratch: &Scratch) -> EmulatorBuilder {
    builder()
        .fixture(Fixture::docs().unwrap())
        .database(scratch.path("images.db"))
}

fn ask(client: &mut Client, method: &str, path: &str, media_type: &str, body: &str) -> Answer {
    let headers = [
        ("Content-Type".to_owned(), media_type.to_owned()),
        ("X-Auth-Token".to_owned(), "admin-token".to_owned()),
    ];
    client
        .send(method, path, &headers, Some(body.as_bytes()))
        .unwrap()
}

/// Sets an item by Nova's API, or a property by Glance's, and in between asks for what is refused.
fn edit(address: SocketAddr, number: usize) {
    let mut client = Client::new(address);
    for turn in 0..TURNS {
        let key = format!("key-{number}-{turn}");
        let patch = json!([{"op": "add", "path": format!("/{key}"), "value": "new"}]).to_string();
        let item = json!({"meta": {&key: "new"}}).to_string();
        let (json, of_patch) = (
            "application/json",
            "application/openstack-images-v2.1-json-patch",
        );
        let nova = format!("/v2.1/images/{IMAGE}/metadata/{key}");
        let glance = format!("/image/v2/images/{IMAGE}");
        let answer = match number % 2 {
            0 => ask(&mut client, "PUT", &nova, json, &item),
            _ => ask(&mut client, "PATCH", &glance, of_patch, &patch),
        };
        assert_eq!(answer.status, 200, "{number} {turn}");
        // Whoever was told sees it.
        let shown = ask(&mut client, "GET", &nova, json, "");
        assert_eq!(shown.status, 200, "{number} {turn}");
        let unknown = format!("/v2.1/images/none/metadata/{key}");
        let refused = match turn % 3 {
            0 => ask(&mut client, "PUT", &unknown, json, &item),
            1 => ask(&mut client, "DELETE", &format!("{nova}-not"), json, ""),
            _ => ask(
                &mut client,
                "PUT",
                &nova,
                json,
                r#"{"meta": {"other": "1"}}"#,
            ),
        };
        assert!(matches!(refused.status, 400 | 404), "{}", refused.status);
    }
}

fn items(server: &Server) -> Value {
    let path = format!("/v2.1/images/{IMAGE}/metadata");
    server.get(&path).json()["metadata"].clone()
}

#[test]
fn all_that_were_told_of_are_there_and_no_other() {
    let scratch = Scratch::new("edits");
    let server = Server::start(over(&scratch));
    let mut expected = items(&server);
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let address = server.address();
            scope.spawn(move || edit(address, number));
        }
    });
    for number in 0..CLIENTS {
        for turn in 0..TURNS {
            expected[format!("key-{number}-{turn}")] = "new".into();
        }
    }
    assert_eq!(items(&server), expected);
    drop(server);
    assert_eq!(items(&Server::start(over(&scratch))), expected);
}
