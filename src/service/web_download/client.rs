//! A client of HTTP/1.0 for one file.

use super::error::DownloadError;
use super::target::Target;
use bytes::{Bytes, BytesMut};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest head of an answer.
const MOST_HEAD_BYTES: usize = 32 * 1024;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// What ends a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A file that comes.
pub struct Download {
    stream: TcpStream,
    patience: Duration,
    read: BytesMut,
    left: u64,
}

impl Download {
    /// Asks the first of these addresses that takes a connection.
    pub async fn of(
        target: &Target,
        addresses: &[SocketAddr],
        patience: Duration,
    ) -> Result<Self, DownloadError> {
        let mut stream = connect(addresses, patience).await?;
        let request = format!(
            "GET {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: nova-images\r\nAccept: */*\r\n\r\n",
            target.path,
            target.authority(),
        );
        stream.write_all(request.as_bytes()).await?;
        let mut download = Self {
            stream,
            patience,
            read: BytesMut::new(),
            left: 0,
        };
        download.left = download.head().await?;
        Ok(download)
    }

    /// How many bytes are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// More of it; nothing behind its end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, DownloadError> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.read.is_empty() {
            self.more().await?;
        }
        let length = usize::try_from(self.left).unwrap_or(usize::MAX);
        let piece = self.read.split_to(length.min(self.read.len())).freeze();
        self.left -= piece.len() as u64;
        Ok(Some(piece))
    }

    async fn more(&mut self) -> Result<(), DownloadError> {
        self.read.reserve(READ_BYTES);
        let reading = timeout(self.patience, self.stream.read_buf(&mut self.read));
        match reading.await.map_err(|_| DownloadError::Late)?? {
            0 => Err(DownloadError::Broken(ErrorKind::UnexpectedEof.into())),
            _ => Ok(()),
        }
    }

    /// Reads the head, and says how much follows.
    async fn head(&mut self) -> Result<u64, DownloadError> {
        loop {
            let end = memchr::memmem::find(&self.read, HEAD_END);
            if let Some(end) = end {
                let head = self.read.split_to(end + HEAD_END.len());
                return length(&head);
            }
            if self.read.len() > MOST_HEAD_BYTES {
                return Err(DownloadError::Answer("its head does not end"));
            }
            self.more().await?;
        }
    }
}

async fn connect(addresses: &[SocketAddr], patience: Duration) -> Result<TcpStream, DownloadError> {
    let mut failed = std::io::Error::new(ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error,
            Err(_) => failed = ErrorKind::TimedOut.into(),
        }
    }
    Err(DownloadError::Unreachable(failed))
}

/// What a head says of the length of what follows.
fn length(head: &[u8]) -> Result<u64, DownloadError> {
    let head = std::str::from_utf8(head).map_err(|_| DownloadError::Answer("it is no text"))?;
    let mut lines = head.split("\r\n");
    let mut status = lines.next().unwrap_or_default().splitn(3, ' ');
    let is_http = status
        .next()
        .is_some_and(|version| version.starts_with("HTTP/1."));
    match status.next().and_then(|code| code.parse().ok()) {
        Some(200) if is_http => {}
        Some(other) if is_http => return Err(DownloadError::Status(other)),
        _ => return Err(DownloadError::Answer("it is no HTTP")),
    }
    let mut length = None;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(DownloadError::Answer(
                "it is in chunks, which were not asked for",
            ));
        }
        if name.eq_ignore_ascii_case("content-length") {
            let value: u64 = value.trim().parse().map_err(|_| NO_LENGTH)?;
            if length.is_some_and(|length| length != value) {
                return Err(NO_LENGTH);
            }
            length = Some(value);
        }
    }
    // Without one nobody could tell its end from that of the connection.
    length.ok_or(NO_LENGTH)
}

const NO_LENGTH: DownloadError = DownloadError::Answer("it does not say how long it is");
