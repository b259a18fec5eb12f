//! Request lines are forgiven bytes that should be escaped, and chunked bodies a second end. Bodies
//! and headers are not touched, whatever they look like and whenever they come.

use crate::golden::client::{Answer, read_answer};
use crate::harness::Server;
use crate::pictures::cases;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Far more than any answer takes; whoever runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

const METADATA: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata";
const TOKEN: &str = "X-Auth-Token: admin-token\r\n";
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: nova\r\n\r\n";

/// What python-glanceclient 0.14 sends behind each chunked body: the last chunk once more.
const STRAY: &[u8] = b"0\r\n\r\n";

/// A connection on which bytes are sent as they are, and when it is said.
struct Wire(BufReader<TcpStream>);

impl Wire {
    fn to(server: &Server) -> Self {
        let stream = TcpStream::connect_timeout(&server.address(), PATIENCE).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// Waits until the server wants the body.
    fn expect_continue(&mut self) {
        let mut lines = String::new();
        self.0.read_line(&mut lines).unwrap();
        self.0.read_line(&mut lines).unwrap();
        assert_eq!(lines, "HTTP/1.1 100 Continue\r\n\r\n");
    }

    fn answer(&mut self) -> Answer {
        read_answer(&mut self.0, "GET").unwrap().0
    }

    /// Ends the connection, on which nothing else must come.
    fn assert_over(mut self) {
        self.0.get_ref().shutdown(Shutdown::Write).unwrap();
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

/// The head of a request that adds metadata.
fn head(length: usize, headers: &str) -> Vec<u8> {
    let head = format!(
        "POST {METADATA} HTTP/1.1\r\nHost: nova\r\nContent-Type: application/json\r\n\
         {TOKEN}Content-Length: {length}\r\n{headers}\r\n"
    );
    head.into_bytes()
}

/// A body that hides requests: were its quotes escaped, these would stand behind its end.
fn attack() -> Vec<u8> {
    let hidden = format!("DELETE {METADATA}/kernel_id HTTP/1.1\r\nHost: nova\r\n{TOKEN}\r\n");
    let hidden = hidden.repeat(2);
    let quotes = "\"".repeat(hidden.len() / 2);
    format!("A{quotes}{hidden}").into_bytes()
}

/// Metadata of which the second half, sent by itself, begins as a request line may.
const HALVES: [&str; 2] = [
    r#"{"metadata": {"note": "it's "#,
    "ALL \\\"\\\"\\\"QUOTES\\\"\\\"\\\", <b>`\u{e9}`</b>\\r\\nGET / HTTP/1.1\\r\\n\\r\\n\"}}",
];
const NOTE: &str = "it's ALL \"\"\"QUOTES\"\"\", <b>`\u{e9}`</b>\r\nGET / HTTP/1.1\r\n\r\n";

fn metadata(server: &Server) -> serde_json::Value {
    server.get(METADATA).json()["metadata"].take()
}

#[test]
fn a1_a_body_behind_100_continue_is_no_request() {
    let server = Server::with("docs");
    let before = metadata(&server);
    let mut wire = Wire::to(&server);
    let body = attack();
    wire.send(&head(body.len(), "Expect: 100-continue\r\n"));
    wire.expect_continue();
    wire.send(&body);
    assert_eq!(wire.answer().status, 400);
    wire.assert_over();
    assert_eq!(metadata(&server), before);
}

#[test]
fn a1_a_body_behind_a_pipelined_request_is_no_request() {
    let server = Server::with("docs");
    let before = metadata(&server);
    let mut wire = Wire::to(&server);
    let body = attack();
    wire.send(&[GET, &head(body.len(), "")].concat());
    assert_eq!(wire.answer().status, 200);
    wire.send(&body);
    assert_eq!(wire.answer().status, 400);
    wire.assert_over();
    assert_eq!(metadata(&server), before);
}

#[test]
fn a1_metadata_behind_100_continue_are_stored_as_they_were_sent() {
    let server = Server::with("docs");
    let mut wire = Wire::to(&server);
    let length = HALVES.concat().len();
    let head = head(length, "Expect: 100-continue\r\n");
    wire.send(&[&head, HALVES[0].as_bytes()].concat());
    wire.expect_continue();
    wire.send(HALVES[1].as_bytes());
    assert_eq!(wire.answer().status, 200);
    wire.assert_over();
    assert_eq!(metadata(&server)["note"], NOTE);
}

#[test]
fn a1_metadata_behind_a_pipelined_request_are_stored_as_they_were_sent() {
    let server = Server::with("docs");
    let mut wire = Wire::to(&server);
    let head = head(HALVES.concat().len(), "");
    wire.send(&[GET, &head, HALVES[0].as_bytes()].concat());
    assert_eq!(wire.answer().status, 200);
    wire.send(HALVES[1].as_bytes());
    assert_eq!(wire.answer().status, 200);
    wire.assert_over();
    assert_eq!(metadata(&server)["note"], NOTE);
}

/// A header that comes late is none of a request line either.
#[test]
fn a1_headers_are_read_as_they_were_sent() {
    let server = Server::with("docs");
    let mut wire = Wire::to(&server);
    wire.send(&[GET, b"GET /v2/openstack/images HTTP/1.1\r\n"].concat());
    assert_eq!(wire.answer().status, 200);
    wire.send(b"HOST: \"<nova>\"\r\n\r\n");
    let list = wire.answer().text();
    assert!(list.contains("http://\\\"<nova>\\\"/v2/"), "{list}");
    wire.assert_over();
}

#[test]
fn targets_are_forgiven_on_a_used_connection() {
    let server = Server::with("docs");
    let mut wire = Wire::to(&server);
    let lines = [
        ("GET /v2/openstack/images?name=\"<\u{e9}>`\"", 200),
        ("POST /v2/openstack/images/\"<\u{e9}>`\"/metadata", 404),
        ("GET /v2/openstack/images/\"<\u{e9}>`\"", 404),
    ];
    for (line, status) in lines.repeat(2) {
        let body = match line.starts_with("POST") {
            true => HALVES.concat(),
            false => String::new(),
        };
        let length = body.len();
        let head = format!("{line} HTTP/1.1\r\nHost: nova\r\nContent-Length: {length}\r\n");
        wire.send(head.as_bytes());
        wire.send(format!("Content-Type: application/json\r\n\r\n{body}").as_bytes());
        let answer = wire.answer();
        assert_eq!(answer.status, status, "{line}: {}", answer.text());
    }
    wire.assert_over();
}

/// What is uploaded, and holds what looks like its end.
const DATA: &[u8] = b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n";

/// An upload by Glance's API v1, in chunks.
fn upload(line: &str) -> Vec<u8> {
    let head = format!(
        "{line} HTTP/1.1\r\nHost: glance\r\n{TOKEN}x-image-meta-name: x\r\n\
         x-image-meta-disk_format: raw\r\nx-image-meta-container_format: bare\r\n\
         Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    [head.as_bytes(), &chunked(DATA, 5)].concat()
}

const UPLOAD: &str = "POST /image/v1/images";

fn assert_uploaded(wire: &mut Wire) {
    let answer = wire.answer();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(said["image"]["size"], DATA.len());
}

#[test]
fn uploads_may_end_twice_and_be_followed_by_the_next_request() {
    let server = Server::with("docs");
    let mut wire = Wire::to(&server);
    let (upload, refused) = (upload(UPLOAD), upload("PUT /image/v1/images/none"));
    wire.send(&[&upload[..], STRAY, &upload, STRAY, GET].concat());
    assert_uploaded(&mut wire);
    assert_uploaded(&mut wire);
    assert_eq!(wire.answer().status, 200);
    // A client may hear of it before it has sent the stray, or before it has sent anything.
    for at in 0..=STRAY.len() {
        let (early, late) = STRAY.split_at(at);
        wire.send(&[&upload[..], early].concat());
        assert_uploaded(&mut wire);
        wire.send(late);
        wire.send(GET);
        assert_eq!(wire.answer().status, 200);
    }
    wire.send(&[&refused[..], STRAY, GET].concat());
    assert_eq!(wire.answer().status, 404);
    assert_eq!(wire.answer().status, 200);
    wire.assert_over();
}

/// Behind a chunked body as behind any: what begins like a stray and is none is no request.
#[test]
fn what_is_no_stray_is_answered_as_any_bytes_in_a_heads_place() {
    let server = Server::with("docs");
    for behind in [
        &b"0"[..],
        b"0\r",
        b"0\r\n",
        b"0\r\n\r",
        b"0\r\nGET / HTTP/1.1\r\nHost: nova\r\n\r\n",
        b"0GET / HTTP/1.1\r\nHost: nova\r\n\r\n",
        b"0\r\n\r\n0\r\n\r\n",
        b"0\r\nX: y\r\n\r\n",
        b"00\r\n\r\n",
        b"1\r\n0\r\n0\r\n\r\n",
    ] {
        let rest = |first: &[u8], behind: &[u8]| {
            let mut wire = Wire::to(&server);
            wire.send(first);
            let status = wire.answer().status;
            wire.send(behind);
            wire.0.get_ref().shutdown(Shutdown::Write).unwrap();
            let mut rest = String::new();
            wire.0.read_to_string(&mut rest).unwrap();
            let status_line = rest.lines().next().unwrap_or_default().to_owned();
            (status, status_line, rest.matches("HTTP/1.1 ").count())
        };
        let (created, line, answers) = rest(&upload(UPLOAD), behind);
        assert_eq!(created, 201);
        let behind = behind.strip_prefix(STRAY).unwrap_or(behind);
        assert_eq!(
            (200, line, answers),
            rest(GET, behind),
            "{}",
            behind.escape_ascii()
        );
        assert!(answers <= 1);
    }
}

/// Parts of bodies and of targets, full of what looks like something else.
const WORDS: [&str; 12] = [
    "\"",
    "<b>",
    "A\"\"\"",
    "`",
    "\u{e9}",
    "\r\n",
    "\n\n",
    "x=1&",
    "%",
    "{}",
    "0\r\n\r\n",
    "GET /\"<> HTTP/1.1\r\nHost: nova\r\n\r\n",
];

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(select(WORDS.to_vec()), 0..8).prop_map(|words| words.concat())
}

fn target() -> impl Strategy<Value = String> {
    let list = |version: &str| format!("/{version}/openstack/images");
    let paths = vec![
        list("v2"),
        list("v2/\""),
        list("v2.1"),
        list("v2.1/<b>") + "/",
        METADATA.to_owned(),
        METADATA.replace("v2", "v2.1"),
        "/\u{e9}/`".to_owned(),
    ];
    // White space would end a target.
    let query = words().prop_map(|words| words.replace([' ', '\r', '\n'], ""));
    let query = prop_oneof![
        Just(String::new()),
        query.prop_map(|query| format!("?name={query}"))
    ];
    (select(paths), query).prop_map(|(path, query)| path + &query)
}

/// Metadata, well-formed or not.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let good = (select(vec!["a", "b\""]), words()).prop_map(|(key, value)| {
        // An empty value would not outlive the next change.
        let body = serde_json::json!({"metadata": {key: format!("A{value}")}});
        body.to_string().into_bytes()
    });
    prop_oneof![good, words().prop_map(String::into_bytes)]
}

