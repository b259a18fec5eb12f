//! The command: how it starts, what it says, how it ends.

mod ctl;
mod damage;
mod data;
mod greeting;
mod health;
mod options;
pub mod process;
mod service;
mod transfers;

use crate::golden::client::Client;
use crate::scratch::{Scratch, USER_VERSION, patch_header};
use process::{Running, command, refused, text};
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

#[test]
fn it_prints_lines_that_work() {
    for (arguments, lines) in [
        (&[][..], 3),
        (&["--auth", "strict"], 3),
        (&["--profile", "juno"], 3),
        (&["--profile", "nova-34", "--fixture", "devcloud"], 2),
        (&["--profile", "otc", "--auth", "strict"], 2),
        (&["--fixture", "devcloud", "--auth", "strict"], 3),
    ] {
        let mut server = Running::serve(arguments);
        for line in server.curl_lines(lines) {
            let (status, body) = server.curl(&line);
            assert_eq!(status, 200, "{arguments:?}: {line}: {body}");
            if line.contains("application/xml") {
                let list = crate::element::Element::parse(&body);
                assert!(!list.children.is_empty(), "{line}");
            } else if line.contains("/detail") {
                let list: serde_json::Value = serde_json::from_str(&body).unwrap();
                assert!(!list["images"].as_array().unwrap().is_empty(), "{line}");
            }
        }
    }
}

/// Whoever waits for the file may ask at once.
#[test]
fn the_port_file_comes_with_readiness() {
    let scratch = Scratch::new("port-file");
    let path = scratch.path("port");
    let mut command = command(&["--listen", "127.0.0.1:0"]);
    command.env("NOVA_IMAGES_PORT_FILE", &path);
    let mut child = command.spawn().unwrap();
    let port = loop {
        if let Ok(port) = std::fs::read_to_string(&path) {
            break port;
        }
        if let Some(ended) = child.try_wait().unwrap() {
            panic!("{ended}");
        }
        std::thread::yield_now();
    };
    let server = Running::on_port(child, port.trim().parse().unwrap());
    assert!(port.ends_with('\n'));
    assert_eq!(server.ask("GET", "/_control/health/ready", &[], "").0, 200);
    assert_eq!(server.ask("GET", "/v2/openstack/images", &[], "").0, 200);
}

#[test]
fn signals_end_it_well() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Running::serve(&[]);
        server.curl_lines(3);
        // A connection that is kept alive holds nothing up.
        let mut client = Client::new(server.address);
        assert_eq!(client.send("GET", "/", &[], None).unwrap().status, 200);
        server.signal(signal);
        let status = server.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
    }
}

#[test]
fn flags_are_also_environment_variables() {
    let mut command = command(&[]);
    for (name, value) in [
        ("LISTEN", "127.0.0.1:0"),
        ("FIXTURE", "devcloud"),
        ("AUTH", "strict"),
        ("CLOCK", "2030-01-02T03:04:05Z"),
        ("PUBLIC_URL", "https://cloud.example.com/"),
        ("GLANCE_URL", "https://glance.example.com"),
        ("MAX_MICROVERSION", "2.30"),
        ("MAX_LIMIT", "5"),
    ] {
        command.env(format!("NOVA_IMAGES_{name}"), value);
    }
    let server = Running::start(command);
    let token = [("X-Auth-Token", "demo-token")];
    assert_eq!(server.ask("GET", "/v2.1/images", &[], "").0, 401);
    let (_, list) = server.ask("GET", "/v2.1/images?limit=5", &token, "");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let links = &list["images"][0]["links"];
    let href = |index: usize| links[index]["href"].as_str().unwrap();
    assert!(
        href(0).starts_with("https://cloud.example.com/v2.1/images/"),
        "{links}"
    );
    assert!(
        href(2).starts_with("https://glance.example.com/images/"),
        "{links}"
    );
    assert!(list["images_links"].is_array());
    let (_, root) = server.ask("GET", "/", &[], "");
    assert!(root.contains("\"2.30\""), "{root}");
}

#[test]
fn what_cannot_start_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(&["--listen", &address]);
    assert!(said.contains(&address), "{said}");

    let said = refused_on_free_port(&["--clock", "noon"]);
    assert!(said.contains("noon"), "{said}");
    let scratch = Scratch::new("refused");
    let nowhere = scratch.path("no-folder").join("port");
    let said = refused_on_free_port(&["--port-file", text(&nowhere)]);
    assert!(said.contains("no-folder"), "{said}");
}

