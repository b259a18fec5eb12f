//! The options: where they may stand, what they may say, and what is said of those that are wrong.

use super::process::{Running, command, refused, text};
use crate::scratch::Scratch;
use std::process::Output;

/// What a start that fails writes on standard error.
fn failure(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = command(arguments);
    for (name, value) in variables {
        command.env(format!("NOVA_IMAGES_{name}"), value);
    }
    let Output { status, stderr, .. } = command.output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{said}");
    said
}

#[test]
fn d1_options_before_serve_count() {
    for arguments in [
        ["--auth", "strict", "--listen", "127.0.0.1:0", "serve"],
        ["--auth", "strict", "serve", "--listen", "127.0.0.1:0"],
        ["serve", "--auth", "strict", "--listen", "127.0.0.1:0"],
    ] {
        let server = Running::start(command(&arguments));
        let (status, _) = server.ask("GET", "/v2.1/images", &[], "");
        assert_eq!(status, 401, "{arguments:?}");
    }
    let given_twice = failure(
        &[
            "--listen",
            "127.0.0.1:0",
            "serve",
            "--listen",
            "127.0.0.1:1",
        ],
        &[],
    );
    assert!(given_twice.contains("multiple times"), "{given_twice}");
    // One from the command line outranks the environment, wherever it stands.
    let mut command = command(&["--auth", "strict", "serve", "--listen", "127.0.0.1:0"]);
    command.env("NOVA_IMAGES_AUTH", "open");
    command.env("NOVA_IMAGES_LISTEN", "no such address");
    let server = Running::start(command);
    assert_eq!(server.ask("GET", "/v2.1/images", &[], "").0, 401);
}

#[test]
fn d1_fixtures_before_and_behind_serve_add_up() {
    let scratch = Scratch::new("both-sides");
    let own = scratch.file(
        "own.json",
        r#"{"images": [{"id": "own", "visibility": "public", "created_at": "2026-01-01T00:00:00Z"}]}"#,
    );
    let free = "127.0.0.1:0";
    let arguments = [
        "--fixture",
        "docs",
        "serve",
        "--fixture",
        text(&own),
        "--listen",
        free,
    ];
    let server = Running::start(command(&arguments));
    let (_, list) = server.ask("GET", "/v2/openstack/images", &[], "");
    assert!(
        list.contains("fakeimage7") && list.contains("\"own\""),
        "{list}"
    );
}

#[test]
fn d8_an_empty_variable_is_not_given() {
    let mut command = command(&[]);
    for name in [
        "PORT_FILE",
        "DATABASE",
        "FIXTURE",
        "AUTH",
        "PROFILE",
        "PUBLIC_URL",
        "GLANCE_URL",
        "MAX_MICROVERSION",
        "MAX_LIMIT",
        "RATE_LIMIT",
        "WALDUR_API",
        "TOKEN_TTL",
        "IDENTITY_LISTEN",
        "CLOCK",
        "SEED",
        "LOG_FORMAT",
    ] {
        command.env(format!("NOVA_IMAGES_{name}"), "");
    }
    command.env("NOVA_IMAGES_LISTEN", "127.0.0.1:0");
    let server = Running::start(command);
    let (status, list) = server.ask("GET", "/v2/openstack/images", &[], "");
    assert!(status == 200 && list.contains("fakeimage7"), "{list}");
}

#[test]
fn d8_a_comma_belongs_to_the_path() {
    let scratch = Scratch::new("comma");
    let body = r#"{"images": [{"id": "own", "visibility": "public", "created_at": "2026-01-01T00:00:00Z"}]}"#;
    let path = scratch.file("a,b.json", body);
    let server = Running::serve(&["--fixture", text(&path)]);
    assert!(
        server
            .ask("GET", "/v2/demo/images", &[], "")
            .1
            .contains("own")
    );
    let mut command = command(&["--listen", "127.0.0.1:0"]);
    command.env("NOVA_IMAGES_FIXTURE", &path);
    let server = Running::start(command);
    assert!(
        server
            .ask("GET", "/v2/demo/images", &[], "")
            .1
            .contains("own")
    );
    let said = refused(&["--listen", "127.0.0.1:0", "--fixture", "docs,edge"]);
    assert!(said.contains("docs,edge"), "{said}");
}

#[test]
fn d9_settings_without_sense_are_refused() {
    for (option, value, part) in [
        ("--public-url", "http://x/ y?z#a", "' '"),
        ("--public-url", "http://x?z", "query"),
        ("--public-url", "http://x/#a", "fragment"),
        ("--public-url", "http://x:99999", "65535"),
        ("--public-url", "x", "http://"),
        ("--glance-url", "http://x/?", "query"),
        ("--max-microversion", "2.200", "2.104"),
        ("--max-microversion", "3.1", "2.35"),
        ("--database", ":memory:", "in memory"),
        ("--database", "file:a.db?mode=memory", "in memory"),
    ] {
        let said = failure(&["--listen", "127.0.0.1:0", option, value], &[]);
        assert!(said.contains(part), "{option} {value}: {said}");
    }
}

#[test]
fn d10_a_failing_start_is_one_line_of_json() {
    for (arguments, variables, part) in [
        (&["--fixture", "nothing"][..], &[][..], "nothing"),
        (&["--clock", "noon"], &[], "noon"),
        (&["--database", ":memory:"], &[], ":memory:"),
        (&["--listen", "256.0.0.1:0"], &[], "256.0.0.1:0"),
        (&["--no-such-flag"], &[], "no-such-flag"),
        (&["--public-url", "x?y"], &[], "public-url"),
        (&[], &[("MAX_LIMIT", "none")], "none"),
    ] {
        let flag = failure(&[arguments, &["--log-format", "json"]].concat(), variables);
        let word = failure(&[&["--log-format=json"], arguments].concat(), variables);
        let mut with_format = variables.to_vec();
        with_format.push(("LOG_FORMAT", "json"));
        for said in [flag, word, failure(arguments, &with_format)] {
            assert_eq!(said.lines().count(), 1, "{said}");
            let line: serde_json::Value = serde_json::from_str(&said).unwrap();
            assert_eq!(line["level"], "ERROR");
            let message = line["fields"]["message"].as_str().unwrap();
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn d11_the_same_seed_gives_the_same_ids() {
    let ids = |seed: &str| {
        let server = Running::serve(&["--seed", seed]);
        let mut client = crate::golden::client::Client::new(server.address);
        let mut id = || {
            let answer = client
                .send("GET", "/v2/openstack/images", &[], None)
                .unwrap();
            answer.header("x-compute-request-id").unwrap()
        };
        [id(), id()]
    };
    let first = ids("7");
    assert_eq!(ids("7"), first);
    assert_ne!(ids("8"), first);
    assert_ne!(first[0], first[1]);
}
