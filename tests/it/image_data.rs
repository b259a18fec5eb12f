//! Image data over the wire: uploads to whatever end, downloads of clients of every kind.

use crate::golden::client::{Answer, read_answer};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{EmulatorBuilder, WebSource};
use std::fmt::Write as _;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const OCTETS: [(&str, &str); 1] = [("Content-Type", "application/octet-stream")];

/// A server whose data can be looked at.
struct Cloud {
    server: Server,
    scratch: Scratch,
}

impl Cloud {
    fn new(test: &str) -> Self {
        Self::with(test, |builder| builder)
    }

    fn with(test: &str, more: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Self {
        let scratch = Scratch::new(test);
        let server = Server::start(more(builder().database(scratch.path("db"))));
        Self { server, scratch }
    }

    /// The id of a new image.
    fn create(&self) -> String {
        let body = r#"{"name": "n", "disk_format": "raw", "container_format": "bare"}"#;
        let answer = self.server.send("POST", "/image/v2/images", &[], body);
        assert_eq!(answer.status(), 201, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    fn status(&self, id: &str) -> String {
        let answer = self.server.get(&format!("/image/v2/images/{id}"));
        answer.json()["status"].as_str().unwrap().to_owned()
    }

    fn upload(&self, id: &str, data: &str) -> u16 {
        let answer = self.server.send("PUT", &file(id), &OCTETS, data);
        answer.status()
    }

    fn delete(&self, id: &str) {
        let answer = self
            .server
            .send("DELETE", &format!("/image/v2/images/{id}"), &[], "");
        assert_eq!(answer.status(), 204);
    }

    /// Waits until an image has a status; the server is asked, so it has time.
    fn wait_for(&self, id: &str, status: &str) {
        let is_there = (0..10_000).any(|_| self.status(id) == status);
        assert!(is_there, "{id} never is {status}");
    }

    /// Waits until there are so many files.
    fn wait_for_files(&self, count: usize) {
        let folder = self.scratch.path("db-data");
        let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
        let is_there = (0..10_000).any(|_| files() == count || self.server.get("/").status() == 0);
        assert!(is_there, "there never are {count} files, but {}", files());
    }

    fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.server.address()).unwrap();
        let limit = Some(Duration::from_secs(20));
        connection.set_read_timeout(limit).unwrap();
        connection.set_write_timeout(limit).unwrap();
        connection
    }

    /// An upload of so many bytes, of which these have been sent.
    fn begin(&self, id: &str, length: usize, data: &[u8]) -> TcpStream {
        let mut connection = self.connect();
        let head = format!(
            "PUT {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/octet-stream\r\n\
             Content-Length: {length}\r\n\r\n",
            file(id)
        );
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(data).unwrap();
        connection
    }
}

fn file(id: &str) -> String {
    format!("/image/v2/images/{id}/file")
}

fn answer(connection: TcpStream) -> Answer {
    read_answer(&mut BufReader::new(connection), "PUT")
        .unwrap()
        .0
}

#[test]
fn a_client_that_leaves_leaves_nothing() {
    let cloud = Cloud::new("data-leaves");
    let id = cloud.create();
    let connection = cloud.begin(&id, 1_000_000, &vec![7; 400_000]);
    cloud.wait_for(&id, "saving");
    cloud.wait_for_files(1);
    drop(connection);
    cloud.wait_for(&id, "queued");
    cloud.wait_for_files(0);
    // One that says it was all, and it was not.
    let mut connection = cloud.begin(&id, 10, b"01234");
    connection.shutdown(std::net::Shutdown::Write).unwrap();
    _ = connection.read(&mut [0; 100]);
    cloud.wait_for(&id, "queued");
    assert_eq!(cloud.upload(&id, "hello"), 204);
    cloud.wait_for_files(1);
}

#[test]
fn of_two_uploads_to_one_image_the_first_counts() {
    let cloud = Cloud::new("data-two");
    let id = cloud.create();
    let mut first = cloud.begin(&id, 10, b"01234");
    cloud.wait_for(&id, "saving");
    assert_eq!(cloud.upload(&id, "other"), 409);
    first.write_all(b"56789").unwrap();
    assert_eq!(answer(first).status, 204);
    assert_eq!(cloud.server.get(&file(&id)).good(), "0123456789");
}

#[test]
fn equal_data_are_stored_once() {
    let cloud = Cloud::new("data-equal");
    let ids: Vec<_> = (0..3).map(|_| cloud.create()).collect();
    for id in &ids {
        assert_eq!(cloud.upload(id, "hello"), 204);
    }
    cloud.wait_for_files(1);
    cloud.delete(&ids[0]);
    cloud.delete(&ids[1]);
    assert_eq!(cloud.server.get(&file(&ids[2])).good(), "hello");
    cloud.delete(&ids[2]);
    cloud.wait_for_files(0);
}

#[test]
fn what_is_too_large_is_refused() {
    let cloud = Cloud::with("data-large", |builder| builder.max_image_size(10));
    let id = cloud.create();
    assert_eq!(cloud.upload(&id, "0123456789a"), 413);
    cloud.wait_for(&id, "queued");
    cloud.wait_for_files(0);
    assert_eq!(cloud.upload(&id, "0123456789"), 204);
}

#[test]
fn a_refusal_does_not_wait_for_the_data() {
    let cloud = Cloud::new("data-refused");
    for sent in [0, 10, 1 << 20] {
        let connection = cloud.begin("no-such-image", 1 << 30, &vec![0; sent]);
        assert_eq!(answer(connection).status, 404);
    }
    // One that sends all of it before it listens gets its answer, too.
    let connection = cloud.begin("no-such-image", 32 << 20, &vec![0; 32 << 20]);
    assert_eq!(answer(connection).status, 404);
}

#[test]
fn deleting_an_image_makes_its_upload_void() {
    let cloud = Cloud::new("data-deleted");
    let id = cloud.create();
    let mut connection = cloud.begin(&id, 10, b"01234");
    cloud.wait_for(&id, "saving");
    cloud.delete(&id);
    connection.write_all(b"56789").unwrap();
    assert_eq!(answer(connection).status, 410);
    cloud.wait_for_files(0);
}

#[test]
fn ranges_and_their_lengths() {
    let cloud = Cloud::new("data-ranges");
    let id = cloud.create();
    let mut data = String::new();
    for number in 0..100_000 {
        write!(data, "{number:06}").unwrap();
    }
    assert_eq!(cloud.upload(&id, &data), 204);
    let whole = cloud.server.get(&file(&id));
    assert_eq!(whole.header("content-length").unwrap(), "600000");
    assert!(whole.good() == data);
    for (range, start, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=262143-262144", 262_143, 262_145),
        ("bytes=-7", 599_993, 600_000),
        ("bytes=5-", 5, 600_000),
        ("bytes=599999-700000", 599_999, 600_000),
    ] {
        let part = cloud.server.get_with(&file(&id), &[("Range", range)]);
        assert_eq!(part.status(), 206);
        let shown = format!("bytes {start}-{}/600000", end - 1);
        assert_eq!(part.header("content-range"), Some(shown));
        assert_eq!(
            part.header("content-length"),
            Some((end - start).to_string())
        );
        assert!(part.text() == data[start..end], "{range}");
    }
}

/// More of them than there are threads that read files.
#[test]
fn clients_that_do_not_read_hold_up_nobody() {
    let cloud = Cloud::new("data-slow");
    let id = cloud.create();
    let data = "0123456789abcdef".repeat(1 << 19);
    assert_eq!(cloud.upload(&id, &data), 204);
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        file(&id)
    );
    let idle: Vec<_> = (0..20)
        .map(|_| {
            let mut connection = cloud.connect();
            connection.write_all(request.as_bytes()).unwrap();
            connection.read_exact(&mut [0; 17]).unwrap();
            connection
        })
        .collect();
    // Nor do uploads that stand still.
    let others: Vec<_> = (0..20).map(|_| cloud.create()).collect();
    let begun: Vec<_> = others
        .iter()
        .map(|id| cloud.begin(id, 1 << 20, &vec![1; 300_000]))
        .collect();
    assert!(cloud.server.get(&file(&id)).good() == data);
    let other = cloud.create();
    assert_eq!(cloud.upload(&other, &data), 204);
    // What was deleted meanwhile comes whole all the same.
    cloud.delete(&id);
    cloud.delete(&other);
    for mut connection in idle {
        let mut rest = Vec::new();
        connection.read_to_end(&mut rest).unwrap();
        assert!(rest.ends_with(data.as_bytes()));
    }
    drop(begun);
    for id in &others {
        cloud.wait_for(id, "queued");
    }
    cloud.wait_for_files(0);
}