#[test]
fn fixtures_that_are_wrong_are_refused_with_reasons() {
    let scratch = Scratch::new("refused-fixtures");
    let fixture = |path: &str| refused_on_free_port(&["--fixture", path]);
    let said = fixture("no-such-set");
    assert!(
        said.contains("no-such-set") && said.contains("devcloud"),
        "{said}"
    );
    let broken = scratch.file("broken.json", "{\"images\": [");
    let said = fixture(text(&broken));
    assert!(
        said.contains("broken.json") && said.contains("line 1"),
        "{said}"
    );
    for (content, path, reason) in [
        (
            r#"{"images": [{"id": "a", "created_at": "yesterday"}]}"#,
            "images[0].created_at",
            "time",
        ),
        (
            r#"{"images": [{"id": "a", "created_at": "2026-01-01T00:00:00Z", "min_ram": -1}]}"#,
            "images[0].min_ram",
            "",
        ),
        (r#"{"pictures": []}"#, "pictures", "unknown section"),
        (
            r#"{"tokens": [{"id": "t", "user": "nobody"}]}"#,
            "tokens[0].user",
            "nobody",
        ),
    ] {
        let wrong = scratch.file("wrong.json", content);
        let said = fixture(text(&wrong));
        for part in ["wrong.json", path, reason] {
            assert!(said.contains(part), "{part:?} in {said}");
        }
    }
}

#[test]
fn foreign_databases_are_refused_with_reasons() {
    let scratch = Scratch::new("refused-databases");
    let database = |path: &Path| refused_on_free_port(&["--database", text(path)]);
    let letter = scratch.file("letter.db", "no database at all, but a letter ".repeat(100));
    let said = database(&letter);
    assert!(
        said.contains("letter.db") && said.contains("not a database"),
        "{said}"
    );
    let newer = scratch.path("newer.db");
    let mut server = Running::serve(&["--database", text(&newer)]);
    let said = database(&newer);
    assert!(
        said.contains("newer.db") && said.contains("in use"),
        "{said}"
    );
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());
    patch_header(&newer, USER_VERSION, 1000);
    let said = database(&newer);
    assert!(
        said.contains("newer.db") && said.contains("version 1000"),
        "{said}"
    );
}

fn refused_on_free_port(options: &[&str]) -> String {
    refused(&[&["--listen", "127.0.0.1:0"], options].concat())
}

/// Log lines are for machines when nobody looks: no colours, and as JSON on request.
#[test]
fn logs_are_lines() {
    for format in ["text", "json"] {
        let mut command = command(&["--listen", "127.0.0.1:0", "--log-format", format]);
        command.env("RUST_LOG", "nova_images=debug");
        let mut server = Running::start(command);
        assert_eq!(server.ask("GET", "/v2/openstack/images", &[], "").0, 200);
        let wrong =
            r#"{"auth": {"passwordCredentials": {"username": "demo", "password": ["S3CRET"]}}}"#;
        let json = [("Content-Type", "application/json")];
        assert_eq!(server.ask("POST", "/v2.0/tokens", &json, wrong).0, 400);
        server.signal("-TERM");
        let mut logs = String::new();
        let mut stderr = server.child.stderr.take().unwrap();
        stderr.read_to_string(&mut logs).unwrap();
        assert!(!logs.contains("S3CRET"), "{logs}");
        let line = logs
            .lines()
            .find(|line| line.contains("/v2/openstack/images"));
        let line = line.unwrap_or_else(|| panic!("{logs}"));
        assert!(!line.contains('\u{1b}'), "{line:?}");
        if format == "json" {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["fields"]["status"], 200);
        } else {
            assert!(line.contains("status=200"), "{line}");
        }
    }
}

/// Mistakes on the command line itself are told by the parser, at more length.
#[test]
fn wrong_flags_are_explained() {
    for (arguments, part) in [
        (&["--profile", "essex"][..], "nova-34"),
        (&["--max-limit", "0"], "max-limit"),
        (&["--public-url", "cloud.example.com"], "http://"),
        (&["--max-microversion", "3"], "2.35"),
        (&["--no-such-flag"], "no-such-flag"),
    ] {
        let Output { status, stderr, .. } = command(arguments).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{said}");
        assert!(said.contains(part), "{part} in {said}");
    }
}

/// What was acknowledged is there after `kill -9`.
#[test]
fn a_killed_server_has_lost_nothing() {
    let scratch = Scratch::new("killed");
    let path = scratch.path("images.db");
    let start = || Running::serve(&["--database", text(&path)]);
    let image = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
    let admin = [
        ("X-Auth-Token", "admin-token"),
        ("Content-Type", "application/json"),
    ];
    for round in 0..3 {
        let mut server = start();
        let body = format!("{{\"meta\": {{\"round\": \"{round}\"}}}}");
        let item = format!("{image}/metadata/round");
        assert_eq!(server.ask("PUT", &item, &admin, &body).0, 200);
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        let server = start();
        let (status, found) = server.ask("GET", &item, &[], "");
        assert_eq!((status, found), (200, body));
    }
    let mut server = start();
    assert_eq!(server.ask("DELETE", image, &admin, "").0, 204);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    assert_eq!(start().ask("GET", image, &[], "").0, 404);
}
