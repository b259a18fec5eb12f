//! Random pipelines of requests that a decoder takes: what comes out is what their author says.

use super::{STRAY, shown, tidied};
use crate::domain::property_tests::cases;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What looks like something else than it is, wherever it stands.
pub const TRAPS: [&[u8]; 16] = [
    b"\"",
    b"<a href=\"x\">",
    b"\xc3\xa9\xff",
    b"A\"\"\"\"",
    b"GET /\"<> HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /` HTTP/1.1\r\nContent-Length: 7\r\n\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"5\r\nGET \"\r\n",
    b"{\"metadata\": {}}",
    b"\0\r",
    b" ",
];

/// A request as it is sent, and as it is to be read.
#[derive(Clone, Debug)]
struct Request {
    sent: Vec<u8>,
    read: Vec<u8>,
}

/// Cuts bytes at these places.
pub fn cut<'a>(bytes: &'a [u8], places: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<_> = places.iter().map(|at| at.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    let pairs = places.windows(2);
    pairs.map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

fn target() -> impl Strategy<Value = Vec<u8>> {
    let words: [&[u8]; 12] = [
        b"/",
        b"v2",
        b"?name=",
        b"&",
        b"%41",
        b"\"",
        b"<",
        b">",
        b"`",
        b"\xff",
        b"\xc3\xa9",
        b"{}",
    ];
    prop::collection::vec(select(words.to_vec()), 0..8).prop_map(|words| words.concat())
}

/// Percent-encoding, written down once more.
fn escaped(target: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'"' => b"%22".to_vec(),
        b'<' => b"%3C".to_vec(),
        b'>' => b"%3E".to_vec(),
        b'`' => b"%60".to_vec(),
        128.. => format!("%{byte:02X}").into_bytes(),
        plain => vec![*plain],
    };
    target.iter().flat_map(escape).collect()
}

fn traps() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(select(TRAPS.to_vec()), 0..12).prop_map(|traps| traps.concat())
}

/// Headers that say nothing of the body, ended with `\n` for a line's end.
fn headers() -> impl Strategy<Value = Vec<String>> {
    let headers = [
        "Host: \"<>\"\n",
        "Accept: A\"\"<b>\n",
        "Expect: 100-continue\n",
        "Upgrade: h2c\n",
        "Empty:\n",
        "X-Content-Length: 99\n",
        "Connection: close\n",
    ];
    let long = (50..300_usize).prop_map(|length| format!("X: {}\n", "\"".repeat(length)));
    let plain = select(headers.to_vec()).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![4 => plain, 1 => long], 0..5)
}

/// A body: the header that frames it, its bytes, and what is left out behind them.
fn body() -> impl Strategy<Value = (String, Vec<u8>, &'static [u8])> {
    let header = select(vec![
        "Content-Length: {}\n",
        "CONTENT-LENGTH:{}\n",
        "content-length:\t 00{} \t\n",
    ]);
    let known = (header, traps()).prop_map(|(header, body)| {
        let length = body.len().to_string();
        (header.replace("{}", &length), body, &b""[..])
    });
    let stray = select(vec![b"", STRAY]);
    let chunked = (chunked(), stray).prop_map(|(body, stray)| {
        let header = "Transfer-Encoding: Chunked\n".to_owned();
        (header, body, stray)
    });
    prop_oneof![Just((String::new(), Vec::new(), &b""[..])), known, chunked,]
}

/// A body in chunks, with extensions and trailers.
fn chunked() -> impl Strategy<Value = Vec<u8>> {
    let extension = select(vec!["", " ", ";x", "\t ;x=\"GET /é\""]);
    let chunks = prop::collection::vec((traps(), extension), 0..5);
    let trailers = select(vec![
        "",
        "X: \"\r\n",
        "A: \"\n\nGET /\" HTTP/1.1\r\nB: c\r\n",
    ]);
    (chunks, trailers, any::<bool>()).prop_map(|(chunks, trailers, upper)| {
        let mut body = Vec::new();
        for (chunk, extension) in chunks.iter().filter(|(chunk, _)| !chunk.is_empty()) {
            let size = match upper {
                true => format!("{:02X}", chunk.len()),
                false => format!("{:x}", chunk.len()),
            };
            body.extend(
                [
                    size.as_bytes(),
                    extension.as_bytes(),
                    b"\r\n",
                    chunk,
                    b"\r\n",
                ]
                .concat(),
            );
        }
        body.extend(format!("0\r\n{trailers}\r\n").bytes());
        body
    })
}

fn request() -> impl Strategy<Value = Request> {
    let start = (
        select(vec!["", "", "\r\n", "\n\r\n"]),
        select(vec!["GET", "POST", "DELETE", "M-SEARCH"]),
        target(),
    );
    let end = select(vec!["\r\n", "\n"]);
    (start, headers(), body(), any::<Index>(), end).prop_map(
        |((blank, method, target), mut headers, (framing, body, stray), at, end)| {
            headers.insert(at.index(headers.len() + 1), framing);
            let headers = headers.concat();
            let headers = format!(" HTTP/1.1\n{headers}\n").replace('\n', end);
            let whole = |target: &[u8], stray: &[u8]| {
                let line = format!("{blank}{method} /");
                [line.as_bytes(), target, headers.as_bytes(), &body, stray].concat()
            };
            Request {
                sent: whole(&target, stray),
                read: whole(&escaped(&target), b""),
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn only_targets_are_changed_and_strays_left_out(
        requests in prop::collection::vec(request(), 1..6),
        places in prop::collection::vec(any::<Index>(), 0..30),
    ) {
        let sent: Vec<u8> = requests.iter().flat_map(|request| request.sent.clone()).collect();
        let read: Vec<u8> = requests.iter().flat_map(|request| request.read.clone()).collect();
        prop_assert_eq!(shown(&tidied([&sent[..]])), shown(&read));
        prop_assert_eq!(shown(&tidied(cut(&sent, &places))), shown(&read));
        prop_assert_eq!(shown(&tidied(sent.chunks(1))), shown(&read));
    }
}
