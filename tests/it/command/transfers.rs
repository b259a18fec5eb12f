//! Image data of servers that are stopped, killed and started again.

use super::process::{Running, command, text};
use crate::scratch::Scratch;
use serde_json::Value;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;

fn serve(scratch: &Scratch, arguments: &[&str]) -> Running {
    let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
    let mut command = command(&all);
    command.env("TMPDIR", scratch.path(""));
    Running::start(command)
}

fn create(server: &Running) -> String {
    let body = r#"{"name": "n", "disk_format": "raw", "container_format": "bare"}"#;
    let (status, answer) = server.ask("POST", "/image/v2/images", &[], body);
    assert_eq!(status, 201, "{answer}");
    let image: Value = serde_json::from_str(&answer).unwrap();
    image["id"].as_str().unwrap().to_owned()
}

fn image(server: &Running, id: &str) -> Value {
    let (status, answer) = server.ask("GET", &format!("/image/v2/images/{id}"), &[], "");
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).unwrap()
}

fn upload(server: &Running, id: &str, data: &str) {
    let octets = [("Content-Type", "application/octet-stream")];
    let (status, answer) = server.ask("PUT", &file(id), &octets, data);
    assert_eq!(status, 204, "{answer}");
}

/// An upload that has begun, and has not ended.
fn begin(server: &Running, id: &str) -> TcpStream {
    let mut connection = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: 1000000\r\n\r\n",
        file(id)
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&vec![7; 600_000]).unwrap();
    let is_saving = (0..10_000).any(|_| image(server, id)["status"] == "saving");
    assert!(is_saving);
    connection
}

fn file(id: &str) -> String {
    format!("/image/v2/images/{id}/file")
}

/// What is in a folder, folders of data among it.
fn files(folder: &Path, prefix: &str) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(prefix)).count()
}

#[test]
fn a_killed_server_leaves_no_orphan_behind_the_next_start() {
    let scratch = Scratch::new("transfer-killed");
    let database = scratch.path("db");
    let options = ["--database", text(&database)];
    let mut server = serve(&scratch, &options);
    let (kept, cut, deleted) = (create(&server), create(&server), create(&server));
    upload(&server, &kept, "hello");
    upload(&server, &deleted, "deleted");
    let _connection = begin(&server, &cut);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let folder = scratch.path("db-data");
    assert_eq!((files(&folder, ""), files(&folder, "part-")), (3, 1));
    let server = serve(&scratch, &options);
    assert_eq!(image(&server, &kept)["status"], "active");
    assert_eq!(image(&server, &cut)["status"], "queued");
    assert_eq!(server.ask("GET", &file(&kept), &[], "").1, "hello");
    assert_eq!((files(&folder, ""), files(&folder, "part-")), (2, 0));
    // It can be uploaded again, and what is there survives an orderly end.
    upload(&server, &cut, "whole");
    server.logs_at_the_end();
    assert_eq!(files(&folder, ""), 3);
    let server = serve(&scratch, &options);
    assert_eq!(server.ask("GET", &file(&cut), &[], "").1, "whole");
}

#[test]
fn temporary_data_go_with_their_server() {
    let scratch = Scratch::new("transfer-temporary");
    let data = || files(&scratch.path(""), "nova-images-data-");
    let server = serve(&scratch, &[]);
    assert_eq!(data(), 0);
    let id = create(&server);
    upload(&server, &id, "hello");
    let cut = create(&server);
    let _connection = begin(&server, &cut);
    assert_eq!(data(), 1);
    server.signal("-TERM");
    let mut server = server;
    assert!(server.child.wait().unwrap().success());
    assert_eq!(data(), 0);
    // A killed one cannot clear up; the next one does, and leaves those alone that are alive.
    let mut killed = serve(&scratch, &[]);
    let id = create(&killed);
    upload(&killed, &id, "hello");
    let alive = serve(&scratch, &[]);
    let id = create(&alive);
    upload(&alive, &id, "hello");
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert_eq!(data(), 2);
    let next = serve(&scratch, &[]);
    let is_swept = (0..10_000).any(|_| data() == 1 || next.ask("GET", "/", &[], "").0 == 0);
    assert!(is_swept);
    assert_eq!(alive.ask("GET", &file(&id), &[], "").1, "hello");
}

#[cfg(target_os = "linux")]
#[test]
fn large_data_take_little_memory() {
    use std::io::Read as _;
    const BYTES: usize = 64 << 20;
    let scratch = Scratch::new("transfer-memory");
    let server = serve(&scratch, &[]);
    let resident = || -> usize {
        let path = format!("/proc/{}/status", server.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.unwrap().trim().strip_suffix(" kB").unwrap();
        kibibytes.parse::<usize>().unwrap() * 1024
    };
    let id = create(&server);
    let before = resident();
    let mut connection = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {BYTES}\r\n\r\n",
        file(&id)
    );
    connection.write_all(head.as_bytes()).unwrap();
    let piece: Vec<u8> = (0..1_u32 << 20).map(|at| at.to_le_bytes()[0]).collect();
    for _ in 0..BYTES / piece.len() {
        connection.write_all(&piece).unwrap();
    }
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        file(&id)
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut came = 0;
    let mut piece = vec![0; 1 << 20];
    loop {
        match connection.read(&mut piece).unwrap() {
            0 => break,
            length => came += length,
        }
    }
    assert!(came > BYTES);
    let grown = resident().saturating_sub(before);
    assert!(grown < 32 << 20, "it grew by {grown} bytes");
}
