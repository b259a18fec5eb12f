//! What an interceptor can make of requests, seen from a socket.

use crate::harness::{Server, builder};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::StatusCode;
use nova_images::{
    CutOff, Exchange, Fixture, Interceptor, Plan, Profile, Refusal, Reply, Verdict, Wire,
};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One decision for one operation; everything else passes.
struct On<F>(&'static str, F);

impl<F: Fn(&Exchange<'_>) -> Verdict + Send + Sync> Interceptor for On<F> {
    fn look(&self, exchange: &Exchange<'_>) -> Verdict {
        match exchange.plan.operation.as_str() == self.0 {
            true => (self.1)(exchange),
            false => Verdict::Pass,
        }
    }
}

fn with(
    operation: &'static str,
    decide: impl Fn(&Exchange<'_>) -> Verdict + Send + Sync + 'static,
) -> Server {
    let builder = builder().fixture(Fixture::docs().unwrap());
    Server::start(builder.interceptor(On(operation, decide)))
}

const DETAIL: &str = "nova.images.detail";
const LIST: &str = "/v2/openstack/images/detail";

fn text(body: &'static str) -> Reply {
    Reply::new(StatusCode::OK, "text/plain", body)
}

/// Everything that comes for a request whose head is written as it stands, until the connection ends.
fn raw(server: &Server, requests: &str) -> (Vec<u8>, Option<ErrorKind>) {
    let mut connection = TcpStream::connect(server.address()).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    connection.write_all(requests.as_bytes()).unwrap();
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

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n")
}

/// Head and body of one answer.
fn parts(came: &[u8]) -> (String, Vec<u8>) {
    let end = came.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(came))) + 4;
    let head = String::from_utf8_lossy(&came[..end]).into_owned();
    (head, came[end..].to_vec())
}

/// Lets everything pass and keeps the plans.
struct Seen(Arc<Mutex<Vec<Plan>>>);
impl Interceptor for Seen {
    fn look(&self, exchange: &Exchange<'_>) -> Verdict {
        self.0.lock().unwrap().push(exchange.plan.clone());
        Verdict::Pass
    }
}

const ID: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

/// A request, and the operation, image and project that its plan names; no plan, where nobody is asked.
type Planned = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

const PLANS: &[Planned] = &[
    ("GET", "/", "nova.versions.list", None, None),
    ("GET", "/images", "nova.versions.choices", None, None),
    ("GET", LIST, DETAIL, None, Some("openstack")),
    (
        "GET",
        "/compute/v2.1/images",
        "nova.images.index",
        None,
        None,
    ),
    (
        "GET",
        "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b",
        "nova.images.show",
        Some(ID),
        Some("openstack"),
    ),
    (
        "PUT",
        "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/a.xml",
        "nova.image_metadata.update",
        Some(ID),
        Some("openstack"),
    ),
    ("GET", "/v2/openstack/flavors", "nova.unrouted", None, None),
    ("POST", "/v2.0/tokens", "keystone.tokens.create", None, None),
    (
        "POST",
        "/identity/v3/auth/tokens",
        "keystone.tokens.create",
        None,
        None,
    ),
    ("GET", "/v3/projects", "keystone.projects.list", None, None),
    ("GET", "/v3/nothing", "keystone.unrouted", None, None),
    (
        "GET",
        "/api/openstack-images/",
        "waldur.openstack_images.list",
        None,
        None,
    ),
    (
        "GET",
        "/api/openstack-images/ab/",
        "waldur.openstack_images.show",
        Some("ab"),
        None,
    ),
    // Nobody stands in front of the control API.
    ("GET", "/_control/health/live", "", None, None),
];

#[test]
fn plans_say_what_requests_are_about() {
    let seen = Arc::new(Mutex::new(Vec::<Plan>::new()));
    let plans = Arc::clone(&seen);
    let builder = builder().fixture(Fixture::docs().unwrap());
    let server = Server::start(builder.interceptor(Seen(plans)));
    let token = [("X-Auth-Token", "admin-token")];
    for (method, target, operation, image, project) in PLANS {
        seen.lock().unwrap().clear();
        let _ = server.send(method, target, &[], "");
        let plans = std::mem::take(&mut *seen.lock().unwrap());
        if operation.is_empty() {
            assert_eq!(plans, []);
            continue;
        }
        let [plan] = plans.as_slice() else {
            panic!("{target}: {plans:?}");
        };
        assert_eq!(plan.operation.as_str(), *operation, "{method} {target}");
        assert_eq!(plan.image.as_deref(), *image, "{method} {target}");
        assert_eq!(plan.project.as_deref(), *project, "{method} {target}");
    }
    // Where the path says nothing, the token does.
    let _ = server.get_with("/v2.1/images", &token);
    let _ = server.get_with("/v3/auth/projects", &token);
    for plan in seen.lock().unwrap().iter() {
        assert_eq!(plan.project.as_deref(), Some("openstack"), "{plan:?}");
    }
}

