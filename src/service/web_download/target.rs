//! What is to be fetched, if it may be.

use super::error::Filtered;
use crate::config::WebSource;

/// A file of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host, as it was named; of IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The path and what is behind it.
    pub path: String,
    /// Whether the host was allowed by its name, wherever it is.
    pub is_named: bool,
}

impl Target {
    /// Reads a URI, and sees whether it may be asked; no names are looked up.
    pub fn parse(uri: &str, allowed: &[WebSource]) -> Result<Self, Filtered> {
        if allowed.is_empty() {
            return Err(Filtered::Off);
        }
        let uri: http::Uri = uri.parse().map_err(|_| Filtered::Form)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(Filtered::Https),
            _ => return Err(Filtered::Form),
        }
        let authority = uri.authority().ok_or(Filtered::Form)?;
        let host = authority.host().trim_matches(['[', ']']);
        // Who would be signed in as is nobody's business here.
        if host.is_empty() || authority.as_str().contains('@') || is_odd(host) {
            return Err(Filtered::Form);
        }
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            // `port()` has nothing for a port that is no number, either.
            None if authority.as_str().ends_with(authority.host()) => 80,
            None => return Err(Filtered::Form),
        };
        let is_named = allowed.iter().any(|source| source.names(host, port));
        if !is_named && !allowed.contains(&WebSource::Public) {
            return Err(Filtered::Host);
        }
        if !is_named && port != 80 {
            return Err(Filtered::Port);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            path: path.to_owned(),
            is_named,
        })
    }

    /// Host and port as a resolver and the header `Host` want them.
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Numbers that systems take for addresses, such as `127.1` or `0x7f000001`, and that others do not.
fn is_odd(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.starts_with(|letter: char| letter.is_ascii_digit())
        && last
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'x' || byte == b'X');
    is_number && host.parse::<std::net::Ipv4Addr>().is_err()
}
