//! Pipelines, plain and hostile, in pieces of any size; and the same decisions as the decoder behind.

mod decoder;
mod pipelines;
mod strays;

use super::{Place, RequestLines};
use std::borrow::Cow;

/// A request whose line has to be tidied, and that tidied.
const DIRTY: &[u8] = b"GET /a\"b<c>`\xe9 HTTP/1.1\r\nHost: \"<\xe9>\r\n\r\n";
const TIDY: &[u8] = b"GET /a%22b%3Cc%3E%60%E9 HTTP/1.1\r\nHost: \"<\xe9>\r\n\r\n";

/// The second end of a chunked body.
const STRAY: &[u8] = b"0\r\n\r\n";

/// What comes out when these pieces go in.
fn tidied<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut lines = RequestLines::new();
    let pieces = pieces.into_iter();
    let mut out = pieces.fold(Vec::new(), |mut out, piece| {
        out.extend_from_slice(&lines.tidy(piece));
        out
    });
    out.extend_from_slice(lines.end());
    out
}

/// What comes out of these bytes, which is the same in one piece and byte by byte.
fn tidy(bytes: &[u8]) -> Vec<u8> {
    let whole = tidied([bytes]);
    assert_eq!(tidied(bytes.chunks(1)), whole, "{}", shown(bytes));
    whole
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[test]
fn bytes_are_escaped_in_request_lines() {
    assert_eq!(tidy(DIRTY), TIDY);
    assert_eq!(tidy(&DIRTY.repeat(3)), TIDY.repeat(3));
    // The rest of a target is the framework's business.
    let odd = b"GET /{|}\\^[%]#~ \x7f\t HTTP/1.1\r\n\r\n";
    assert_eq!(tidy(odd), odd);
}

#[test]
fn clean_bytes_are_not_copied() {
    let clean =
        b"POST /?x=%22 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nA\"<>`\"\"\"\nGET / HT";
    let mut lines = RequestLines::new();
    assert!(matches!(lines.tidy(clean), Cow::Borrowed(same) if same == clean));
    assert!(matches!(lines.tidy(b"TP/1.1\r\n"), Cow::Borrowed(_)));
}

#[test]
fn bodies_pass_whatever_they_hold() {
    for body in [DIRTY, b"A\"\"\"", b"\n\r\n\"\"", b"\0\xff\""] {
        for head in [
            "POST /%22 HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
            "POST /%22 HTTP/1.1\nHost: a\nCONTENT-length:\t {} \t\n\n",
            "\r\n\nPUT / HTTP/1.0\r\ncontent-length:000{}\r\n\r\n",
            "get / HTTP/1.1\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        ] {
            let head = head.replace("{}", &body.len().to_string());
            let request = [head.as_bytes(), body].concat();
            let sent = [&request, DIRTY].concat();
            assert_eq!(tidy(&sent), [&request, TIDY].concat());
        }
    }
    let chunked = b"POST / HTTP/1.1\r\nTransfer-ENCODING:chunked\r\n\r\n\
        5;x=\"\r\nGET \"\r\n0\r\nTrailer: \"\r\nGET /\" HTTP/1.1\r\n\r\n";
    let sent = [chunked, DIRTY].concat();
    assert_eq!(tidy(&sent), [chunked, TIDY].concat());
}

#[test]
fn requests_without_a_body_are_followed_by_the_next() {
    for head in [
        "GET / HTTP/1.0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "CONNECTED / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: close, Upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\nX-Content-Length: 5\r\nTE: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nX: Content-Length: 5\r\nContent-Lengt: 5\r\n\r\n",
    ] {
        let sent = [head.as_bytes(), DIRTY].concat();
        assert_eq!(tidy(&sent), [head.as_bytes(), TIDY].concat(), "{head}");
    }
}

#[test]
fn nothing_is_changed_behind_a_doubtful_head() {
    let spaces = " ".repeat(70);
    for headers in [
        "Content-Length: 0\r\nContent-Length: 0\r\n",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding:\r\n",
        "Content-Length:\r\n",
        "Content-Length: +0\r\n",
        "Content-Length: -0\r\n",
        "Content-Length: 0x0\r\n",
        "Content-Length: 0, 0\r\n",
        "Content-Length: 0 0\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length : 0\r\n",
        "Content-Length\r\n",
        "Upgrade: WebSocket\r\n",
        " X: folded\r\n",
        ": 0\r\n",
        "\rX: y\r\n",
        "X\"y: z\r\n",
        &format!("{}: y\r\n", "x".repeat(70)),
        &format!("Content-Length:{spaces}0\r\n"),
        &format!("Content-Length: 0{spaces}\r\n"),
    ] {
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        let sent = [head.as_bytes(), DIRTY].concat();
        assert_eq!(shown(&tidy(&sent)), shown(&sent));
    }
    for head in [
        "CONNECT a:1 HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n",
        "PRI * HTTP/2.0\r\n\r\n",
        "GET /\r\n\r\n",
        "\r\r\n\r\n",
    ] {
        let sent = [head.as_bytes(), DIRTY].concat();
        assert_eq!(shown(&tidy(&sent)), shown(&sent));
    }
}

#[test]
fn heads_are_followed_up_to_the_decoders_limit() {
    let with = |bytes: usize| {
        let head = "GET / HTTP/1.1\r\nX: \r\n\r\n";
        let value = "\"".repeat(bytes - head.len());
        [
            head.replace("X: ", &format!("X: {value}")).as_bytes(),
            DIRTY,
        ]
        .concat()
    };
    assert!(tidy(&with(131_072)).ends_with(TIDY));
    assert!(tidy(&with(131_073)).ends_with(DIRTY));
    let blank = b"\r\n".repeat(65_537);
    assert!(tidy(&[&blank, DIRTY].concat()).ends_with(DIRTY));
}

#[test]
fn a_head_begins_where_the_last_body_ended() {
    let mut lines = RequestLines::new();
    lines.tidy(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na");
    assert!(matches!(lines.place, Place::Body(1)));
    lines.tidy(b"b");
    assert!(matches!(lines.place, Place::Line));
}
