//! As much of HTTP as it takes to send and receive image data without keeping them.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};

/// Bytes that are written or read at once.
const PIECE: usize = 1 << 20;

/// A kept-alive connection.
pub struct Connection(BufReader<TcpStream>);

/// The head of an answer.
pub struct Head {
    pub status: u16,
    pub length: u64,
}

impl Connection {
    pub fn to(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(1 << 16, stream)))
    }

    /// Sends a request without a body, or with a short one, and reads all of the answer.
    pub fn ask(&mut self, method: &str, target: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let head = self.head()?;
        let mut body = vec![0; usize::try_from(head.length).map_err(Error::other)?];
        self.0.read_exact(&mut body)?;
        Ok((head.status, body))
    }

    /// Sends so many bytes, all of the piece again and again; says the status.
    pub fn put(&mut self, target: &str, piece: &[u8], bytes: u64) -> Result<u16> {
        let request = format!(
            "PUT {target} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/octet-stream\r\n\
             Content-Length: {bytes}\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut left = bytes;
        while left > 0 {
            let length = left.min(piece.len() as u64);
            let part = usize::try_from(length).ok().and_then(|it| piece.get(..it));
            self.0.get_mut().write_all(part.unwrap_or(piece))?;
            left -= length;
        }
        let head = self.head()?;
        let mut body = vec![0; usize::try_from(head.length).map_err(Error::other)?];
        self.0.read_exact(&mut body)?;
        Ok(head.status)
    }

    /// Reads an answer of any length and keeps none of it; says how many bytes came.
    pub fn get(&mut self, target: &str) -> Result<u64> {
        let request = format!("GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes())?;
        let head = self.head()?;
        if head.status != 200 {
            return Err(Error::other(format!("status {}", head.status)));
        }
        let mut piece = vec![0; PIECE];
        let mut left = head.length;
        while left > 0 {
            let most = usize::try_from(left.min(PIECE as u64)).unwrap_or(PIECE);
            let read = self.0.read(piece.get_mut(..most).unwrap_or_default())?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            left -= read as u64;
        }
        Ok(head.length)
    }

    fn head(&mut self) -> Result<Head> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.ok_or(ErrorKind::InvalidData)?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                return Ok(Head { status, length });
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(Error::other)?;
            }
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}
