//! HTTP proxies on the way to the real cloud: which endpoint is asked through which, and how.
//!
//! What is asked through one is not looked up here: the proxy knows names of its own.

use super::endpoint::Endpoint;
use super::error::{ClientError, ProxyError};
use crate::config::UpstreamProxy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use http::HeaderValue;
use memchr::memmem;
use percent_encoding::percent_decode_str;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Where a proxy listens that nobody says the port of, as curl has it.
const PORT: u16 = 1080;

/// The longest head of a proxy's answer, in bytes.
const MOST_HEAD_BYTES: usize = 16 * 1024;

/// What ends a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Which endpoints are asked through which proxy.
#[derive(Debug)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    bypass: Vec<Bypass>,
}

/// A proxy.
#[derive(Debug)]
pub struct Proxy {
    /// Host and port, as errors name it.
    authority: Arc<str>,
    /// What it wants to see: a name and a password.
    authorization: Option<HeaderValue>,
}

/// What is asked directly.
#[derive(Debug, PartialEq, Eq)]
enum Bypass {
    Everything,
    /// A host and those below it, at one port or at any.
    Name(String, Option<u16>),
    /// A network, by an address in it and the bits that count.
    Network(IpAddr, u8),
}

impl Proxies {
    /// As they are given.
    ///
    /// # Errors
    /// When one cannot be asked.
    pub fn of(config: &UpstreamProxy) -> Result<Self, ClientError> {
        let proxy = |url: &Option<String>| url.as_deref().map(Proxy::parse).transpose();
        let parts = config.bypass.split([',', ' ', '\t']);
        let parts = parts.filter(|part| !part.is_empty());
        Ok(Self {
            http: proxy(&config.http)?,
            https: proxy(&config.https)?,
            bypass: parts.map(Bypass::parse).collect(),
        })
    }

    /// The one that an endpoint is asked through.
    #[must_use]
    pub fn to(&self, endpoint: &Endpoint) -> Option<&Proxy> {
        let proxy = match endpoint.is_tls {
            true => self.https.as_ref(),
            false => self.http.as_ref(),
        }?;
        let is_direct = self.bypass.iter().any(|bypass| bypass.covers(endpoint));
        (!is_direct).then_some(proxy)
    }
}

impl Proxy {
    fn parse(url: &str) -> Result<Self, ClientError> {
        let (user, rest) = match url.rsplit_once('@') {
            Some((before, rest)) => (
                before.split_once("://").map_or(before, |(_, user)| user),
                rest,
            ),
            None => ("", url.split_once("://").map_or(url, |(_, rest)| rest)),
        };
        // Passwords are not told.
        let wrong = |why| ClientError::Proxy {
            proxy: rest.to_owned(),
            why,
        };
        if let Some((scheme, _)) = url.split_once("://")
            && !scheme.eq_ignore_ascii_case("http")
        {
            return Err(wrong(
                "it has to be an HTTP proxy that is asked without TLS (http://)",
            ));
        }
        let authority: Result<http::uri::Authority, _> = rest.trim_end_matches('/').parse();
        let authority = authority.map_err(|_| wrong("it is no HOST:PORT"))?;
        if authority.host().is_empty() {
            return Err(wrong("it has no host"));
        }
        let port = authority.port_u16().unwrap_or(PORT);
        let authorization = (!user.is_empty()).then(|| basic(user)).transpose();
        Ok(Self {
            authority: format!("{}:{port}", authority.host()).into(),
            authorization: authorization.map_err(|()| wrong("no header can hold its user"))?,
        })
    }

    /// Host and port as the resolver wants them.
    #[must_use]
    pub fn host_and_port(&self) -> &str {
        &self.authority
    }

    /// What goes with a request that it is to pass on.
    #[must_use]
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// What an error is called that came of asking it.
    #[must_use]
    pub fn failed(&self, source: io::Error) -> io::Error {
        let proxy = Arc::clone(&self.authority);
        io::Error::new(source.kind(), ProxyError { proxy, source })
    }

