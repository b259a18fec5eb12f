//! What one client, one page or one full disk can do to everybody else.

use crate::command::process::{Running, command};
use crate::golden::client::{Answer, Client, read_answer};
use crate::harness::{Response, Server, builder};
use crate::scratch::Scratch;
use nova_images::{ControlAccess, EmulatorBuilder, Fixture, Profile};
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Far more than anything takes; whoever runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

const FAKEIMAGE7: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
const RESET: &str = "/_control/reset";
const ADVANCE: &str = "/_control/clock/advance";
const LIVE: &str = "/_control/health/live";
const READY: &str = "/_control/health/ready";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const ADMIN: (&str, &str) = ("X-Auth-Token", "admin-token");

fn docs() -> EmulatorBuilder {
    builder().fixture(Fixture::docs().unwrap())
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that comes back for these bytes before the connection ends.
fn all_of(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn ask(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Client::new(address)
        .send(method, target, &headers, None)
        .unwrap()
}

fn said(response: &Response) -> String {
    let body = response.json();
    assert_eq!(body["error"]["code"], response.status(), "{body}");
    body["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn a2_pages_of_strangers_change_nothing() {
    let server = Server::start(docs());
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let text = ("Content-Type", "text/plain");
    let seconds = r#"{"seconds": 1}"#;
    for (target, headers, body, status) in [
        (
            RESET,
            &[("Origin", "http://evil.example"), form][..],
            "a=b",
            403,
        ),
        (
            ADVANCE,
            &[("Origin", "http://evil.example"), text],
            seconds,
            403,
        ),
        (
            ADVANCE,
            &[("Origin", "http://evil.example"), JSON],
            seconds,
            403,
        ),
        (RESET, &[("Origin", "http://localhost:1")], "", 403),
        (RESET, &[("Sec-Fetch-Site", "cross-site")], "", 403),
        (RESET, &[("Host", "evil.example")], "", 403),
        (ADVANCE, &[("Host", "evil.example:80"), JSON], seconds, 403),
        (RESET, &[form], "a=b", 415),
        (ADVANCE, &[text], seconds, 415),
        (ADVANCE, &[JSON], seconds, 204),
        (RESET, &[], "", 204),
        (RESET, &[("Host", "nova.localhost")], "", 204),
    ] {
        let response = server.send("POST", target, headers, body);
        assert_eq!(response.status(), status, "{target} {headers:?}");
        if status != 204 {
            assert!(!said(&response).is_empty());
        }
    }
    // Whoever only looks may be anybody.
    assert_eq!(
        server.get_with(READY, &[("Host", "evil.example")]).status(),
        200
    );
}

/// What tells nothing of users, nor of what a harness has put into the server.
const FOR_ANYBODY: [&str; 9] = [
    "/clock",
    "/faults/presets",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/snapshots",
    "/spaces",
    "/transitions",
];

#[test]
fn a2_strangers_see_no_data_of_users() {
    let server = Server::start(docs());
    let document = server.get("/_control/openapi.json").json();
    let afar = docs().listen("0.0.0.0:0").control(ControlAccess::Read);
    let afar = Server::start(afar.control_token("t0ken"));
    let paths = document["paths"].as_object().unwrap();
    let looks = paths
        .iter()
        .filter(|(_, methods)| methods["get"].is_object());
    let mut open = Vec::new();
    for (path, _) in looks {
        let target = format!("/_control{}", path.replace(['{', '}'], ""));
        let strange = server
            .get_with(&target, &[("Host", "evil.example")])
            .status();
        let far = afar.get(&target).status();
        assert_eq!(strange == 403, far == 403, "{path}");
        if strange != 403 {
            open.push(path.as_str());
        }
    }
    open.sort_unstable();
    assert_eq!(open, FOR_ANYBODY);
    for path in ["/_control/images", "/_control/users", "/_control/projects"] {
        let shown = afar.get_with(path, &[("X-Control-Token", "t0ken")]);
        assert_eq!(shown.status(), 200, "{path}");
    }
}

#[test]
fn a2_what_is_allowed_is_said() {
    let server = Server::start(
        docs()
            .allow_host("nova")
            .allow_origin("http://localhost:3000")
            .control_token("t0ken"),
    );
    let post = |headers: &[(&str, &str)]| server.send("POST", RESET, headers, "").status();
    assert_eq!(post(&[("Host", "nova:8774")]), 204);
    assert_eq!(post(&[("Origin", "http://localhost:3000")]), 204);
    assert_eq!(
        post(&[("Host", "other"), ("X-Control-Token", "t0ken")]),
        204
    );
    assert_eq!(
        post(&[("Host", "other"), ("Authorization", "Bearer t0ken")]),
        204
    );
    assert_eq!(
        post(&[("Host", "other"), ("X-Control-Token", "token")]),
        403
    );

    let far = |builder: EmulatorBuilder| {
        let server = builder.listen("0.0.0.0:0").start().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], server.address().port()));
        let bare = ask(address, "POST", RESET, &[]).status;
        let shown = ask(address, "POST", RESET, &[("X-Control-Token", "t0ken")]).status;
        (bare, shown)
    };
    assert_eq!(far(docs()), (403, 403));
    assert_eq!(far(docs().control_token("t0ken")), (403, 204));
    assert_eq!(far(docs().control(ControlAccess::Full)), (204, 204));
}

