//! What is said of pages and hosts that may ask the control API: refused where it could never match.

/// Why a text is no origin of pages, or no name of a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebOriginError {
    /// A browser sends a scheme and a host.
    #[error("must be a scheme and a host, such as http://localhost:3000")]
    Scheme,
    /// A browser sends no path.
    #[error("must end behind the host and its port: pages of all paths are of one origin")]
    Path,
    /// There is no host, or no such port.
    #[error("must name a host as browsers write it, and a port up to 65535 if any")]
    Host,
    /// It is none that a client sends.
    #[error("must be a name or an address alone, such as nova.test or 192.0.2.7")]
    Name,
}

/// Whether a text is the origin of pages, as browsers send it; a slash at its end is forgiven.
///
/// # Errors
/// Why not.
pub fn check_origin(text: &str) -> Result<(), WebOriginError> {
    let (scheme, rest) = text.split_once("://").ok_or(WebOriginError::Scheme)?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return Err(WebOriginError::Scheme);
    }
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return Err(WebOriginError::Path);
    }
    match is_authority(authority) {
        true => Ok(()),
        false => Err(WebOriginError::Host),
    }
}

/// Whether a text is the name of a host, as clients send it; its port does not matter.
///
/// # Errors
/// Why not.
pub fn check_host(text: &str) -> Result<(), WebOriginError> {
    let is_bare_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    match is_bare_v6 || is_authority(text) {
        true => Ok(()),
        false => Err(WebOriginError::Name),
    }
}

/// A host, and maybe a port. Browsers write other letters than these in another way (`xn--…`).
fn is_authority(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~[]:".contains(&byte);
    let Ok(authority) = text.parse::<http::uri::Authority>() else {
        return false;
    };
    let port = text.strip_prefix(authority.host());
    let port = port.and_then(|rest| rest.strip_prefix(':'));
    text.bytes().all(is_plain)
        && !authority.host().is_empty()
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::{WebOriginError, check_host, check_origin};

    #[test]
    fn origins() {
        for text in [
            "http://localhost:3000",
            "http://localhost:3000/",
            "https://cloud.example.org",
            "http://[::1]:8080",
            "http://192.0.2.7",
            "chrome-extension://abcdef",
        ] {
            assert_eq!(check_origin(text), Ok(()), "{text}");
        }
        for (text, error) in [
            ("", WebOriginError::Scheme),
            ("*", WebOriginError::Scheme),
            ("null", WebOriginError::Scheme),
            ("a.example", WebOriginError::Scheme),
            ("a.example:80", WebOriginError::Scheme),
            ("://a", WebOriginError::Scheme),
            ("http://a/b", WebOriginError::Path),
            ("http://a//", WebOriginError::Path),
            ("http://a?b", WebOriginError::Path),
            ("http://a/#b", WebOriginError::Path),
            ("http://", WebOriginError::Host),
            ("http://:80", WebOriginError::Host),
            ("http://a:eighty", WebOriginError::Host),
            ("http://a:99999", WebOriginError::Host),
            ("http://ada@a", WebOriginError::Host),
            ("http://*.example", WebOriginError::Host),
            ("http://wolke.exämple", WebOriginError::Host),
            ("http://a ", WebOriginError::Host),
        ] {
            assert_eq!(check_origin(text), Err(error), "{text}");
        }
    }

    #[test]
    fn hosts() {
        for text in ["nova", "nova.test:8774", "192.0.2.7", "[::1]:80", "fe80::1"] {
            assert_eq!(check_host(text), Ok(()), "{text}");
        }
        for text in ["", "http://nova", "nova/", "*", "a b", "ada@nova", "nova:x"] {
            assert_eq!(check_host(text), Err(WebOriginError::Name), "{text}");
        }
    }
}
