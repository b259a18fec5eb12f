//! A client that costs as little as it can, so that the servers are what is measured.
//!
//! Requests are bytes made beforehand; an answer is read up to its `Content-Length`. Two threads
//! keep a request under way on each of their connections, one at a time per connection.

use crate::images::scramble;
use crate::measure::now;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

/// Threads that send.
const THREADS: usize = 2;

/// Connections, over all threads.
pub const CONNECTIONS: usize = 16;

/// How long an answer may take before the run is given up.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What one read takes at most.
const BUFFER_BYTES: usize = 256 * 1024;

/// The parameter that no server knows and that makes each request another one.
const CACHE_BUSTER: &str = "cache-busting=";

/// Digits of its value: always as many, so that answers which repeat it are of one length.
const CACHE_BUSTER_DIGITS: usize = 16;

/// How many values were given out; none is given twice.
static CACHE_BUSTERS: AtomicU64 = AtomicU64::new(0);

/// A request, ready to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    bytes: Vec<u8>,
    /// Where the value of the unknown parameter stands, when there is one.
    slot: Option<usize>,
}

impl Request {
    /// The same bytes each time it is sent.
    pub fn repeated(host: SocketAddr, target: &str, accept: &str) -> Self {
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n\
             User-Agent: throughput\r\n\r\n"
        );
        Self {
            bytes: head.into_bytes(),
            slot: None,
        }
    }

    /// Writes a body in JSON.
    pub fn put(host: SocketAddr, target: &str, body: &str) -> Self {
        let length = body.len();
        let text = format!(
            "PUT {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: throughput\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        Self {
            bytes: text.into_bytes(),
            slot: None,
        }
    }

    /// With an unknown parameter that has another value each time it is sent.
    pub fn unique(host: SocketAddr, target: &str, accept: &str) -> Self {
        let joint = if target.contains('?') { '&' } else { '?' };
        Self::varied(host, &format!("{target}{joint}{CACHE_BUSTER}"), accept)
    }

    /// With another word at the end of its target each time it is sent.
    pub fn varied(host: SocketAddr, before: &str, accept: &str) -> Self {
        let zeros = "0".repeat(CACHE_BUSTER_DIGITS);
        let mut request = Self::repeated(host, &format!("{before}{zeros}"), accept);
        request.slot = Some("GET ".len() + before.len());
        request
    }

    fn freshen(&mut self) {
        if let Some(slot) = self.slot {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            let mut value = scramble(CACHE_BUSTERS.fetch_add(1, Ordering::Relaxed));
            for digit in &mut self.bytes[slot..slot + CACHE_BUSTER_DIGITS] {
                *digit = HEX[(value & 0xf) as usize];
                value >>= 4;
            }
        }
    }
}

/// What came back, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// In the order and spelling of the wire.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A kept-alive connection.
struct Connection {
    stream: TcpStream,
    request: Request,
    sent_at: Instant,
}

impl Connection {
    fn open(address: SocketAddr, request: &Request) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP option");
        stream
            .set_read_timeout(Some(TIMEOUT))
            .expect("a TCP option");
        Self {
            stream,
            request: request.clone(),
            sent_at: now(),
        }
    }

    fn send(&mut self) {
        self.request.freshen();
        self.sent_at = now();
        self.stream
            .write_all(&self.request.bytes)
            .expect("the server keeps the connection");
    }

    /// Reads a whole answer, of which only the length of the body is kept.
    ///
    /// # Panics
    /// When the answer is not a 200, or its body has another length than `expected`.
    fn receive(&mut self, buffer: &mut [u8], expected: usize) {
        let mut filled = 0;
        let head = loop {
            filled += self.read(&mut buffer[filled..]);
            if let Some(head) = head_length(&buffer[..filled]) {
                break head;
            }
        };
        let length = content_length(&buffer[..head]);
        assert!(
            buffer.starts_with(b"HTTP/1.1 200 ") && length == expected,
            "a 200 with {expected} bytes was expected, this came:\n{}",
            String::from_utf8_lossy(&buffer[..filled.min(1000)])
        );
        let mut missing = (head + length)
            .checked_sub(filled)
            .expect("nothing comes unasked");
        while missing > 0 {
            missing = missing
                .checked_sub(self.read(buffer))
                .expect("nothing comes unasked");
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.stream.read(buffer).expect("the answer comes in time");
        assert!(count > 0, "the server closed the connection");
        count
    }
}