#[test]
fn a2_an_allowed_page_may_ask_and_read() {
    let page = "http://localhost:3000";
    let server = Server::start(docs().allow_origin(page));
    let asks = [("Origin", page), ("Access-Control-Request-Method", "POST")];
    let may = server.send("OPTIONS", RESET, &asks, "");
    assert_eq!(may.status(), 204);
    let origin = |response: &Response| response.header("access-control-allow-origin");
    assert_eq!(origin(&may).as_deref(), Some(page));
    let methods = may.header("access-control-allow-methods");
    assert!(methods.is_some_and(|list| list.contains("POST")));
    let read = server.get_with(READY, &[("Origin", page)]);
    assert_eq!(origin(&read).as_deref(), Some(page));
    assert_eq!(read.header("vary").as_deref(), Some("origin"));
    // Nobody else is told anything.
    for stranger in ["http://localhost:3001", "null"] {
        let other = server.get_with(READY, &[("Origin", stranger)]);
        assert_eq!(other.status(), 200);
        assert_eq!(origin(&other), None);
        let headers = [("Origin", stranger), asks[1]];
        let refused = server.send("OPTIONS", RESET, &headers, "");
        assert_eq!(refused.status(), 405);
        assert_eq!(origin(&refused), None);
    }
}

#[test]
fn a2_access_is_off_read_or_full() {
    let scratch = Scratch::new("control-access");
    let path = scratch.path("images.db");
    let status = |builder: EmulatorBuilder, target: &str| {
        let server = Server::start(builder);
        assert_eq!(server.get(LIVE).status(), 200);
        assert_eq!(server.get(READY).status(), 200);
        server.send("POST", target, &[], "").status()
    };
    assert_eq!(status(docs().control(ControlAccess::Off), RESET), 403);
    assert_eq!(
        status(docs().control(ControlAccess::Off), "/_control/any"),
        403
    );
    assert_eq!(status(docs().control(ControlAccess::Read), RESET), 403);
    assert_eq!(
        status(docs().control(ControlAccess::Read), "/_control/any"),
        404
    );
    assert_eq!(status(docs(), RESET), 204);
    assert_eq!(status(docs().database(&path), RESET), 403);
    let full = docs().database(&path).control(ControlAccess::Full);
    assert_eq!(status(full, RESET), 204);
}

#[test]
fn a2_the_control_api_has_a_listener_of_its_own() {
    let emulator = docs().control_listen("127.0.0.1:0").start().unwrap();
    let (shared, own) = (emulator.address(), emulator.control_address().unwrap());
    for address in [shared, own] {
        assert_eq!(ask(address, "GET", LIVE, &[]).status, 200);
        assert_eq!(ask(address, "GET", READY, &[]).status, 200);
    }
    assert_eq!(ask(shared, "POST", RESET, &[]).status, 403);
    assert_eq!(ask(own, "POST", RESET, &[]).status, 204);
    assert_eq!(ask(shared, "GET", FAKEIMAGE7, &[]).status, 200);
    assert_eq!(ask(own, "GET", FAKEIMAGE7, &[]).status, 404);
}

