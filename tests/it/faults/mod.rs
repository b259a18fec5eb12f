//! What goes wrong on demand, seen from a socket.

mod apart;
mod brought;
mod control;
mod effects;
mod schedule;
mod stale;
mod words;

use crate::harness::{Response, Server};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

type Headers = &'static [(&'static str, &'static str)];

const NONE: Headers = &[];
const XML: Headers = &[("Accept", "application/xml")];
const JSON: Headers = &[("Content-Type", "application/json")];
const ADMIN: Headers = &[
    ("Content-Type", "application/json"),
    ("X-Auth-Token", "admin-token"),
];

const LIST: &str = "/v2/openstack/images/detail";

/// Of `docs`, public.
const IMAGE: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

const MARK: &str = "x-nova-images-fault";

/// One request of each service, in each form that it has.
const ASKED: [(&str, &str, Headers); 9] = [
    ("nova", LIST, NONE),
    ("nova", LIST, XML),
    ("nova", "/v2.1/openstack/images/detail", NONE),
    ("nova", "/compute/v2.1/images", NONE),
    ("keystone", "/v3/projects", NONE),
    ("keystone", "/v2.0/tenants", XML),
    ("glance", "/image/v2/images", NONE),
    ("glance", "/image/v1/images", NONE),
    ("waldur", "/api/openstack-images/", NONE),
];

/// The path of a space's faults; the server's own when its name is empty.
fn faults_of(space: &str) -> String {
    match space {
        "" => "/_control/faults".to_owned(),
        space => format!("/_space/{space}/_control/faults"),
    }
}

fn post(server: &Server, fault: &Value) -> Response {
    server.send("POST", &faults_of(""), JSON, &fault.to_string())
}

/// Adds a fault, and answers what is shown of it.
fn add(server: &Server, fault: &Value) -> Value {
    let added = post(server, fault);
    assert_eq!(added.status(), 201, "{}", added.text());
    added.json()
}

/// A server over `docs` with these faults.
fn with(faults: &[Value]) -> Server {
    let server = Server::with("docs");
    for fault in faults {
        add(&server, fault);
    }
    server
}

fn clear(server: &Server) {
    let cleared = server.send("DELETE", &faults_of(""), NONE, "");
    assert_eq!(cleared.status(), 204);
}

/// What becomes of so many requests: their statuses.
fn statuses(server: &Server, target: &str, calls: usize) -> Vec<u16> {
    (0..calls).map(|_| server.get(target).status()).collect()
}

fn paint(server: &Server, space: &str, colour: &str) -> Response {
    let path = format!("{space}/v2/openstack/images/{IMAGE}/metadata/colour");
    let body = json!({"meta": {"colour": colour}});
    server.send("PUT", &path, ADMIN, &body.to_string())
}

/// Everything that comes for a `GET` until the connection ends, and how it ends.
fn raw(server: &Server, target: &str, headers: Headers) -> (Vec<u8>, Option<ErrorKind>) {
    exchange(server, "GET", target, headers, "")
}

/// The same for any request; of an administrator.
fn exchange(
    server: &Server,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (Vec<u8>, Option<ErrorKind>) {
    let mut connection = TcpStream::connect(server.address()).unwrap();
    let patience = Some(Duration::from_secs(10));
    connection.set_read_timeout(patience).unwrap();
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n");
    for (name, value) in headers {
        _ = write!(request, "{name}: {value}\r\n");
    }
    if method != "GET" {
        request += "X-Auth-Token: admin-token\r\nContent-Type: application/json\r\n";
    }
    request += "\r\n";
    connection.write_all((request + body).as_bytes()).unwrap();
    let mut came = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match connection.read(&mut piece) {
            Ok(0) => return (came, None),
            Ok(length) => came.extend_from_slice(&piece[..length]),
            Err(error) => return (came, Some(error.kind())),
        }
    }
}

/// Head, in small letters, and body of one answer.
fn parts(came: &[u8]) -> (String, Vec<u8>) {
    let end = came.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(came))) + 4;
    let head = String::from_utf8_lossy(&came[..end]).to_lowercase();
    (head, came[end..].to_vec())
}

/// What comes of it, and how long that takes.
#[expect(clippy::disallowed_methods, reason = "delays are of the real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let value = work();
    (value, begun.elapsed())
}
