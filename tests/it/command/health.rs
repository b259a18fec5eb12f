//! `nova-images healthcheck`, as a container's engine runs it.

use super::process::{Running, command, free_address, text};
use crate::scratch::Scratch;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Output;

/// How it ends, and what it says.
fn checked(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = command(&[&["healthcheck"], arguments].concat());
    command.envs(variables.iter().copied());
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    assert!(stdout.is_empty());
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn unhealthy(arguments: &[&str], why: &str) {
    let (code, said) = checked(arguments, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("nova-images: ") && said.contains(why),
        "{said}"
    );
}

#[test]
fn a_ready_server_is_healthy_wherever_it_listens() {
    let scratch = Scratch::new("healthy");
    let file = scratch.path("port");
    for listen in ["127.0.0.1:0", "localhost:0", "0.0.0.0:0"] {
        let server = Running::start(command(&["--listen", listen, "--port-file", text(&file)]));
        let port = server.address.port().to_string();
        let there = listen.replace(":0", &format!(":{port}"));
        assert_eq!(
            checked(&["--listen", &there], &[]),
            (Some(0), String::new())
        );
        let variables = [
            ("NOVA_IMAGES_LISTEN", listen),
            ("NOVA_IMAGES_PORT_FILE", text(&file)),
        ];
        assert_eq!(checked(&[], &variables), (Some(0), String::new()));
        drop(server);
        unhealthy(&["--listen", &there], &port);
    }
}

#[test]
fn who_has_no_port_is_told_how_to_name_one() {
    let scratch = Scratch::new("portless");
    let missing = scratch.path("port");
    unhealthy(&["--listen", "127.0.0.1:0"], "--port-file");
    unhealthy(&["--port-file", text(&missing)], text(&missing));
    let odd = scratch.file("odd", "eighty\n");
    unhealthy(&["--port-file", text(&odd)], text(&odd));
    unhealthy(&["--listen", "nowhere"], "nowhere");
}

/// By the control API's own listener where nothing else has a port that one can know.
#[test]
fn a_listener_of_the_control_api_tells_it_too() {
    let control = free_address();
    let server = Running::serve(&["--control-listen", &control]);
    let there = server.address.to_string();
    let healthy = (Some(0), String::new());
    for arguments in [
        ["--listen", &there, "--control-listen", &control],
        ["--listen", "127.0.0.1:0", "--control-listen", &control],
    ] {
        assert_eq!(checked(&arguments, &[]), healthy, "{arguments:?}");
    }
}

/// What the server says of itself is passed on.
#[test]
fn a_server_that_is_not_ready_says_why() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        assert!(request[..read].starts_with(b"GET /_control/health/ready HTTP/1.1\r\n"));
        let answer = "HTTP/1.1 503 Service Unavailable\r\n\r\n{\"reason\":\n\"the disk is full\"}";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    unhealthy(
        &["--listen", &address],
        "503 Service Unavailable {\"reason\": \"the disk is full\"}",
    );
    server.join().unwrap();
}

/// A server that takes connections and says nothing holds no check up for ever.
#[test]
fn silence_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    unhealthy(&["--listen", &address], "no answer in time");
}
