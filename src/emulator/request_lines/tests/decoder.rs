//! Random streams that mean harm, beside the very decoder that reads them: a byte is changed only in
//! what that takes for a request line, or behind what that refuses; and a stray last chunk is left out
//! only where that has just read a chunked body to its end.

use super::pipelines::{TRAPS, cut};
use super::{DIRTY, STRAY, shown, tidied};
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
const MATCHES: [(&[u8], &[u8]); 7] = [
    (b"", b"\r\n"),
    (b"Content-Length: 5\n", b"\r\nA\"b\"c"),
    (b"Content-Length: 13\r\n", b"\r\nGET /\"<> HTT"),
    (b"Transfer-Encoding: chunked\r\n", b"\r\n0\r\n\r\n"),
    (
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n5;\"\r\nA\"b\"c\r\n0\r\nX: \"\r\n\r\n",
    ),
    (
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n5\r\nA\"b\"c\r\n0\r\n\r\n0\r\n\r\n",
    ),
    (b"Upgrade: \"h2c\"\r\n", b"\r\n"),
];

/// A request, or what passes itself off as one.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![9 => select(LINES[..4].to_vec()), 1 => select(LINES.to_vec())];
    let any = prop::collection::vec(select(HEADERS.to_vec()), 0..3);
    let any = (any, select(BODIES.to_vec())).prop_map(|(headers, body)| (headers.concat(), body));
    let matched = select(MATCHES.to_vec()).prop_map(|(header, body)| (header.to_vec(), body));
    let trap = prop_oneof![
        6 => Just(&b""[..]),
        1 => select(TRAPS.to_vec()),
        1 => select(vec![STRAY, b"0", b"0\r\n", b"0\r\n\r\n0\r\n\r\n"]),
    ];
    (line, prop_oneof![matched, any], trap).prop_map(|(line, (headers, body), trap)| {
        [line, b"Host: a\r\n", &headers, body, trap].concat()
    })
}

/// What was done to the bytes that came in.
#[derive(Debug, Default)]
struct Changes {
    /// Where the escapes are among the bytes that came out.
    escapes: Vec<usize>,
    /// How many strays were left out.
    left_out: usize,
}

/// Finds out what was done to the bytes `sent` so that those of `read` from `at` on came out, as far as
/// the decoder reads. At each of `ends` one stray may have been left out. Nothing, if there was more.
fn changes(sent: &[u8], read: &Decoded, mut at: usize, ends: &[usize]) -> Option<Changes> {
    let mut changes = Changes::default();
    let mut sent = sent.iter();
    let mut ends = ends.iter();
    while at < read.end || read.end == read.bytes.len() {
        if ends.as_slice().first() == Some(&at) {
            ends.next();
            let behind = sent.as_slice().strip_prefix(STRAY);
            let later = behind.and_then(|behind| self::changes(behind, read, at, ends.as_slice()));
            if let Some(later) = later {
                changes.escapes.extend(later.escapes);
                changes.left_out += later.left_out + 1;
                return Some(changes);
            }
        }
        let Some(byte) = sent.next() else {
            return (at == read.bytes.len()).then_some(changes);
        };
        if read.bytes.get(at) == Some(byte) {
            at += 1;
        } else if read.bytes.get(at..at + 3)? == format!("%{byte:02X}").as_bytes() {
            changes.escapes.push(at);
            at += 3;
        } else {
            return None;
        }
    }
    Some(changes)
}

/// The request line within the bytes of a head.
fn line(bytes: &[u8], head: Range<usize>) -> Range<usize> {
    let is_text = |at: &usize| !b"\r\n".contains(&bytes[*at]);
    let start = head.clone().find(is_text).unwrap_or(head.end);
    let is_end = |at: &usize| bytes[*at] == b'\n';
    start..(start..head.end).find(is_end).unwrap_or(head.end)
}

/// What the decoder makes of bytes.
struct Decoded<'a> {
    bytes: &'a [u8],
    /// The request lines.
    lines: Vec<Range<usize>>,
    /// Where bodies in chunks are over.
    chunked_ends: Vec<usize>,
    /// Where it refuses to go on.
    end: usize,
}

fn decoded(bytes: &[u8]) -> Decoded<'_> {
    let mut codec = Codec::default();
    let mut buffer = BytesMut::from(bytes);
    let mut decoded = Decoded {
        bytes,
        lines: Vec::new(),
        chunked_ends: Vec::new(),
        end: bytes.len(),
    };
    let mut is_chunked = false;
    loop {
        let start = bytes.len() - buffer.len();
        match codec.decode(&mut buffer) {
            Ok(Some(Message::Item(request))) => {
                let end = bytes.len() - buffer.len();
                decoded.lines.push(line(bytes, start..end));
                is_chunked = request.head().headers().contains_key("transfer-encoding");
            }
            Ok(Some(Message::Chunk(None))) if is_chunked => {
                decoded.chunked_ends.push(bytes.len() - buffer.len());
            }
            Ok(Some(Message::Chunk(_))) => {}
            // Of a body all is taken: what is left is a head that is not over.
            Ok(None) => {
                decoded.lines.push(line(bytes, start..bytes.len()));
                return decoded;
            }
            Err(_) => {
                decoded.end = start;
                return decoded;
            }
        }
    }
}

#[test]
fn nothing_is_changed_that_the_decoder_takes_for_something_else() {
    let requests = prop::collection::vec(request(), 1..5);
    let places = prop::collection::vec(any::<Index>(), 0..12);
    let changed = Cell::new(0);
    let left_out = Cell::new(0);
    // The codec keeps the date, for which it needs a runtime.
    let outcome = actix_web::rt::System::new().block_on(async {
        TestRunner::new(cases(3_000)).run(&(requests, places), |(requests, places)| {
            let sent = [requests.concat(), DIRTY.to_vec()].concat();
            let bytes = tidied(cut(&sent, &places));
            let read = decoded(&bytes);
            let changes = changes(&sent, &read, 0, &read.chunked_ends);
            prop_assert!(changes.is_some(), "{} of {}", shown(&bytes), shown(&sent));
            let changes = changes.unwrap_or_default();
            for at in changes.escapes {
                let is_line = read.lines.iter().any(|line| line.contains(&at));
                prop_assert!(is_line, "{at} in {}", shown(&bytes));
                changed.set(changed.get() + 1);
            }
            left_out.set(left_out.get() + changes.left_out);
            Ok(())
        })
    });
    outcome.unwrap();
    // Most streams get far enough to tell.
    assert!(changed.get() > 4_000, "{}", changed.get());
    assert!(left_out.get() > 100, "{}", left_out.get());
}
