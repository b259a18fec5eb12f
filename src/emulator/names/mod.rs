//! The addresses of names, asked of the servers that `/etc/resolv.conf` names, as RFC 1034 and 1035 say:
//! for the static binary, which has none of glibc's name services.
//!
//! It knows `/etc/hosts`, search lists, several servers, both families of addresses, and TCP for what
//! does not fit into a packet. It keeps nothing.

mod asking;
mod files;
mod message;

use files::{Hosts, Settings};
use std::io::{Error, ErrorKind};
use std::net::IpAddr;
use std::path::Path;

/// The addresses of a host; it waits for the network.
///
/// # Errors
/// When nobody knows it, or no server answers.
pub fn addresses(host: &str) -> Result<Vec<IpAddr>, Error> {
    let hosts = read(Path::new("/etc/hosts"))?;
    let settings = read(Path::new("/etc/resolv.conf"))?;
    look_up(host, &Hosts::parse(&hosts), &Settings::parse(&settings))
}

/// A file that is not there says nothing.
fn read(path: &Path) -> Result<String, Error> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        other => other,
    }
}

fn look_up(host: &str, hosts: &Hosts, settings: &Settings) -> Result<Vec<IpAddr>, Error> {
    let known = hosts.addresses(host);
    if !known.is_empty() {
        return Ok(known);
    }
    for name in settings.names(host) {
        let found = asking::addresses(&name, settings)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(Error::new(
        ErrorKind::NotFound,
        format!("no name server knows {host:?}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::files::{Hosts, Settings};
    use super::look_up;
    use std::io::{Read as _, Write as _};
    use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
    use std::thread;
    use std::time::Duration;

    /// What a name server makes of a query: flags and code of its answer, and records of it.
    type Zone = fn(name: &str, kind: u8) -> (u8, u8, Vec<Vec<u8>>);

    fn name_of(query: &[u8]) -> (String, usize) {
        let (mut name, mut at) = (String::new(), 12);
        while query[at] != 0 {
            let length = usize::from(query[at]);
            name += std::str::from_utf8(&query[at + 1..=at + length]).unwrap();
            name.push('.');
            at += length + 1;
        }
        (name, at + 1)
    }

    fn answer(query: &[u8], zone: Zone) -> Vec<u8> {
        let (name, end) = name_of(query);
        let (flags, code, records) = zone(&name, query[end + 1]);
        let mut answer = query[..end + 4].to_vec();
        answer[2] = 0x81 | flags;
        answer[3] = 0x80 | code;
        answer[7] = u8::try_from(records.len()).unwrap();
        for record in records {
            // The name of the question, by its place.
            answer.extend([0xc0, 12]);
            answer.extend(record);
        }
        answer
    }

    fn record(kind: u8, data: &[u8]) -> Vec<u8> {
        let mut record = vec![0, kind, 0, 1, 0, 0, 0, 60, 0];
        record.push(u8::try_from(data.len()).unwrap());
        record.extend(data);
        record
    }

    /// A name server over UDP and TCP, for as long as the test runs.
    fn server(zone: Zone, over_tcp: Zone) -> SocketAddr {
        let (udp, tcp) = loop {
            let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        thread::spawn(move || {
            let mut query = [0; 512];
            while let Ok((length, from)) = udp.recv_from(&mut query) {
                _ = udp.send_to(&answer(&query[..length], zone), from);
            }
        });
        thread::spawn(move || {
            for mut stream in tcp.incoming().flatten() {
                let mut length = [0; 2];
                stream.read_exact(&mut length).unwrap();
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut query).unwrap();
                let said = answer(&query, over_tcp);
                let length = u16::try_from(said.len()).unwrap();
                _ = stream.write_all(&[&length.to_be_bytes()[..], &said].concat());
            }
        });
        address
    }

    fn settings(servers: &[SocketAddr], text: &str) -> Settings {
        let mut settings = Settings::parse(text);
        settings.servers = servers.to_vec();
        settings.timeout = Duration::from_millis(300);
        settings
    }

    fn found(host: &str, servers: &[SocketAddr], text: &str) -> Result<Vec<String>, String> {
        let found = look_up(host, &Hosts::parse(""), &settings(servers, text));
        let shown = |found: Vec<IpAddr>| found.iter().map(ToString::to_string).collect();
        found.map(shown).map_err(|error| error.to_string())
    }

    const NOT_THERE: u8 = 3;

    fn zone(name: &str, kind: u8) -> (u8, u8, Vec<Vec<u8>>) {
        let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        match (name, kind) {
            ("both.example.", 1) => (
                0,
                0,
                vec![record(5, b"\x01x\0"), record(1, &[192, 0, 2, 1])],
            ),
            ("both.example.", 28) => (0, 0, vec![record(28, &v6)]),
            ("one.inner.example.", 1) => (0, 0, vec![record(1, &[192, 0, 2, 2])]),
            ("long.example.", 1) => (2, 0, Vec::new()),
            ("one.inner.example." | "long.example.", _) => (0, 0, Vec::new()),
            ("failing.example.", _) => (0, 2, Vec::new()),
            _ => (0, NOT_THERE, Vec::new()),
        }
    }

    fn long(_: &str, _: u8) -> (u8, u8, Vec<Vec<u8>>) {
        (0, 0, (0..9).map(|n| record(1, &[192, 0, 2, n])).collect())
    }

    #[test]
    fn names_are_asked_of_a_server() {
        let server = server(zone, long);
        let both = found("both.example", &[server], "").unwrap();
        assert_eq!(both, ["192.0.2.1", "2001:db8::1"]);
        let searched = found("one", &[server], "search nowhere.example inner.example\n");
        assert_eq!(searched.unwrap(), ["192.0.2.2"]);
        assert_eq!(found("long.example", &[server], "").unwrap().len(), 9);
        let unknown = found("unknown.example", &[server], "").unwrap_err();
        assert_eq!(unknown, "no name server knows \"unknown.example\"");
    }

    #[test]
    fn a_server_that_fails_is_passed_over() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let silent = (silent.local_addr().unwrap(), silent);
        let good = server(zone, long);
        let both = found("both.example", &[silent.0, good], "options attempts:1\n");
        assert_eq!(both.unwrap().len(), 2);
        let none = found("both.example", &[silent.0], "options attempts:1\n");
        assert!(none.unwrap_err().contains("no name server answers"));
        let failing = found("failing.example", &[good], "options attempts:1\n");
        assert!(failing.unwrap_err().contains("no name server answers"));
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        for name in ["", "a..b", &"x".repeat(64), &"a.".repeat(130)] {
            assert!(found(name, &[], "").is_err(), "{name}");
        }
    }

    #[test]
    fn hosts_come_first() {
        let hosts = Hosts::parse("192.0.2.9 glance Glance.Example # mine\n::1 other\n");
        let found = look_up("glance.example", &hosts, &settings(&[], "")).unwrap();
        assert_eq!(found, [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9))]);
    }
}
