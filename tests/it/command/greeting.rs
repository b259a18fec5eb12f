//! What is printed once the server answers, and what is written to its files.

use super::process::{Running, command, refused, text};
use crate::scratch::Scratch;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

fn ended(mut server: Running) {
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());
}

/// Two owners: `few` of one image, `many` of two.
fn dump(scratch: &Scratch) -> std::path::PathBuf {
    let image = |id: &str, owner: &str| {
        format!(
            r#"{{"id": "{id}", "owner": "{owner}", "visibility": "private",
                "created_at": "2026-01-01T00:00:00Z"}}"#
        )
    };
    let images = [
        image("a", "few"),
        image("b", "many projects"),
        image("c", "many projects"),
    ];
    scratch.file(
        "dump.json",
        format!(r#"{{"images": [{}]}}"#, images.join(",")),
    )
}

#[test]
fn b7_lines_work_when_pasted() {
    for (listen, base) in [
        ("0.0.0.0:0", "http://127.0.0.1:"),
        ("[::]:0", "http://[::1]:"),
    ] {
        let mut server = Running::start(command(&["--listen", listen]));
        let base = format!("{base}{}", server.address.port());
        for line in server.curl_lines(3) {
            assert!(line.contains(&base), "{line}");
        }
        let exports = server.rest_of_greeting();
        assert!(
            exports
                .replace('\'', "")
                .contains(&format!("OS_AUTH_URL={base}/v3")),
            "{exports}"
        );
    }
    let url = "https://cloud.example.com:8443/nova";
    let mut server = Running::serve(&["--public-url", url]);
    for line in server.curl_lines(3) {
        assert!(line.contains(url), "{line}");
    }
    let exports = server.rest_of_greeting();
    assert!(
        exports.contains(&format!("OS_AUTH_URL={url}/v3")),
        "{exports}"
    );
}

#[test]
fn b7_strict_without_users_is_a_warning() {
    let scratch = Scratch::new("no-users");
    let nobody = scratch.file("nobody.json", r#"{"images": [], "users": []}"#);
    let unsaid = scratch.file("unsaid.json", r#"{"images": []}"#);
    for (arguments, part) in [
        (
            &["--auth", "strict", "--fixture", text(&nobody)][..],
            "there is no user",
        ),
        (
            &["--auth", "strict", "--fixture", text(&unsaid)],
            "password `secret`",
        ),
        (&["--auth", "strict"], ""),
        (&["--fixture", text(&nobody)], ""),
    ] {
        let server = Running::serve(arguments);
        let logs = server.logs_at_the_end();
        assert_eq!(logs.contains("WARN"), !part.is_empty(), "{logs}");
        assert!(logs.contains(part), "{logs}");
    }
}

#[test]
fn d6_a_dump_of_a_cloud_prints_its_owners() {
    let scratch = Scratch::new("dump");
    let dump = dump(&scratch);
    for auth in ["open", "strict"] {
        let mut server = Running::serve(&["--fixture", text(&dump), "--auth", auth]);
        for line in server.curl_lines(3) {
            let (status, body) = server.curl(&line);
            assert_eq!(status, 200, "{line}: {body}");
            if line.contains("/detail") {
                assert!(line.contains("/v2/many%20projects/"), "{line}");
                assert!(body.contains("\"b\"") && !body.contains("\"a\""), "{body}");
            }
        }
        let rest = server.rest_of_greeting();
        for part in [
            "many projects (2), few (1)",
            "OS_USERNAME=demo OS_PASSWORD=secret OS_PROJECT_NAME='many projects'",
        ] {
            assert!(rest.contains(part), "{part} in {rest}");
        }
    }
}

#[test]
fn d7_a_stale_port_file_goes_before_anything_fails() {
    let scratch = Scratch::new("stale");
    let path = scratch.file("port", "1\n");
    let identity = scratch.file("port.identity", "127.0.0.1:2\n");
    let control = scratch.file("port.control", "127.0.0.1:3\n");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(&["--listen", &address, "--port-file", text(&path)]);
    assert!(said.contains(&address), "{said}");
    assert!(!path.exists() && !identity.exists() && !control.exists());
}

#[test]
fn d7_the_files_are_there_as_long_as_it_answers() {
    let scratch = Scratch::new("port-files");
    let path = scratch.path("port");
    let identity = scratch.path("port.identity");
    let control = scratch.path("port.control");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap().trim().to_owned();
    let mut server = Running::serve(&[
        "--port-file",
        text(&path),
        "--identity-listen",
        "127.0.0.1:0",
        "--control-listen",
        "127.0.0.1:0",
    ]);
    server.curl_lines(3);
    assert_eq!(read(&path), server.address.port().to_string());
    let address: SocketAddr = read(&identity).parse().unwrap();
    let rest = server.rest_of_greeting();
    assert!(rest.contains(&format!("http://{address}")), "{rest}");
    let mut client = crate::golden::client::Client::new(address);
    assert_eq!(client.send("GET", "/v3", &[], None).unwrap().status, 200);
    let address: SocketAddr = read(&control).parse().unwrap();
    assert!(
        rest.contains(&format!("http://{address}/_control")),
        "{rest}"
    );
    let mut client = crate::golden::client::Client::new(address);
    let clock = client.send("GET", "/_control/clock", &[], None).unwrap();
    assert_eq!(clock.status, 200);
    ended(server);
    let left: Vec<_> = std::fs::read_dir(scratch.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_printed_for_nova_34_is_answered() {
    for auth in ["open", "strict"] {
        let mut server = Running::serve(&["--profile", "nova-34", "--auth", auth]);
        for line in server.curl_lines(2) {
            let (status, body) = server.curl(&line);
            assert_eq!(status, 200, "{line}: {body}");
        }
    }
}
