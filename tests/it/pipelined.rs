//! Answers of every length over one connection whose client is in no hurry to read them.

use crate::harness::{Server, builder};
use nova_images::{Fixture, Image, Visibility};
use socket2::SockRef;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Far more than any answer takes; whoever runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked, one after the other, before anything is read: some answers fit nowhere, some have no body,
/// and one is sent as it is made.
const ASKED: [&str; 9] = [
    "GET /v2/p/images/detail?limit=1000",
    "GET /v2/p/images?limit=1",
    "HEAD /v2/p/images/detail?limit=1000",
    "GET /v2/p/images/detail?limit=999",
    "GET /v2/p/images/none",
    "GET /v2/p/images/detail",
    "GET /v2/p/images/detail?limit=998",
    "DELETE /v2/p/images/00000000-0000-4000-8000-000000000001",
    "GET /v2/p/images/detail?limit=997",
];

fn server() -> Server {
    let images = (0..2000).map(|number| {
        Image::builder(format!("00000000-0000-4000-8000-{number:012}"))
            .name(format!("image {number}"))
            .visibility(Visibility::Public)
            .owner("p")
            .property("colour", "red")
            .build()
    });
    Server::start(builder().fixture(Fixture::of(images)))
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// Status and body of the next answer.
fn next(reader: &mut impl BufRead, is_head: bool) -> (u16, Vec<u8>) {
    let status = line(reader);
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let (mut length, mut is_chunked) = (None, false);
    loop {
        let header = line(reader).to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(bytes) = header.strip_prefix("content-length: ") {
            assert_eq!(length.replace(bytes.parse().unwrap()), None, "one length");
        }
        is_chunked |= header == "transfer-encoding: chunked";
    }
    assert!(!(is_chunked && length.is_some()));
    let mut body = Vec::new();
    if is_head {
        return (status, body);
    }
    let mut take = |reader: &mut dyn BufRead, bytes: usize| {
        let begun = body.len();
        body.resize(begun + bytes, 0);
        reader.read_exact(&mut body[begun..]).unwrap();
    };
    if !is_chunked {
        take(reader, length.unwrap_or(0));
        return (status, body);
    }
    loop {
        let bytes = usize::from_str_radix(&line(reader), 16).unwrap();
        take(reader, bytes);
        assert_eq!(line(reader), "");
        if bytes == 0 {
            return (status, body);
        }
    }
}

#[test]
fn answers_come_whole_and_in_order() {
    let server = server();
    let host = server.address();
    let mut stream = TcpStream::connect(host).unwrap();
    // Much smaller ones have the kernel wait between the pieces.
    SockRef::from(&stream).set_recv_buffer_size(32_768).unwrap();
    let request = |asked: &str| {
        format!("{asked} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: admin-token\r\n\r\n")
    };
    let asked: String = ASKED.into_iter().map(request).collect();
    stream.write_all(asked.as_bytes()).unwrap();
    let mut reader = BufReader::with_capacity(1000, stream);
    for asked in ASKED {
        let (method, target) = asked.split_once(' ').unwrap();
        let (status, body) = next(&mut reader, method == "HEAD");
        if method != "GET" {
            assert!(body.is_empty(), "{asked}: {status}");
            continue;
        }
        let alone = server.send(method, target, &[("X-Auth-Token", "admin-token")], "");
        assert_eq!(status, alone.status(), "{asked}");
        // Before the deletion, or behind it.
        let text = String::from_utf8(body).unwrap();
        let lengths = (text.len(), alone.text().len());
        match target {
            "/v2/p/images/none" | "/v2/p/images?limit=1" => assert_eq!(text, alone.text()),
            _ => {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
                assert!(
                    lengths.0 >= 300_000 && lengths.0.abs_diff(lengths.1) < 2000,
                    "{lengths:?}"
                );
            }
        }
    }
    // The connection is as good as new.
    let again = request("GET /v2/p/images?limit=1");
    reader.get_mut().write_all(again.as_bytes()).unwrap();
    assert_eq!(next(&mut reader, false).0, 200);
    reader
        .get_mut()
        .shutdown(std::net::Shutdown::Write)
        .unwrap();
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
}

/// The web framework reads what comes behind sixteen requests that wait, and forgets it.
#[test]
fn what_comes_behind_many_that_wait_is_answered_too() {
    let server = server();
    let host = server.address();
    let request = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let asked = request("/v2/p/images?limit=1");
    for waiting in [1, 15, 16, 17, 40] {
        let last = format!("/v2/go-on/{waiting}");
        let until =
            format!(r#"{{"at_least": 1, "matching": {{"path": "{last}"}}, "timeout_ms": 30000}}"#);
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let first = format!(
            "POST /_control/requests/wait HTTP/1.1\r\nHost: {host}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{until}",
            until.len()
        );
        let whole = [first, asked.repeat(waiting + 1)].concat();
        let (before, behind) = whole.split_at(whole.len() - 20);
        // Each is read before the next comes: somebody else is served meanwhile.
        for part in [before, &behind[..1], &behind[1..]] {
            stream.write_all(part.as_bytes()).unwrap();
            for _ in 0..8 {
                server.get("/_control/health/live").good();
            }
        }
        assert_eq!(server.get(&last).status(), 404);
        let mut reader = BufReader::new(stream);
        for place in 0..waiting + 2 {
            let (status, body) = next(&mut reader, false);
            let text = String::from_utf8_lossy(&body);
            assert_eq!(status, 200, "{place} of {waiting}: {text}");
        }
    }
}
