//! The `Host` header, as Django checks it (`django.http.request`).

use crate::http::Head;

/// Whether the host is one, as it was sent; a request without any is taken as it is.
pub fn is_valid(head: &Head) -> bool {
    match head.header_bytes("host") {
        None => true,
        Some(bytes) => {
            std::str::from_utf8(bytes).is_ok_and(|host| is_host(&host.to_ascii_lowercase()))
        }
    }
}

/// Django's pattern: a name of letters, digits, dots and dashes or an IPv6 address in brackets,
/// and maybe a port.
fn is_host(host: &str) -> bool {
    let (name, rest) = match host.strip_prefix('[') {
        Some(inside) => match inside.split_once(']') {
            Some((address, rest)) if is_ipv6(address) => (address, rest),
            _ => return false,
        },
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_name = host.starts_with('[')
        || name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let is_port = match rest.strip_prefix(':') {
        Some(port) => !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()),
        None => rest.is_empty(),
    };
    is_name && is_port && !name.is_empty() && name != "."
}

fn is_ipv6(address: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    match address.split_once(':') {
        Some((first, rest)) => {
            first.bytes().all(|byte| byte.is_ascii_hexdigit())
                && !rest.is_empty()
                && rest.bytes().all(known)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn hosts() {
        for host in ["a", "cloud.example.com.", "a:80", "[::1]:8080", "[::1]"] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "", ".", "bad host", "a:", "a:x", "[::1", "[]", "a_b", ":80", "a/b",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