#[test]
fn a3_a_deleted_image_stays_deleted() {
    let scratch = Scratch::new("deleted");
    for profile in [
        Profile::Default,
        Profile::Juno,
        Profile::Nova34,
        Profile::Otc,
    ] {
        let path = scratch.path(&format!("{profile:?}.db"));
        let start = || Server::start(docs().profile(profile).database(&path));
        let image = match profile {
            Profile::Nova34 => FAKEIMAGE7.replace("/openstack", ""),
            _ => FAKEIMAGE7.to_owned(),
        };
        let image = image.replace(
            "/v2/",
            if profile == Profile::Juno {
                "/v2/"
            } else {
                "/v2.1/"
            },
        );
        let list = image.rsplit_once('/').unwrap().0.to_owned();
        let names = |server: &Server| {
            let list = server.get_with(&list, &[ADMIN]).json();
            list["images"].as_array().unwrap().len()
        };
        let server = start();
        let before = names(&server);
        let deleted = server.send("DELETE", &image, &[ADMIN], "");
        assert_eq!(deleted.status(), 204, "{profile:?} {}", deleted.text());
        drop(server);
        let server = start();
        assert_eq!(names(&server), before - 1, "{profile:?}");
        assert_eq!(server.get_with(&image, &[]).status(), 404, "{profile:?}");
        let again = server.send("DELETE", &image, &[ADMIN], "");
        assert_eq!(again.status(), 404, "{profile:?}");
    }
}

const SOON: Duration = Duration::from_millis(300);

/// Tries all of them at once: each waits for the server's time to be up.
fn at_once<const N: usize>(targets: [&str; N], check: impl Fn(&str) + Sync) {
    let check = &check;
    std::thread::scope(|scope| {
        for target in targets {
            scope.spawn(move || check(target));
        }
    });
}

