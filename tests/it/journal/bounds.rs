//! What a journal keeps, and what it lets go.

use super::{IMAGE, JSON, list, numbers};
use crate::harness::{Server, builder};
use nova_images::Fixture;

fn server(entries: usize, bytes: usize) -> Server {
    let builder = builder().fixture(Fixture::docs().unwrap());
    Server::start(builder.journal_entries(entries).journal_bytes(bytes))
}

fn fill(server: &Server, requests: u64, body: &str) {
    for _ in 0..requests {
        assert_eq!(server.send("GET", "/", &[], body).status(), 200);
    }
}

/// The same of what reads a body, and refuses these: the connection stays, and none has to be opened again.
fn fill_with_large(server: &Server, requests: u64, body: &str) {
    let path = format!("/v2/openstack/images/{IMAGE}/metadata");
    for _ in 0..requests {
        assert_eq!(server.send("POST", &path, &[JSON], body).status(), 400);
    }
}

#[test]
fn entries_are_bounded() {
    let server = server(5, 1_000_000);
    fill(&server, 12, "{}");
    assert_eq!(numbers(&list(&server, "")), [8, 9, 10, 11, 12]);
    assert_eq!(server.get("/_control/requests/7").status(), 404);
}

#[test]
fn bytes_are_bounded_under_ten_thousand_requests_with_large_bodies() {
    let bytes = 300_000;
    let server = server(100_000, bytes);
    fill_with_large(&server, 10_000, &"x".repeat(20_000));
    let entries = list(&server, "bodies=true&limit=1000");
    let held: usize = entries
        .iter()
        .map(|entry| entry["request"]["body"]["text"].as_str().unwrap().len())
        .sum();
    assert!(held <= bytes && held > bytes / 2, "{held}");
    let kept = numbers(&entries);
    assert_eq!(kept.last(), Some(&10_000));
    assert_eq!(*kept.first().unwrap(), 10_001 - kept.len() as u64);
    // Small ones leave room for more.
    fill(&server, 200, "{}");
    assert!(list(&server, "limit=1000").len() > 150);
}

#[test]
fn a_body_takes_a_quarter_at_most() {
    let server = server(100, 40_000);
    fill(&server, 1, &" ".repeat(100_000));
    let body = &list(&server, "bodies=true")[0]["request"]["body"];
    assert_eq!(
        (&body["bytes"], &body["truncated"]),
        (&100_000.into(), &true.into())
    );
    assert_eq!(body["text"].as_str().unwrap().len(), 10_000);
}

#[test]
fn all_spaces_share_the_bounds() {
    let server = server(10, 1_000_000);
    server.emulator().make_space("a").make().unwrap();
    fill(&server, 3, "{}");
    for _ in 0..8 {
        assert_eq!(server.get("/_space/a/").status(), 200);
    }
    assert_eq!(numbers(&list(&server, "")), [2, 3]);
    let of_a = server.get("/_space/a/_control/requests").json();
    assert_eq!(
        numbers(of_a["requests"].as_array().unwrap()),
        [1, 2, 3, 4, 5, 6, 7, 8]
    );
}