/// Answers one request with a file; says where it is.
fn host(content: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        let length = content.len();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{content}");
        connection.write_all(answer.as_bytes()).unwrap();
    });
    address
}

#[test]
fn data_are_fetched_from_where_that_is_allowed() {
    let address = host("fetched");
    let allowed: WebSource = address.to_string().parse().unwrap();
    let cloud = Cloud::with("data-web", |builder| builder.allow_web_download(allowed));
    let import = |id: &str, uri: &str| {
        let body = format!(r#"{{"method": {{"name": "web-download", "uri": "{uri}"}}}}"#);
        let target = format!("/image/v2/images/{id}/import");
        cloud.server.send("POST", &target, &[], &body)
    };
    let id = cloud.create();
    for uri in [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
    ] {
        let refused = import(&id, uri);
        assert_eq!(refused.status(), 400);
        let why = format!("URI for web-download does not pass filtering: {uri}");
        assert!(refused.text().contains(&why), "{}", refused.text());
    }
    assert_eq!(import(&id, &format!("http://{address}/file")).status(), 202);
    cloud.wait_for(&id, "active");
    assert_eq!(cloud.server.get(&file(&id)).good(), "fetched");
    // What does not come leaves the image queued, and nothing behind.
    let other = cloud.create();
    assert_eq!(
        import(&other, &format!("http://{address}/file")).status(),
        202
    );
    cloud.wait_for(&other, "queued");
    cloud.wait_for_files(1);
}
