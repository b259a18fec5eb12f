//! A kept-alive connection with one request at a time.

use crate::measure::now;
use std::io::{Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take before the run is given up.
const TIMEOUT: Duration = Duration::from_secs(60);

pub struct Connection {
    stream: TcpStream,
    request: String,
    answer: Vec<u8>,
}

impl Connection {
    /// Asks for one thing, by a token.
    pub fn open(address: SocketAddr, target: &str, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream,
            request: format!(
                "GET {target} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\
                 X-Auth-Token: {token}\r\n\r\n"
            ),
            answer: Vec::new(),
        })
    }

    /// How long until the last byte of a 200 is there; nothing when it is another answer, or none.
    pub fn ask(&mut self) -> Option<Duration> {
        let begun = now();
        self.exchange().ok().filter(|is_good| *is_good)?;
        Some(begun.elapsed())
    }

    /// The body of the last answer.
    pub fn body(&self) -> &[u8] {
        let head = head_length(&self.answer).unwrap_or(0);
        &self.answer[head..]
    }

    fn exchange(&mut self) -> Result<bool> {
        self.stream.write_all(self.request.as_bytes())?;
        self.answer.clear();
        let mut piece = [0; 16 * 1024];
        loop {
            let read = self.stream.read(&mut piece)?;
            if read == 0 {
                return Ok(false);
            }
            self.answer.extend_from_slice(&piece[..read]);
            if let Some(head) = head_length(&self.answer)
                && self.answer.len() >= head + content_length(&self.answer[..head])
            {
                return Ok(self.answer.starts_with(b"HTTP/1.1 200 "));
            }
        }
    }
}

fn head_length(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length:"));
    let length = length.expect("every answer says its length");
    length.trim().parse().expect("a length is a number")
}