/// A body in chunks, with all that may stand beside them.
fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let chunks = body.chunks(size);
    let mut chunked = chunks.fold(Vec::new(), |mut chunked, chunk| {
        chunked.extend(format!("{:X};x=\"<y>\"\r\n", chunk.len()).bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
        chunked
    });
    chunked.extend(b"0\r\nTrailer: \"\r\n\r\n");
    chunked
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let headers = vec![
        "",
        "",
        "Expect: 100-continue\r\n",
        "Accept: \"A\", application/xml\r\n",
    ];
    let get = (target(), select(headers.clone())).prop_map(|(target, headers)| {
        format!("GET {target} HTTP/1.1\r\nHost: nova\r\n{headers}\r\n").into_bytes()
    });
    let posted = prop_oneof![3 => Just(METADATA.to_owned()), 2 => target()];
    let strays = select(vec![b"", STRAY]);
    let post = (posted, select(headers), body(), 0..20_usize, strays);
    let post = post.prop_map(|(target, headers, body, chunk, stray)| {
        let (framing, body) = match chunk {
            0..10 => (format!("Content-Length: {}", body.len()), body),
            size => (
                "Transfer-Encoding: chunked".to_owned(),
                [&chunked(&body, size), stray].concat(),
            ),
        };
        let head = format!("POST {target} HTTP/1.1\r\nHost: nova\r\n{TOKEN}{headers}{framing}\r\n");
        let head = head + "Content-Type: application/json\r\n\r\n";
        [head.as_bytes(), &body].concat()
    });
    prop_oneof![get, post]
}

