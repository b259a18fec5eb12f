//! Addresses as people write them, `localhost:8774` among them. A static binary has none of glibc's name
//! services, and asks name servers itself.

use super::names;
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

/// Whether the system says what addresses a name has.
const KNOWS_NAMES: bool = !cfg!(all(target_env = "gnu", target_feature = "crt-static"));

/// The addresses that a text such as `127.0.0.1:8774`, `[::]:0` or `localhost:8774` means.
///
/// # Errors
/// When it is no address, or a name that nobody knows.
pub fn resolve(text: &str) -> Result<Vec<SocketAddr>, Error> {
    if let Ok(address) = text.parse() {
        return Ok(vec![address]);
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(no_address)?;
    let port: u16 = port.parse().map_err(|_| no_address())?;
    if is_localhost(host) {
        let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(loopback.map(|ip| SocketAddr::new(ip, port)).to_vec());
    }
    if host.is_empty() || host.contains([':', '[', ']']) {
        return Err(no_address());
    }
    if KNOWS_NAMES {
        return Ok((host, port).to_socket_addrs()?.collect());
    }
    let addresses = names::addresses(host)?.into_iter();
    Ok(addresses.map(|ip| SocketAddr::new(ip, port)).collect())
}

/// RFC 6761: the name and all below it are loopback, whatever name services say.
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

fn no_address() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "no address and port such as 127.0.0.1:8774, [::1]:8774 or localhost:8774",
    )
}

#[cfg(test)]
mod tests {
    use super::resolve;

    fn resolved(text: &str) -> String {
        match resolve(text) {
            Ok(addresses) => format!("{addresses:?}"),
            Err(error) => format!("{:?}", error.kind()),
        }
    }

    #[test]
    fn localhost_needs_nobody_to_ask() {
        for text in [
            "localhost:7",
            "LocalHost:7",
            "localhost.:7",
            "a.localhost:7",
        ] {
            assert_eq!(resolved(text), "[127.0.0.1:7, [::1]:7]", "{text}");
        }
    }

    #[test]
    fn numbers_are_addresses() {
        assert_eq!(resolved("0.0.0.0:8774"), "[0.0.0.0:8774]");
        assert_eq!(resolved("[::]:0"), "[[::]:0]");
    }

    #[test]
    fn what_is_no_address_is_told_so() {
        for text in [
            "",
            "8774",
            ":8774",
            "localhost",
            "localhost:",
            "::1:x",
            "[::1:7",
            "a:70000",
        ] {
            assert_eq!(resolved(text), "InvalidInput", "{text}");
        }
    }
}
