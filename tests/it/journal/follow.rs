//! Entries as they come: server-sent events.

use super::{ABSENT, read_until, sent};
use crate::harness::{Server, builder};
use nova_images::Fixture;
use serde_json::Value;
use std::io::Read as _;
use std::net::TcpStream;

/// Somebody who follows.
struct Follower {
    connection: TcpStream,
    /// What has come and was not looked at yet.
    text: String,
}

impl Follower {
    fn of(server: &Server, query: &str, headers: &str) -> Self {
        let path = format!("/_control/requests/follow{query}");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        let mut connection = sent(server, &request);
        let came = read_until(&mut connection, ": here\n\n");
        let (head, text) = came.split_once(": here\n\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("text/event-stream"), "{head}");
        Self {
            connection,
            text: text.to_owned(),
        }
    }

    /// The events that came, up to that of a number, which is the last there is.
    fn events(&mut self, last: u64) -> Vec<(String, Value)> {
        let is_all =
            |text: &str| text.contains(&format!("id: {last}\n")) && text.ends_with("\n\n\r\n");
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        let mut piece = vec![0; 65_536];
        while !is_all(&String::from_utf8_lossy(
            &bytes[bytes.len().saturating_sub(200_000)..],
        )) {
            let length = self.connection.read(&mut piece).unwrap();
            assert_ne!(length, 0, "{}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&piece[..length]);
        }
        let (mut events, mut kind) = (Vec::new(), String::new());
        for line in String::from_utf8(bytes).unwrap().lines() {
            if let Some(name) = line.strip_prefix("event: ") {
                name.clone_into(&mut kind);
            } else if let Some(data) = line.strip_prefix("data: ") {
                events.push((kind.clone(), serde_json::from_str(data).unwrap()));
            }
        }
        events
    }
}

fn numbers(events: &[(String, Value)]) -> Vec<u64> {
    let requests = events.iter().filter(|(kind, _)| kind == "request");
    requests
        .map(|(_, entry)| entry["number"].as_u64().unwrap())
        .collect()
}

#[test]
fn what_comes_is_told_and_what_came_before_where_that_is_wanted() {
    let server = Server::with("docs");
    assert_eq!(server.get("/").status(), 200);
    let mut now = Follower::of(&server, "", "");
    let mut all = Follower::of(&server, "?since=0", "");
    let mut some = Follower::of(&server, "?status=404&bodies=true", "");
    assert_eq!(server.get("/v2/openstack/images").status(), 200);
    assert_eq!(
        server
            .get(&format!("/v2/openstack/images/{ABSENT}"))
            .status(),
        404
    );
    assert_eq!(numbers(&now.events(3)), [2, 3]);
    assert_eq!(numbers(&all.events(3)), [1, 2, 3]);
    let refused = some.events(3);
    assert_eq!(numbers(&refused), [3]);
    let (_, entry) = &refused[0];
    assert_eq!(entry["why"], "there is no image with this id");
    assert!(entry["answer"]["body"]["text"].is_string());
    // Who comes again goes on where it was; the header says more than the query.
    drop(now);
    let mut again = Follower::of(&server, "?since=0", "Last-Event-ID: 2\r\n");
    assert_eq!(numbers(&again.events(3)), [3]);
    // One of another server's is none of this.
    let mut other = Follower::of(&server, "", "Last-Event-ID: 1000\r\n");
    assert_eq!(server.get("/").status(), 200);
    assert_eq!(numbers(&other.events(4)), [4]);
    let refused = server.get_with("/_control/requests/follow", &[("Last-Event-ID", "x")]);
    assert_eq!(refused.status(), 400);
    let head = server.send("HEAD", "/_control/requests/follow", &[], "");
    assert_eq!(head.status(), 200);
}

#[test]
fn a_slow_reader_is_told_how_much_it_lost() {
    let builder = builder().journal_entries(10);
    let server = Server::start(builder.fixture(Fixture::docs().unwrap()));
    for _ in 0..25 {
        assert_eq!(server.get("/").status(), 200);
    }
    let mut late = Follower::of(&server, "?since=3", "");
    let came = late.events(25);
    assert_eq!(came[0].0, "lost");
    assert_eq!(came[0].1["lost"], 12);
    assert_eq!(numbers(&came), (16..=25).collect::<Vec<_>>());
    // One that does not read has nobody wait for it, and finds out.
    let mut slow = Follower::of(&server, "?bodies=true", "");
    for _ in 0..400 {
        assert_eq!(
            server.send("GET", "/", &[], &"x".repeat(60_000)).status(),
            200
        );
    }
    let came = slow.events(425);
    let lost: u64 = came
        .iter()
        .filter_map(|(_, data)| data["lost"].as_u64())
        .sum();
    assert!(lost > 0);
    assert_eq!(lost + numbers(&came).len() as u64, 400);
}

#[test]
fn a_space_that_is_removed_ends_who_follows_it() {
    let server = Server::with("docs");
    let space = server.emulator().make_space("a").make().unwrap();
    let request = "GET /_space/a/_control/requests/follow HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut following = sent(&server, request);
    read_until(&mut following, ": here\n\n");
    assert_eq!(server.get("/_space/a/").status(), 200);
    read_until(&mut following, "id: 1\n");
    assert!(server.emulator().remove_space("a"));
    read_until(&mut following, "0\r\n\r\n");
    assert!(space.requests().list().is_empty());
}
