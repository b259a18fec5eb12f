//! Random streams that mean harm, beside the very decoder that reads them: a byte is changed only in
//! what that takes for a request line, or behind what that refuses.

use super::pipelines::{TRAPS, cut};
use super::{DIRTY, shown, tidied};
use crate::domain::property_tests::cases;
use actix_codec::Decoder as _;
use actix_http::h1::{Codec, Message};
use bytes::BytesMut;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::ops::Range;

const LINES: [&[u8]; 10] = [
    b"GET /\"<> HTTP/1.1\r\n",
    b"POST /? HTTP/1.1\n",
    b"\r\nPUT /\xff HTTP/1.1\r\n",
    b"POST /\" HTTP/1.0\r\n",
    b"get / HTTP/1.1\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n",
    b"GET / HTTP/2.0\r\n",
    b"GET /a b HTTP/1.1\r\n",
    b"G\"T / HTTP/1.1\r\n",
    b"\rGET / HTTP/1.1\r\n",
];

const HEADERS: [&[u8]; 28] = [
    b"Content-Length: 5\r\n",
    b"Content-Length: 5\r\n",
    b"content-length:\t12 \r\n",
    b"Content-Length: 0\n",
    b"Content-Length: 0005\r\n",
    b"Content-Length: +5\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Content-Length : 5\r\n",
    b"Content-Length: 5\x0c\r\n",
    b"Content-Length:5\r\r\n",
    b"Content-Length:                                                             5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding:CHUNKED\t\n",
    b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n",
    b"Transfer-Encoding: \"chunked\"\r\n",
    b"Transfer_Encoding: chunked\r\n",
    b"Upgrade: websocket\r\n",
    b"Upgrade: websocket, h2c\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b" folded: \"\r\n",
    b"X: a\rContent-Length: 5\r\n",
    b"X: \0\r\n",
    b"no colon\r\n",
    b"Host: again\r\n",
];

/// Ends of heads and beginnings of bodies.
const BODIES: [&[u8]; 16] = [
    b"\r\n",
    b"\r\n",
    b"\n",
    b"\r\nA\"b\"c",
    b"\r\n12345",
    b"\r\nGET /\"<> HTT",
    b"\r\n0\r\n\r\n",
    b"\r\n5\r\nA\"b\"c\r\n0\r\n\r\n",
    b"\r\n5;\"\r\nA\"b\"c\r\n0\r\nX: \"\r\n\r\n",
    b"\r\n05 \r\nA\"b\"c\r\n0\r\n\nX\r\n\r\n",
    b"\r\n5\nA\"b\"c\n0\n\n",
    b"\r\n0\r\nX: y\n\n",
    b"\r\nffffffffffffffff0\r\n",
    b"\r\nfffffffffffffff0\r\n",
    b"\r\n-5\r\n",
    b"\r\r\n",
];

/// Headers with the bodies that they frame: without such, few streams have a second request.
const MATCHES: [(&[u8], &[u8]); 6] = [
    (b"", b"\r\n"),
    (b"Content-Length: 5\n", b"\r\nA\"b\"c"),
    (b"Content-Length: 13\r\n", b"\r\nGET /\"<> HTT"),
    (b"Transfer-Encoding: chunked\r\n", b"\r\n0\r\n\r\n"),
    (
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n5;\"\r\nA\"b\"c\r\n0\r\nX: \"\r\n\r\n",
    ),
    (b"Upgrade: \"h2c\"\r\n", b"\r\n"),
];

/// A request, or what passes itself off as one.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![9 => select(LINES[..4].to_vec()), 1 => select(LINES.to_vec())];
    let any = prop::collection::vec(select(HEADERS.to_vec()), 0..3);
    let any = (any, select(BODIES.to_vec())).prop_map(|(headers, body)| (headers.concat(), body));
    let matched = select(MATCHES.to_vec()).prop_map(|(header, body)| (header.to_vec(), body));
    let trap = prop_oneof![6 => Just(&b""[..]), 1 => select(TRAPS.to_vec())];
    (line, prop_oneof![matched, any], trap).prop_map(|(line, (headers, body), trap)| {
        [line, b"Host: a\r\n", &headers, body, trap].concat()
    })
}

/// Where the escapes are among the bytes that came out.
fn escapes(sent: &[u8], read: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    for byte in sent {
        if read[at] == *byte {
            at += 1;
        } else {
            let escape = &read[at..at + 3];
            assert_eq!(escape, format!("%{byte:02X}").as_bytes());
            found.push(at);
            at += 3;
        }
    }
    assert_eq!(at, read.len());
    found
}

/// The request line within the bytes of a head.
fn line(bytes: &[u8], head: Range<usize>) -> Range<usize> {
    let is_text = |at: &usize| !b"\r\n".contains(&bytes[*at]);
    let start = head.clone().find(is_text).unwrap_or(head.end);
    let is_end = |at: &usize| bytes[*at] == b'\n';
    start..(start..head.end).find(is_end).unwrap_or(head.end)
}

/// The request lines that the decoder reads, and where it refuses to go on.
fn decoded(bytes: &[u8]) -> (Vec<Range<usize>>, usize) {
    let mut codec = Codec::default();
    let mut buffer = BytesMut::from(bytes);
    let mut lines = Vec::new();
    loop {
        let start = bytes.len() - buffer.len();
        match codec.decode(&mut buffer) {
            Ok(Some(Message::Item(_))) => {
                lines.push(line(bytes, start..bytes.len() - buffer.len()));
            }
            Ok(Some(Message::Chunk(_))) => {}
            // Of a body all is taken: what is left is a head that is not over.
            Ok(None) => {
                lines.push(line(bytes, bytes.len() - buffer.len()..bytes.len()));
                return (lines, bytes.len());
            }
            Err(_) => return (lines, start),
        }
    }
}

#[test]
fn nothing_is_changed_that_the_decoder_takes_for_something_else() {
    let requests = prop::collection::vec(request(), 1..5);
    let places = prop::collection::vec(any::<Index>(), 0..12);
    let changed = Cell::new(0);
    // The codec keeps the date, for which it needs a runtime.
    let outcome = actix_web::rt::System::new().block_on(async {
        TestRunner::new(cases(3_000)).run(&(requests, places), |(requests, places)| {
            let sent = [requests.concat(), DIRTY.to_vec()].concat();
            let read = tidied(cut(&sent, &places));
            let (lines, end) = decoded(&read);
            for at in escapes(&sent, &read) {
                let is_line = lines.iter().any(|line| line.contains(&at));
                prop_assert!(is_line || at >= end, "{at} in {}", shown(&read));
                changed.set(changed.get() + usize::from(is_line));
            }
            Ok(())
        })
    });
    outcome.unwrap();
    // Most streams get far enough to tell.
    assert!(changed.get() > 4_000, "{}", changed.get());
}
