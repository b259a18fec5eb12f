//! Name servers, asked in turn.

use super::files::Settings;
use super::message::{Kind, Said, answer, question};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// Longest packet that servers send without being asked for more.
const MOST_PACKET: usize = 512;

/// Packets that are looked at for the answer: whatever else comes is nobody's.
const MOST_PACKETS: usize = 16;

/// The addresses of a full name; none when there is no such name.
pub fn addresses(name: &str, settings: &Settings) -> Result<Vec<IpAddr>, Error> {
    let mut found = Vec::new();
    for kind in [Kind::V4, Kind::V6] {
        found.extend(of_kind(name, kind, settings)?);
    }
    Ok(found)
}

fn of_kind(name: &str, kind: Kind, settings: &Settings) -> Result<Vec<IpAddr>, Error> {
    let mut failed = Error::new(ErrorKind::TimedOut, "it says nothing that counts");
    for _ in 0..settings.attempts {
        for server in &settings.servers {
            // Nobody can foresee it, nor the port that the system chooses.
            let [first, second, ..] = RandomState::new().build_hasher().finish().to_be_bytes();
            let id = u16::from_be_bytes([first, second]);
            let asked = question(id, name, kind)
                .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "it is no name of a host"))?;
            match ask(*server, &asked, kind, settings.timeout) {
                Ok(Said::Addresses(addresses)) => return Ok(addresses),
                Ok(Said::Cut | Said::Failed) => {}
                Err(error) => failed = error,
            }
        }
    }
    let why = format!("no name server answers: {failed}");
    Err(Error::new(failed.kind(), why))
}

fn ask(server: SocketAddr, asked: &[u8], kind: Kind, limit: Duration) -> Result<Said, Error> {
    match over_udp(server, asked, kind, limit)? {
        Said::Cut => over_tcp(server, asked, kind, limit),
        said => Ok(said),
    }
}

fn over_udp(server: SocketAddr, asked: &[u8], kind: Kind, limit: Duration) -> Result<Said, Error> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    // Packets of others do not get through.
    socket.connect(server)?;
    socket.set_read_timeout(Some(limit))?;
    socket.send(asked)?;
    let mut packet = [0; MOST_PACKET];
    for _ in 0..MOST_PACKETS {
        let length = socket.recv(&mut packet)?;
        let message = packet.get(..length).unwrap_or_default();
        if let Some(said) = answer(asked, message, kind) {
            return Ok(said);
        }
    }
    Ok(Said::Failed)
}

fn over_tcp(server: SocketAddr, asked: &[u8], kind: Kind, limit: Duration) -> Result<Said, Error> {
    let mut stream = TcpStream::connect_timeout(&server, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let length = u16::try_from(asked.len()).map_err(Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], asked].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message)?;
    Ok(answer(asked, &message, kind).unwrap_or(Said::Failed))
}
