// The smallest HTTP client that the examples can do with: yours will be better. Documentation
// includes this file, so it begins without a doc comment.

use std::io::{Error, Read as _, Write as _};
use std::net::TcpStream;

/// Status and body of what comes back from a URL such as `http://127.0.0.1:8774/v2`.
pub fn ask(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<(u16, String), Error> {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut connection = TcpStream::connect(host)?;
    let mut request = Vec::new();
    write!(request, "{method} /{path} HTTP/1.0\r\nHost: {host}\r\n")?;
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n")?;
    }
    write!(request, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    connection.write_all(&request)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let status = answer.get(9..12).and_then(|digits| digits.parse().ok());
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    match (status, body) {
        (Some(status), Some(body)) => Ok((status, body.to_owned())),
        _ => Err(Error::other("no answer of HTTP")),
    }
}

/// The body of a `GET` that is answered well.
pub fn get(url: &str) -> Result<String, Error> {
    match ask("GET", url, &[], "")? {
        (200, body) => Ok(body),
        (status, body) => Err(Error::other(format!("{status}: {body}"))),
    }
}
