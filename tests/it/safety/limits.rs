//! Bounds, and what happens at them.

use super::{ADMIN, FAKEIMAGE7, JSON, LIVE, READY, RESET, all_of, ask, connect, docs};
use crate::command::process::{Running, command};
use crate::golden::client::read_answer;
use crate::harness::Server;
use crate::scratch::Scratch;
use nova_images::Profile;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

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
fn a12_idle_connections_are_let_go_while_a_request_is_answered() {
    let emulator = docs().stop_within(Duration::from_secs(30)).start().unwrap();
    let address = emulator.address();
    let mut idle = connect(address);
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answers = BufReader::new(idle);
    let (_, keep) = read_answer(&mut answers, "GET").unwrap();
    assert!(keep);
    let mut stalled = stall(address);
    std::thread::scope(|scope| {
        scope.spawn(|| emulator.stop());
        let mut rest = Vec::new();
        answers.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty());
        stalled.write_all(b"        ").unwrap();
        let (answer, keep) = read_answer(&mut BufReader::new(stalled), "PUT").unwrap();
        assert_eq!((answer.status, keep), (400, false));
    });
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