    /// Has a fresh connection to it lead on to a host and port.
    ///
    /// # Errors
    /// When it does not want to, or is no proxy.
    pub async fn tunnel<S>(&self, stream: &mut S, target: &str) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut request = BytesMut::new();
        for part in ["CONNECT ", target, " HTTP/1.1\r\nHost: ", target, "\r\n"] {
            request.extend_from_slice(part.as_bytes());
        }
        if let Some(authorization) = &self.authorization {
            request.extend_from_slice(b"Proxy-Authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        let tunnelled = async {
            stream.write_all(&request).await?;
            accepted(&answer(stream).await?)
        };
        tunnelled.await.map_err(|error| self.failed(error))
    }
}

/// `USER:PASSWORD`, each escaped as in a URL, as a proxy wants to see it.
fn basic(user: &str) -> Result<HeaderValue, ()> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let mut both: Vec<u8> = percent_decode_str(name).collect();
    both.push(b':');
    both.extend(percent_decode_str(password));
    let mut value: HeaderValue = ["Basic ", &STANDARD.encode(both)]
        .concat()
        .parse()
        .map_err(|_| ())?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a proxy answers: its head, and what came with it.
async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<BytesMut> {
    let mut answer = BytesMut::new();
    while memmem::find(&answer, HEAD_END).is_none() {
        if answer.len() > MOST_HEAD_BYTES {
            return Err(no_proxy("the head of its answer does not end"));
        }
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(answer)
}

fn accepted(answer: &[u8]) -> io::Result<()> {
    let line = answer.split(|byte| *byte == b'\r').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    let mut words = line.split_ascii_whitespace();
    let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
    match words.next().filter(|_| is_http) {
        // The other side speaks when it is spoken to.
        Some(status) if status.starts_with('2') => match answer.ends_with(HEAD_END) {
            true => Ok(()),
            false => Err(no_proxy("something came before anything was asked")),
        },
        Some(_) => Err(io::Error::new(
            ErrorKind::PermissionDenied,
            line.into_owned(),
        )),
        None => Err(no_proxy("it speaks no HTTP")),
    }
}

fn no_proxy(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

impl Bypass {
    fn parse(text: &str) -> Self {
        if text == "*" {
            return Self::Everything;
        }
        if let Some((address, bits)) = text.split_once('/')
            && let (Ok(address), Ok(bits)) = (address.parse(), bits.parse())
        {
            return Self::Network(address, bits);
        }
        if let Ok(address) = bare(text).parse() {
            return Self::Network(address, u8::MAX);
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => match port.parse() {
                Ok(port) => (name, Some(port)),
                Err(_) => (text, None),
            },
            None => (text, None),
        };
        let name = name.strip_prefix('*').unwrap_or(name);
        let name = bare(name.trim_start_matches('.').trim_end_matches('.'));
        Self::Name(name.to_ascii_lowercase(), port)
    }

    fn covers(&self, endpoint: &Endpoint) -> bool {
        let host = endpoint.host.trim_end_matches('.').to_ascii_lowercase();
        match self {
            Self::Everything => true,
            Self::Network(network, bits) => host
                .parse()
                .is_ok_and(|host| is_within(host, *network, *bits)),
            Self::Name(name, port) => {
                let below = host.strip_suffix(name.as_str());
                let is_it = below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                is_it && !name.is_empty() && port.is_none_or(|port| port == endpoint.port)
            }
        }
    }
}

/// Of an address of IPv6: without brackets.
fn bare(host: &str) -> &str {
    host.trim_matches(['[', ']'])
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let same = |one: &[u8], other: &[u8]| {
        one.iter()
            .zip(other)
            .enumerate()
            .all(|(place, (one, other))| {
                let left = usize::from(bits).saturating_sub(place * 8).min(8);
                (one ^ other)
                    .checked_shr(8 - u32::try_from(left).unwrap_or(8))
                    .unwrap_or(0)
                    == 0
            })
    };
    match (address.to_canonical(), network.to_canonical()) {
        (IpAddr::V4(one), IpAddr::V4(other)) => same(&one.octets(), &other.octets()),
        (IpAddr::V6(one), IpAddr::V6(other)) => same(&one.octets(), &other.octets()),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests;