/// Connections to one server, kept over all rounds.
pub struct Client {
    threads: Vec<Vec<Connection>>,
    expected: usize,
}

impl Client {
    /// For a request whose answers have bodies of `expected` bytes.
    pub fn new(address: SocketAddr, request: &Request, expected: usize) -> Self {
        let open = |_| Connection::open(address, request);
        let threads = (0..THREADS).map(|_| (0..CONNECTIONS / THREADS).map(open).collect());
        Self {
            threads: threads.collect(),
            expected,
        }
    }

    /// Sends as much as is answered, for a time.
    pub fn drive(&mut self, time: Duration) -> Round {
        let expected = self.expected;
        let started = now();
        let deadline = started + time;
        let latencies = std::thread::scope(|scope| {
            let running: Vec<_> = self
                .threads
                .iter_mut()
                .map(|connections| scope.spawn(move || drive(connections, deadline, expected)))
                .collect();
            let ended = running.into_iter().map(ScopedJoinHandle::join);
            ended
                .flat_map(|latencies| latencies.expect("every answer is as expected"))
                .collect::<Vec<_>>()
        });
        Round {
            elapsed: started.elapsed(),
            latencies,
        }
    }
}

/// What one round of [`Client::drive`] measured.
pub struct Round {
    elapsed: Duration,
    /// From sending to having read the last byte, for each request.
    pub latencies: Vec<Duration>,
}

impl Round {
    pub fn requests_per_second(&self) -> f64 {
        let requests = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        f64::from(requests) / self.elapsed.as_secs_f64()
    }
}

fn drive(connections: &mut [Connection], deadline: Instant, expected: usize) -> Vec<Duration> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut latencies = Vec::new();
    connections.iter_mut().for_each(Connection::send);
    let mut under_way: Vec<&mut Connection> = connections.iter_mut().collect();
    while !under_way.is_empty() {
        under_way.retain_mut(|connection| {
            connection.receive(&mut buffer, expected);
            let received_at = now();
            latencies.push(received_at - connection.sent_at);
            let goes_on = received_at < deadline;
            if goes_on {
                connection.send();
            }
            goes_on
        });
    }
    latencies
}

/// One connection with one request at a time: latency without a queue.
pub struct Single {
    connection: Connection,
    expected: usize,
    buffer: Vec<u8>,
}

impl Single {
    /// For a request whose answers have bodies of `expected` bytes.
    pub fn new(address: SocketAddr, request: &Request, expected: usize) -> Self {
        Self {
            connection: Connection::open(address, request),
            expected,
            buffer: vec![0; BUFFER_BYTES],
        }
    }

    /// The latency of each of so many requests.
    pub fn drive(&mut self, requests: u32) -> Vec<Duration> {
        let one = |_| {
            self.connection.send();
            self.connection.receive(&mut self.buffer, self.expected);
            self.connection.sent_at.elapsed()
        };
        (0..requests).map(one).collect()
    }
}

/// Sends a request once, on a connection of its own.
pub fn fetch(address: SocketAddr, request: &Request) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut request = request.clone();
    request.freshen();
    stream.write_all(&request.bytes)?;
    let mut received = Vec::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        if let Some(head) = head_length(&received) {
            let length = content_length(&received[..head]);
            if received.len() >= head + length {
                return Ok(answer(&received[..head], &received[head..]));
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => received.extend_from_slice(&buffer[..count]),
        }
    }
}

fn answer(head: &[u8], body: &[u8]) -> Answer {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        status: status.and_then(|text| text.parse().ok()).unwrap_or(0),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: body.to_vec(),
    }
}

/// The bytes up to and with the empty line, once they are all there.
fn head_length(received: &[u8]) -> Option<usize> {
    const END: &[u8] = b"\r\n\r\n";
    let end = received
        .windows(END.len())
        .position(|window| window == END)?;
    Some(end + END.len())
}

fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length:";
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines
        .find(|line| {
            line.get(..NAME.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(NAME))
        })
        .expect("every answer says its length");
    let digits = line[NAME.len()..].trim_ascii();
    let text = std::str::from_utf8(digits).unwrap_or_default();
    text.parse().expect("a length is a number")
}
