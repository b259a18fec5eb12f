//! A Keystone and a Glance in one: they know everybody, have the same images each time, and take their
//! time for lists.

use crate::measure::pause;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Images of a list.
pub const IMAGES: usize = 25;

/// What a thread of the benchmark's has of stack: there is one a connection.
pub const STACK_BYTES: usize = 128 * 1024;

/// A running one, for as long as the process.
pub struct Cloud {
    pub address: SocketAddr,
    at_once: Arc<AtOnce>,
}

#[derive(Default)]
struct AtOnce {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Cloud {
    /// Whose lists come so late.
    pub fn start(latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let at_once = Arc::<AtOnce>::default();
        let (list, counted): (Arc<str>, _) = (list().into(), Arc::clone(&at_once));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (list, at_once) = (Arc::clone(&list), Arc::clone(&counted));
                let serving = move || serve(stream, &list, latency, &at_once);
                let thread = thread::Builder::new().stack_size(STACK_BYTES);
                thread.spawn(serving).expect("there is room for a thread");
            }
        });
        Self { address, at_once }
    }

    /// Lists that were under way at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.at_once.most.load(Ordering::Relaxed)
    }
}

fn serve(stream: TcpStream, list: &str, latency: Duration, at_once: &AtOnce) {
    stream.set_nodelay(true).expect("a TCP option");
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while matches!(reader.read_line(&mut head), Ok(1..)) {
        if !head.ends_with("\r\n\r\n") {
            continue;
        }
        let answer = if head.starts_with("GET /v3/auth/tokens") {
            json(&token(&head))
        } else {
            let now = at_once.now.fetch_add(1, Ordering::Relaxed) + 1;
            at_once.most.fetch_max(now, Ordering::Relaxed);
            pause(latency);
            at_once.now.fetch_sub(1, Ordering::Relaxed);
            json(list)
        };
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
        head.clear();
    }
}

fn json(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// A token is its project's name.
fn token(head: &str) -> String {
    let mut lines = head.lines();
    let project = lines
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("x-subject-token: ")
                .map(str::to_owned)
        })
        .expect("somebody is asked about");
    format!(
        r#"{{"token": {{"methods": ["password"], "user": {{"id": "u", "name": "ada", "domain": {{"id": "default", "name": "Default"}}}},
        "project": {{"id": "{project}", "name": "{project}", "domain": {{"id": "default", "name": "Default"}}}},
        "roles": [{{"id": "1", "name": "member"}}], "audit_ids": ["a"], "catalog": [],
        "issued_at": "2025-01-01T12:00:00.000000Z", "expires_at": "2999-01-01T12:00:00.000000Z"}}}}"#
    )
}

/// A page as Glance has it.
fn list() -> String {
    let mut body = String::from(r#"{"images": ["#);
    for number in 0..IMAGES {
        let comma = if number == 0 { "" } else { ", " };
        let id = format!("6f1e0e2c-6e9f-4f0d-9d4e-{number:012}");
        // Writing to a string does not fail.
        _ = write!(
            body,
            r#"{comma}{{"hw_disk_bus": "virtio", "os_distro": "debian", "os_version": "12", "os_admin_user": "debian",
            "name": "Debian 12 build {number}", "disk_format": "qcow2", "container_format": "bare", "visibility": "public",
            "size": 2361393152, "virtual_size": 3221225472, "status": "active", "checksum": "0d1c4a4e7d1c4f0a9a560d4b61c1b001",
            "protected": false, "min_ram": 512, "min_disk": 3, "owner": "0d1c4a4e7d1c4f0a9a560d4b61c1b001", "os_hidden": false,
            "os_hash_algo": "sha512", "os_hash_value": "{hash}", "id": "{id}", "created_at": "2025-01-01T00:00:00Z",
            "updated_at": "2025-01-01T00:00:00Z", "tags": ["lts"], "self": "/v2/images/{id}", "file": "/v2/images/{id}/file",
            "schema": "/v2/schemas/image"}}"#,
            hash = "0d1c4a4e7d1c4f0a".repeat(8),
        );
    }
    body + r#"], "first": "/v2/images", "schema": "/v2/schemas/images"}"#
}