#[test]
fn a4_a_body_that_does_not_come_ends_the_connection() {
    let server = Server::start(docs().patience(SOON));
    let address = server.address();
    let targets = [
        "/v2/openstack/images/x/metadata",
        "/v3/auth/tokens",
        "/",
        RESET,
    ];
    at_once(targets, |target| {
        let request = format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{{"
        );
        let answer = all_of(address, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 408 "), "{target}: {answer}");
        let chunked = format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n"
        );
        let answer = all_of(address, chunked.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 408 "), "{target}: {answer}");
    });
}

#[test]
fn a4_a_client_that_never_reads_is_let_go() {
    let server = Server::start(docs().patience(SOON));
    let mut stream = connect(server.address());
    let request =
        b"GET /v2/openstack/images/detail HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    // Without an end this is stopped by the time that a write may take.
    let refused = (0..100_000).find_map(|_| stream.write_all(&request).err());
    let refused = refused.unwrap().kind();
    assert!(
        matches!(
            refused,
            std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe
        ),
        "{refused}"
    );
}

#[test]
fn a4_connections_are_bounded_and_a_probe_is_answered() {
    let server = docs().max_connections(2).start().unwrap();
    let address = server.address();
    // Each is served once, so that it is known to be let in.
    let mut held = [connect(address), connect(address)];
    for stream in &mut held {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let (answer, keep) = read_answer(&mut BufReader::new(stream), "GET").unwrap();
        assert_eq!((answer.status, keep), (200, true));
    }
    let refused = ask(address, "GET", "/", &[]);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("connection").unwrap(), "close");
    let silent: Vec<_> = (0..100).map(|_| connect(address)).collect();
    for probe in [LIVE, READY] {
        assert_eq!(ask(address, "GET", probe, &[]).status, 200);
    }
    drop(silent);
    drop(held);
    let is_served = || ask(address, "GET", "/", &[]).status == 200;
    assert!((0..1000).any(|_| is_served()));
}

/// A request that begins and does not go on.
fn stall(address: SocketAddr) -> TcpStream {
    let mut stalled = connect(address);
    let half =
        b"PUT /v2/p/images/a/metadata HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{";
    stalled.write_all(half).unwrap();
    // By the time that another one is answered it is under way.
    assert_eq!(ask(address, "GET", LIVE, &[]).status, 200);
    stalled
}

#[test]
fn a12_what_does_not_end_is_cut() {
    let emulator = docs().stop_within(Duration::from_secs(1)).start().unwrap();
    let mut stalled = stall(emulator.address());
    emulator.stop();
    let mut rest = Vec::new();
    _ = stalled.read_to_end(&mut rest);
}

#[test]
fn a12_a_second_signal_ends_it_at_once() {
    let mut server = Running::serve(&[]);
    let _stalled = stall(server.address);
    server.signal("-TERM");
    // The first one is being obeyed once nobody is let in any more.
    while TcpStream::connect(server.address).is_ok() {
        std::thread::yield_now();
    }
    assert!(server.child.try_wait().unwrap().is_none());
    server.signal("-TERM");
    let started = server.address;
    server.child.wait().unwrap();
    assert!(TcpStream::connect(started).is_err());
}

#[test]
fn a13_readiness_knows_the_file() {
    let scratch = Scratch::new("ready");
    let image = "/v2/openstack/images/155d900f-4e14-4e4c-a73d-069cbf4541e6/metadata/k";
    let check = |spoil: &dyn Fn(&std::path::Path), word: &str, is_written: bool| {
        let path = scratch.path(&format!("{word}.db"));
        let server = Server::start(docs().database(&path));
        let write = || {
            server
                .send("PUT", image, &[ADMIN, JSON], r#"{"meta": {"k": "v"}}"#)
                .status()
        };
        assert_eq!(write(), 200);
        assert_eq!(server.get(READY).good(), r#"{"status":"ok"}"#);
        spoil(&path);
        let ready = server.get(READY);
        assert_eq!(ready.status(), 503, "{word}");
        let reason = ready.json()["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains(word), "{reason}");
        assert_eq!(write() == 200, is_written, "{word}");
        assert_eq!(server.get(LIVE).status(), 200);
    };
    check(
        &|path| std::fs::remove_file(path).unwrap(),
        "removed",
        false,
    );
    let replace = |path: &std::path::Path| {
        let other = path.with_extension("other");
        std::fs::copy(path, &other).unwrap();
        std::fs::rename(&other, path).unwrap();
    };
    check(&replace, "replaced", false);
    // Stands for a full disk: the probe cannot be written.
    let block = |path: &std::path::Path| {
        let mut probe = path.as_os_str().to_owned();
        probe.push("-probe");
        std::fs::create_dir(probe).unwrap();
    };
    check(&block, "disk", true);
}

#[test]
fn a14_no_log_shows_a_token() {
    for profile in ["default", "juno", "nova-34", "otc"] {
        let mut command = command(&["--listen", "127.0.0.1:0", "--profile", profile]);
        command.env("RUST_LOG", "trace");
        let mut server = Running::start(command);
        for target in [
            "/v2.0/tokens/S3CRET",
            "/v2.0/tokens/S3CRET/endpoints",
            "/identity/v2.0/tokens/S3CRET",
            "/v2/tokens/S3CRET",
            "/v2/openstack/images?x-auth-token=S3CRET",
        ] {
            let token = [("X-Auth-Token", "S3CRET")];
            server.ask("GET", target, &token, "");
        }
        let broken =
            b"GET /v2.0/tokens/S3CRET HTTP/1.1\r\nHost: a\r\nContent-Length: S3CRET\r\n\r\n";
        all_of(server.address, &[&broken[..44], b"\r\n"].concat());
        server.signal("-TERM");
        let mut logs = String::new();
        let mut stderr = server.child.stderr.take().unwrap();
        stderr.read_to_string(&mut logs).unwrap();
        assert!(logs.contains("***"), "{logs}");
        let line = logs.lines().find(|line| line.contains("S3CRET"));
        assert_eq!(line, None, "{profile}");
    }
}

#[test]
fn a15_connect_is_no_method_here() {
    let server = Server::with("docs");
    let address = server.address();
    at_once(["host:80", "host:443", "127.0.0.1:80"], |target| {
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        let answer = all_of(address, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    });
}

#[test]
fn a15_a_body_that_is_too_large_is_refused_before_it_is_sent() {
    let server = Server::with("docs");
    let expect = |target: &str, length: usize| {
        format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let address = server.address();
    let targets = [
        "/v2/openstack/images/x/metadata",
        "/v2.1/openstack/images/x/metadata",
        "/v3/auth/tokens",
        "/v2.0/tokens",
    ];
    at_once(targets, |target| {
        let answer = all_of(address, expect(target, 200_000).as_bytes());
        assert!(answer.starts_with("HTTP/1.1 413 "), "{target}: {answer}");
        let mut small = connect(address);
        small.write_all(expect(target, 2).as_bytes()).unwrap();
        let mut first = [0; 25];
        small.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n", "{target}");
        small.write_all(b"{}").unwrap();
        let (answer, _) = read_answer(&mut BufReader::new(small), "POST").unwrap();
        assert!(answer.status >= 400, "{target}");
    });
}