/// What was answered, as far as it does not depend on the connection.
fn essence(answer: &Answer) -> (u16, String) {
    (answer.status, answer.text())
}

fn ask_one_by_one(server: &Server, requests: &[Vec<u8>]) -> Vec<(u16, String)> {
    let answers = requests.iter().map(|request| {
        let mut wire = Wire::to(server);
        wire.send(request);
        let answer = wire.answer();
        wire.assert_over();
        essence(&answer)
    });
    answers.collect()
}

/// Where everything before must have been answered. The framework closes a connection behind an
/// answer when it is amidst the body of a later request, unless that is the very next.
fn rests(requests: &[Vec<u8>]) -> Vec<usize> {
    let is_get = |request: &Vec<u8>| request.starts_with(b"GET");
    let mut rests = Vec::new();
    let mut start = 0;
    for (index, request) in requests.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &requests[before]);
        match before.filter(|before| is_get(before)) {
            _ if is_get(request) => {}
            Some(before) => rests.push(start - before.len()),
            None => rests.push(start),
        }
        start += request.len();
    }
    rests
}

/// Sends all requests over one connection, in parts that end anywhere. Where it is said, what can
/// have been answered is read in between: the next part meets a connection that was written to.
fn ask_in_parts(
    server: &Server,
    requests: &[Vec<u8>],
    parts: &[(Index, bool)],
) -> Vec<(u16, String)> {
    let bytes = requests.concat();
    let parts = parts
        .iter()
        .map(|(at, read)| (at.index(bytes.len()), *read));
    let rests = rests(requests).into_iter().chain([bytes.len()]);
    let mut parts: Vec<_> = parts.chain(rests.map(|at| (at, true))).collect();
    parts.sort_unstable();
    let mut wire = Wire::to(server);
    let mut answers = Vec::new();
    let (mut sent, mut answered) = (0, 0);
    for (at, read) in parts {
        wire.send(&bytes[sent..at]);
        sent = at;
        while read
            && let Some(next) = requests.get(answers.len())
            && answered + next.len() <= sent
        {
            answered += next.len();
            answers.push(essence(&wire.answer()));
        }
    }
    wire.assert_over();
    answers
}

#[test]
fn pipelines_are_answered_as_their_requests_by_themselves() {
    let (together, apart) = (Server::with("docs"), Server::with("docs"));
    let requests = prop::collection::vec(request(), 1..6);
    let parts = prop::collection::vec((any::<Index>(), any::<bool>()), 0..12);
    let outcome = TestRunner::new(cases(150)).run(&(requests, parts), |(requests, parts)| {
        let answers = ask_in_parts(&together, &requests, &parts);
        prop_assert_eq!(answers, ask_one_by_one(&apart, &requests));
        prop_assert_eq!(metadata(&together), metadata(&apart));
        Ok(())
    });
    outcome.unwrap();
    assert!(metadata(&together)["a"].is_string());
}