/// An answer given in place of the service's does nothing; one given behind it comes after the deed.
#[test]
fn instead_of_the_deed_or_behind_it() {
    let path = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/colour";
    let body = r#"{"meta": {"colour": "red"}}"#;
    let json = [
        ("Content-Type", "application/json"),
        ("X-Auth-Token", "admin-token"),
    ];
    for done in [false, true] {
        let server = with("nova.image_metadata.update", move |_| match done {
            true => Verdict::After(text("lost")),
            false => Verdict::Answer(text("lost")),
        });
        assert_eq!(server.send("PUT", path, &json, body).good(), "lost");
        let status = server.get(path).status();
        assert_eq!(status, if done { 200 } else { 404 });
    }
}

/// Everything fails.
struct Down;
impl Interceptor for Down {
    fn look(&self, exchange: &Exchange<'_>) -> Verdict {
        let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Come <back> later.");
        Verdict::Answer(exchange.refuse(&refusal))
    }
}

type Headers = &'static [(&'static str, &'static str)];

const JSON: Headers = &[];
const XML: Headers = &[("Accept", "application/xml")];

/// A request, and the type and body of its refusal.
const REFUSALS: &[(&str, Headers, &str, &str)] = &[
    (
        LIST,
        JSON,
        "application/json; charset=UTF-8",
        r#"{"serviceUnavailable": {"message": "Come <back> later.", "code": 503}}"#,
    ),
    (
        LIST,
        XML,
        "application/xml; charset=UTF-8",
        "<serviceUnavailable code=\"503\" xmlns=\"http://docs.openstack.org/compute/api/v1.1\">\
         <message>Come &lt;back&gt; later.</message></serviceUnavailable>",
    ),
    (
        "/v2.1/openstack/images",
        JSON,
        "application/json; charset=UTF-8",
        r#"{"serviceUnavailable": {"code": 503, "message": "Come <back> later."}}"#,
    ),
    (
        "/v3/auth/tokens",
        JSON,
        "application/json",
        r#"{"error": {"code": 503, "message": "Come <back> later.", "title": "Service Unavailable"}}"#,
    ),
    (
        "/v2.0/tenants",
        JSON,
        "application/json",
        r#"{"error": {"message": "Come <back> later.", "code": 503, "title": "Service Unavailable"}}"#,
    ),
    (
        "/api/openstack-images/",
        JSON,
        "application/json",
        r#"{"detail":"Come <back> later."}"#,
    ),
];

/// Each service words an error that is not its own as it words its own, in the form asked for.
#[test]
fn refusals_are_in_the_words_of_the_service() {
    let start = |profile| {
        let builder = builder().fixture(Fixture::docs().unwrap()).profile(profile);
        Server::start(builder.interceptor(Down))
    };
    let server = start(Profile::Default);
    for (target, headers, content_type, body) in REFUSALS {
        let answer = server.get_with(target, headers);
        assert_eq!(answer.status(), 503, "{target}");
        assert_eq!(
            answer.header("content-type").as_deref(),
            Some(*content_type),
            "{target}"
        );
        assert_eq!(
            answer.text().split("?>").last().unwrap().trim(),
            *body,
            "{target}"
        );
    }
    assert!(server.get(LIST).header("x-compute-request-id").is_some());
    assert_eq!(server.get("/_control/health/ready").status(), 200);
    let html = start(Profile::Nova34).get_with(LIST, XML);
    assert_eq!(html.status(), 503);
}

#[test]
fn a_delay_holds_one_answer_up_and_no_other() {
    let server = with(DETAIL, |_| Verdict::Delay(Duration::from_millis(150)));
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.write_all(get(LIST).as_bytes()).unwrap();
    assert_eq!(server.get("/v2/openstack/images").status(), 200);
    slow.set_nonblocking(true).unwrap();
    let early = slow.read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(early, Err(ErrorKind::WouldBlock));
    slow.set_nonblocking(false).unwrap();
    let mut line = [0; 15];
    slow.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 200 OK");
}

