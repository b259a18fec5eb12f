//! Where a server is, told as the server is told: by the same options, or the same environment.

use super::client::{Peer, Unreachable};
use crate::emulator;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// The options.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Where the server was told to listen
    #[arg(
        long,
        env = "NOVA_IMAGES_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8774"
    )]
    pub listen: String,
    /// The file that the server writes its port to
    #[arg(long, env = "NOVA_IMAGES_PORT_FILE", value_name = "PATH")]
    pub port_file: Option<PathBuf>,
    /// Where the server was told to serve `/_control`
    #[arg(long, env = "NOVA_IMAGES_CONTROL_LISTEN", value_name = "ADDRESS:PORT")]
    pub control_listen: Option<String>,
}

impl Place {
    /// Who tells the server's health: the listener that all share, or the control API's own where only
    /// that has a port that one can know.
    ///
    /// # Errors
    /// When it cannot be known where it is.
    pub fn health(&self) -> Result<Peer, Unreachable> {
        match (self.shared(), &self.control_listen) {
            (Err(Unreachable::AnyPort), Some(_)) => self.control(),
            (shared, _) => shared,
        }
    }

    /// Who answers the control API.
    ///
    /// # Errors
    /// When it cannot be known where it is.
    pub fn control(&self) -> Result<Peer, Unreachable> {
        if let Some(path) = &self.port_file {
            let mut path = path.clone().into_os_string();
            path.push(".control");
            // The server writes it when the control API has a listener of its own.
            if let Ok(address) = std::fs::read_to_string(path) {
                return at(address.trim(), None);
            }
        }
        match &self.control_listen {
            Some(control) => at(control, None),
            None => self.shared(),
        }
    }

    fn shared(&self) -> Result<Peer, Unreachable> {
        let port = self.port_file.as_deref().map(read_port).transpose()?;
        at(&self.listen, port)
    }
}

/// Whoever was told to listen there, on this port if it is known.
fn at(listen: &str, port: Option<u16>) -> Result<Peer, Unreachable> {
    let addresses = emulator::resolve(listen).map_err(|source| Unreachable::Silent {
        address: listen.to_owned(),
        source,
    })?;
    let reached = |address: SocketAddr| {
        let port = port.unwrap_or(address.port());
        SocketAddr::new(reachable(address.ip()), port)
    };
    let addresses: Vec<_> = addresses.into_iter().map(reached).collect();
    match addresses.iter().any(|address| address.port() == 0) {
        true => Err(Unreachable::AnyPort),
        false => Ok(Peer::among(addresses)),
    }
}

fn read_port(path: &Path) -> Result<u16, Unreachable> {
    let text = std::fs::read_to_string(path);
    let port = text.and_then(|text| text.trim().parse().map_err(io::Error::other));
    port.map_err(|source| Unreachable::PortFile {
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
