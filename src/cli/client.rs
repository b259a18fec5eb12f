//! Asks a server over HTTP, for the subcommands that do.
//!
//! Names are looked up by [`emulator::resolve`], since a static binary has no name services; no proxy of
//! the environment comes between.

use crate::control::Clock;
use crate::emulator;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use ureq::http::{Request, Response, StatusCode, Uri};
use ureq::{Agent, Body, Error};

/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// A server, by its address or by several that may be its.
#[derive(Debug)]
pub struct Peer {
    addresses: Vec<SocketAddr>,
    /// What it is called in the URL that named it.
    authority: Option<String>,
    /// What its paths begin with.
    prefix: String,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// `GET`
    pub method: &'a str,
    /// Path and query, behind the server's own prefix.
    pub target: &'a str,
    /// The control token.
    pub token: Option<&'a str>,
    /// A body, and its type.
    pub body: Option<(&'a str, &'a [u8])>,
}

/// Why nobody answers.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// It has not written its port.
    #[error("port file {}: {source}", path.display())]
    PortFile {
        /// Where it should be.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The port is any free one.
    #[error("port 0 is no port to ask at: give the server and me a --port-file")]
    AnyPort,
    /// That is no URL of a server.
    #[error("{url:?} is no URL such as http://127.0.0.1:8774")]
    Url {
        /// What was given.
        url: String,
    },
    /// Nobody is there, or what is there does not answer.
    #[error("{address}: {source}")]
    Silent {
        /// Who was asked.
        address: String,
        /// What became of it.
        source: io::Error,
    },
}

/// When to give up.
#[derive(Debug)]
pub struct Deadline {
    clock: Clock,
    most: Duration,
}

impl Deadline {
    /// So long from now.
    pub fn within(most: Duration) -> Self {
        let clock = Clock::real();
        Self { clock, most }
    }

    fn left(&self) -> Result<Duration, io::Error> {
        let passed = u64::try_from(self.clock.monotonic_micros()).unwrap_or(0);
        let left = self.most.checked_sub(Duration::from_micros(passed));
        left.filter(|left| !left.is_zero()).ok_or_else(too_late)
    }
}

fn too_late() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "no answer in time")
}

impl Peer {
    /// One of these.
    pub fn among(addresses: Vec<SocketAddr>) -> Self {
        Self {
            addresses,
            authority: None,
            prefix: String::new(),
        }
    }

    /// The one that a URL names.
    ///
    /// # Errors
    /// When it is none, or its name is nobody's.
    pub fn at(url: &str) -> Result<Self, Unreachable> {
        let no_url = || Unreachable::Url {
            url: url.to_owned(),
        };
        let uri: Uri = url.parse().map_err(|_| no_url())?;
        let authority = uri.authority().ok_or_else(no_url)?;
        if uri.scheme_str() != Some("http") || uri.query().is_some() {
            return Err(no_url());
        }
        let there = format!(
            "{}:{}",
            uri.host().unwrap_or(""),
            uri.port_u16().unwrap_or(80)
        );
        let addresses = emulator::resolve(&there).map_err(|source| Unreachable::Silent {
            address: authority.to_string(),
            source,
        })?;
        Ok(Self {
            addresses,
            authority: Some(authority.to_string()),
            prefix: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Asks it; of several addresses the first that takes a connection.
    ///
    /// # Errors
    /// When nobody answers, or not in time.
    pub fn ask(
        &self,
        call: &Call<'_>,
        deadline: Option<&Deadline>,
    ) -> Result<Response<Body>, Unreachable> {
        let mut outcome = Err(Unreachable::AnyPort);
        for address in &self.addresses {
            let (asked, is_connected) = match self.exchange(*address, call, deadline) {
                Ok(answer) => (Ok(answer), true),
                Err(error) => {
                    let is_connected = !is_unconnected(&error);
                    (Err(cause(error)), is_connected)
                }
            };
            outcome = asked.map_err(|source| Unreachable::Silent {
                address: address.to_string(),
                source,
            });
            if is_connected {
                break;
            }
        }
        outcome
    }

    fn exchange(
        &self,
        address: SocketAddr,
        call: &Call<'_>,
        deadline: Option<&Deadline>,
    ) -> Result<Response<Body>, Error> {
        let left = deadline.map(Deadline::left).transpose()?;
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("nova-images/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECTING))
            .timeout_global(left)
            .build()
            .into();
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("http://{address}{}{}", self.prefix, call.target));
        if let Some(authority) = &self.authority {
            request = request.header("host", authority);
        }
        if let Some(token) = call.token {
            request = request.header("x-control-token", token);
        }
        match call.body {
            Some((media_type, body)) => {
                agent.run(request.header("content-type", media_type).body(body)?)
            }
            // Without a length it would be a body of unknown length.
            None if matches!(call.method, "POST" | "PUT" | "PATCH") => {
                agent.run(request.body(&[][..])?)
            }
            None => agent.run(request.body(())?),
        }
    }
}

/// Whether nothing was sent, so that another address may be asked.
fn is_unconnected(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        Error::ConnectionFailed | Error::HostNotFound => true,
        Error::Timeout(timeout) => matches!(timeout, ureq::Timeout::Connect),
        _ => false,
    }
}

fn cause(error: Error) -> io::Error {
    match error {
        Error::Timeout(_) => too_late(),
        error => error.into_io(),
    }
}

/// A status as it stands in a status line.
pub fn status_line(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("{} {reason}", status.as_u16())
        .trim_end()
        .to_owned()
}