/// Three pieces of a stream, the last of which may be an error.
fn pieces(last: Option<&'static str>) -> Reply {
    let broken = || CutOff("the disk is gone".into());
    let pieces = [Some("one "), Some("two "), last];
    let pieces = pieces.map(|piece| piece.map(Bytes::from).ok_or_else(broken));
    let stream = futures_util::stream::iter(pieces).boxed();
    Reply::stream(StatusCode::OK, "text/plain", stream)
}

#[test]
fn a_stream_is_sent_as_it_is_made() {
    let whole = with(DETAIL, |_| Verdict::Answer(pieces(Some("three"))));
    let answer = whole.get(LIST);
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.good(), "one two three");
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
    let (came, error) = raw(&whole, &format!("GET {LIST} HTTP/1.0\r\n\r\n"));
    let (head, body) = parts(&came);
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
    assert_eq!((body.as_slice(), error), (&b"one two three"[..], None));
    // What breaks off is no answer: the last chunk never comes.
    let broken = with(DETAIL, |_| Verdict::Answer(pieces(None)));
    let (came, _) = raw(&broken, &get(LIST));
    let came = String::from_utf8_lossy(&came);
    assert!(!came.ends_with("0\r\n\r\n"), "{came}");
}

/// Of a length that is known: `One two three` has 13 bytes.
fn sized(last: Option<&'static str>) -> Reply {
    let pieces = ["One ", "two ", last.unwrap_or_default()].map(|piece| Ok(Bytes::from(piece)));
    let stream = futures_util::stream::iter(pieces).boxed();
    Reply::sized(StatusCode::OK, "text/plain", 13, stream)
}

#[test]
fn a_stream_of_known_length_says_so() {
    let whole = with(DETAIL, |_| Verdict::Answer(sized(Some("three"))));
    let answer = whole.get(LIST);
    assert_eq!(answer.header("content-length").as_deref(), Some("13"));
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.good(), "One two three");
    // The connection goes on behind it, and behind a HEAD, for which nothing is made.
    let never = || {
        Reply::sized(
            StatusCode::OK,
            "a/b",
            7,
            futures_util::stream::pending().boxed(),
        )
    };
    let head = with("nova.unrouted", move |_| Verdict::Answer(never()));
    for _ in 0..2 {
        let answer = head.send("HEAD", LIST, &[], "");
        assert_eq!(answer.header("content-length").as_deref(), Some("7"));
        assert_eq!(answer.header("connection"), None);
    }
    // One that ends too early is cut off, and what goes beyond is not sent.
    let short = with(DETAIL, |_| Verdict::Answer(sized(None)));
    let (came, _) = raw(&short, &get(LIST));
    assert!(!String::from_utf8_lossy(&came).contains("three"));
    let long = with(DETAIL, |_| Verdict::Answer(sized(Some("three and four"))));
    assert_eq!(long.get(LIST).good(), "One two three");
}

/// The reply before an unusual one on the same connection arrives whole.
#[test]
fn unusual_ways_over_the_wire() {
    let two = get("/v2/openstack/images") + &get(LIST);
    let first = {
        let plain = Server::with("docs");
        let (came, _) = raw(
            &plain,
            "GET /v2/openstack/images HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        );
        parts(&came).1
    };
    let behind_first = |server: &Server| {
        let (came, error) = raw(server, &two);
        let (_, rest) = parts(&came);
        let rest = rest.strip_prefix(first.as_slice()).map(<[u8]>::to_vec);
        (rest.expect("the first answer arrives whole"), error)
    };
    let over = |wire: Wire| {
        with(DETAIL, move |_| {
            Verdict::Answer(text("0123456789").over(wire.clone()))
        })
    };

    let (rest, error) = behind_first(&over(Wire::CutAfter(3)));
    let (head, body) = parts(&rest);
    assert!(head.contains("content-length: 10"), "{head}");
    assert_eq!((body.as_slice(), error), (&b"012"[..], None));

    let (rest, error) = behind_first(&over(Wire::Raw(Bytes::from_static(b"HTTP/9 what\n\n"))));
    assert_eq!((rest.as_slice(), error), (&b"HTTP/9 what\n\n"[..], None));

    let (came, error) = raw(&over(Wire::Reset), &get(LIST));
    assert_eq!(
        (came.as_slice(), error),
        (&b""[..], Some(ErrorKind::ConnectionReset))
    );

    let (rest, error) = behind_first(&over(Wire::Paced(4000)));
    let (_, body) = parts(&rest);
    assert_eq!((body.as_slice(), error), (&b"0123456789"[..], None));
}
