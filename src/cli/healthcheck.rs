//! `nova-images healthcheck`: asks a server whether it is ready, for containers that hold no other
//! program that could. It is told where the server listens as the server is: by the same options, or
//! the same environment.

use crate::control::Clock;
use crate::emulator;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long all of it may take.
const MOST_MICROS: i64 = 3_000_000;

/// More than any answer about health.
const MOST_BYTES: usize = 65_536;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Healthcheck {
    /// Where the server was told to listen
    #[arg(
        long,
        env = "NOVA_IMAGES_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8774"
    )]
    listen: String,
    /// The file that the server writes its port to
    #[arg(long, env = "NOVA_IMAGES_PORT_FILE", value_name = "PATH")]
    port_file: Option<PathBuf>,
}

/// Why a server is not ready, as far as one can tell from outside.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
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
    /// Nobody answers.
    #[error("{address}: {source}")]
    Silent {
        /// Who was asked.
        address: String,
        /// What became of it.
        source: io::Error,
    },
    /// It says that it is not.
    #[error("{address} is not ready: {answer}")]
    NotReady {
        /// Who was asked.
        address: SocketAddr,
        /// What it says.
        answer: String,
    },
}

impl Healthcheck {
    /// Asks it.
    ///
    /// # Errors
    /// When it is not ready, or there is none.
    pub fn run(&self) -> Result<(), Unhealthy> {
        let addresses = emulator::resolve(&self.listen).map_err(|source| Unhealthy::Silent {
            address: self.listen.clone(),
            source,
        })?;
        let port = self.port_file.as_deref().map(read_port).transpose()?;
        let deadline = Deadline::new();
        let mut outcome = Err(Unhealthy::AnyPort);
        for mut address in addresses {
            address.set_ip(reachable(address.ip()));
            address.set_port(port.unwrap_or(address.port()));
            if address.port() == 0 {
                return Err(Unhealthy::AnyPort);
            }
            outcome = ask(address, &deadline);
            if !matches!(outcome, Err(Unhealthy::Silent { .. })) {
                break;
            }
        }
        outcome
    }
}

/// When to give up.
struct Deadline(Clock);

impl Deadline {
    fn new() -> Self {
        Self(Clock::real())
    }

    fn left(&self) -> Result<Duration, io::Error> {
        match u64::try_from(MOST_MICROS - self.0.monotonic_micros()) {
            Ok(micros @ 1..) => Ok(Duration::from_micros(micros)),
            _ => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
        }
    }
}

fn read_port(path: &Path) -> Result<u16, Unhealthy> {
    let text = std::fs::read_to_string(path);
    let port = text.and_then(|text| text.trim().parse().map_err(io::Error::other));
    port.map_err(|source| Unhealthy::PortFile {
        path: path.to_owned(),
        source,
    })
}

/// Who listens everywhere is asked at home.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn ask(address: SocketAddr, deadline: &Deadline) -> Result<(), Unhealthy> {
    let answer = exchange(address, deadline).map_err(|source| Unhealthy::Silent {
        address: address.to_string(),
        source,
    })?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().unwrap_or_default();
    if status.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    Err(Unhealthy::NotReady {
        address,
        answer: format!("{status} {body}")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    })
}

/// What comes back, as text, up to the end or the bound.
fn exchange(address: SocketAddr, deadline: &Deadline) -> Result<String, io::Error> {
    let mut stream = TcpStream::connect_timeout(&address, deadline.left()?)?;
    stream.set_write_timeout(Some(deadline.left()?))?;
    let request = format!(
        "GET /_control/health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while answer.len() < MOST_BYTES {
        stream.set_read_timeout(Some(deadline.left()?))?;
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&part[..read]),
            // How a read says that its time is over.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
