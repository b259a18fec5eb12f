//! A blocking HTTP/1.1 client that sends requests byte for byte as they are recorded.
//!
//! Real client libraries normalise targets, header names and methods, which is what many of the
//! recorded cases are about. This one writes what it is given and reads what comes back; it must
//! not know anything of the services behind.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

/// One kept-alive connection to a server, opened again when the server has closed it.
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, repeated ones kept.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, repeated ones joined as one list.
    pub fn header(&self, name: &str) -> Option<String> {
        joined(&self.headers, name)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The values of a header (its name in lower case), joined as one list.
pub fn joined(headers: &[(String, String)], name: &str) -> Option<String> {
    let values: Vec<&str> = headers
        .iter()
        .filter(|(header, _)| header == name)
        .map(|(_, value)| value.as_str())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: None,
        }
    }

    pub fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Option<&[u8]>,
    ) -> io::Result<Answer> {
        let message = self.message(method, target, headers, body);
        self.send_message(&message, method)
    }

    /// Sends a body in chunks of seven bytes, without its length.
    pub fn send_chunked(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut headers = headers.to_vec();
        headers.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
        let mut message = self.head(method, target, &headers);
        message += "\r\n";
        let mut message = message.into_bytes();
        for chunk in body.chunks(7) {
            message.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            message.extend_from_slice(chunk);
            message.extend_from_slice(b"\r\n");
        }
        message.extend_from_slice(b"0\r\n\r\n");
        self.send_message(&message, method)
    }

    fn send_message(&mut self, message: &[u8], method: &str) -> io::Result<Answer> {
        if let Some(connection) = self.connection.take() {
            match self.exchange(connection, message, method) {
                // A server may close an idle connection at any time: only a fresh one tells.
                Err(error) if is_closed(&error) => {}
                result => return result,
            }
        }
        let stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        self.exchange(BufReader::new(stream), message, method)
    }

    fn message(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Option<&[u8]>,
    ) -> Vec<u8> {
        let mut message = self.head(method, target, headers);
        if body.is_some() || matches!(method, "POST" | "PUT") {
            let length = body.map_or(0, <[u8]>::len).to_string();
            message.extend(["Content-Length: ", &length, "\r\n"]);
        }
        message += "\r\n";
        let mut message = message.into_bytes();
        message.extend_from_slice(body.unwrap_or_default());
        message
    }

    /// Request line and headers, but for what is said of the body.
    fn head(&self, method: &str, target: &str, headers: &[(String, String)]) -> String {
        let mut message = format!("{method} {target} HTTP/1.1\r\n");
        let has_host = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if !has_host {
            message.extend(["Host: ", &self.address.to_string(), "\r\n"]);
        }
        for (name, value) in headers {
            message.extend([name, ": ", value, "\r\n"]);
        }
        message
    }

    fn exchange(
        &mut self,
        mut connection: BufReader<TcpStream>,
        message: &[u8],
        method: &str,
    ) -> io::Result<Answer> {
        connection.get_mut().write_all(message)?;
        let (answer, keep) = read_answer(&mut connection, method)?;
        // Bytes beyond the answer are none of the next request's business: start afresh.
        if keep && connection.buffer().is_empty() {
            self.connection = Some(connection);
        }
        Ok(answer)
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotConnected
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}

/// Reads one answer; also tells whether the connection can be used again.
pub fn read_answer(reader: &mut impl BufRead, method: &str) -> io::Result<(Answer, bool)> {
    loop {
        let (version, status) = read_status(reader)?;
        let headers = read_headers(reader)?;
        if (100..200).contains(&status) {
            continue;
        }
        let connection = joined(&headers, "connection")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut keep = version == "HTTP/1.1" && !connection.contains("close");
        let chunked = joined(&headers, "transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        let mut body = Vec::new();
        if method == "HEAD" || status == 204 || status == 304 {
            // No body, whatever the headers say.
        } else if chunked {
            read_chunks(reader, &mut body)?;
        } else if let Some(length) = joined(&headers, "content-length") {
            let length = length
                .parse()
                .map_err(|_| malformed("Content-Length", &length))?;
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
        } else {
            keep = false;
            reader.read_to_end(&mut body)?;
        }
        return Ok((
            Answer {
                status,
                headers,
                body,
            },
            keep,
        ));
    }
}

fn read_status(reader: &mut impl BufRead) -> io::Result<(String, u16)> {
    let line = read_line(reader)?;
    if line.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotConnected,
            "closed before an answer",
        ));
    }
    let mut words = line.trim_end().splitn(3, ' ');
    match (words.next(), words.next().map(str::parse)) {
        (Some(version), Some(Ok(status))) => Ok((version.to_owned(), status)),
        _ => Err(malformed("status line", &line)),
    }
}

fn read_headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "closed within the headers",
            ));
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| malformed("header", line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = read_line(reader)?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).map_err(|_| malformed("chunk", &line))?;
        if length == 0 {
            read_headers(reader)?;
            return Ok(());
        }
        let start = body.len();
        body.resize(start + length, 0);
        reader.read_exact(&mut body[start..])?;
        read_line(reader)?;
    }
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn malformed(what: &str, line: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("malformed {what}: {line:?}"),
    )
}
