//! Who may change something through the control API, or see what others do: no page of a stranger's, and
//! nobody from afar.
//!
//! A browser sends a form to any address that a page names, from behind every firewall. It says by
//! `Origin` and `Sec-Fetch-Site` whose page it was, cannot send JSON without asking first, and by
//! `Host` shows a name that was bent to point here.

use crate::config::{ControlAccess, ServerConfig};
use crate::http::{Head, StatusCode};
use http::header::ORIGIN;
use std::net::{IpAddr, SocketAddr};
use subtle::ConstantTimeEq as _;

/// The listener that the control API is asked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Where it is bound.
    pub bound: SocketAddr,
    /// Whether it tells the server's health and nothing else, since there is another for the rest.
    pub health_only: bool,
    /// Of the listener that all share, where this is the control API's own: there the clouds are.
    pub shared_port: Option<u16>,
}

/// Why somebody is turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    /// 403 or 415.
    pub status: StatusCode,
    /// The reason.
    pub why: String,
}

fn forbidden(why: impl Into<String>) -> Barred {
    Barred {
        status: StatusCode::FORBIDDEN,
        why: why.into(),
    }
}

/// Whether there is a control API at all.
///
/// # Errors
/// When there is not, here.
pub fn open(config: &ServerConfig, door: &Door) -> Result<(), Barred> {
    if door.health_only {
        return Err(forbidden(
            "the control API has a listener of its own (--control-listen)",
        ));
    }
    match config.control_access() {
        ControlAccess::Off => Err(forbidden("the control API is off (--control off)")),
        ControlAccess::Read | ControlAccess::Full => Ok(()),
    }
}

/// Whether a request may change something.
///
/// # Errors
/// Why not.
pub fn change(config: &ServerConfig, door: &Door, head: &Head) -> Result<(), Barred> {
    if config.control_access() != ControlAccess::Full {
        return Err(forbidden(
            "the control API changes nothing here; --control full lets it",
        ));
    }
    watch(config, door, head)?;
    check_type(head)
}

/// Whether a request may see what others have sent and got: it is no page's of a stranger, and comes from
/// nobody afar.
///
/// # Errors
/// Why not.
pub fn watch(config: &ServerConfig, door: &Door, head: &Head) -> Result<(), Barred> {
    check_page(config, head)?;
    if !shows_token(config, head)? {
        check_host(config, door, head)?;
        check_distance(config, door)?;
    }
    Ok(())
}

/// The page that a request comes from, if it is one of those that were allowed.
#[must_use]
pub fn allowed_page<'h>(config: &ServerConfig, head: &'h Head) -> Option<&'h str> {
    let origin = head.header(ORIGIN)?;
    let mut allowed = config.allow_origins.iter();
    allowed
        .any(|allowed| is_same_origin(allowed, origin))
        .then_some(origin)
}

/// Whether the request is no page's, or the page is one of ours or an allowed one.
fn check_page(config: &ServerConfig, head: &Head) -> Result<(), Barred> {
    let mut is_allowed = false;
    for origin in head.headers().get_all(ORIGIN) {
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let mut allowed = config.allow_origins.iter();
        is_allowed = allowed.any(|allowed| is_same_origin(allowed, &origin));
        if !is_allowed && !is_own_origin(config, head, &origin) {
            return Err(forbidden(format!(
                "a page of {origin} may not do this (--allow-origin)"
            )));
        }
    }
    let site = head.header("sec-fetch-site").unwrap_or_default().trim();
    if !is_allowed && site.eq_ignore_ascii_case("cross-site") {
        return Err(forbidden(
            "a page of another site may not do this (--allow-origin)",
        ));
    }
    Ok(())
}

/// The origin under which the request's own host, or the public URL, is seen.
fn is_own_origin(config: &ServerConfig, head: &Head, origin: &str) -> bool {
    let host = head.origin().host();
    let own = ["http", "https"].map(|scheme| format!("{scheme}://{host}"));
    let public = config.public_url.as_deref();
    own.iter()
        .map(String::as_str)
        .chain(public)
        .any(|own| is_same_origin(own, origin))
}

/// Whether two URLs are of one origin. A default port may be said or not.
fn is_same_origin(one: &str, other: &str) -> bool {
    match (origin_of(one), origin_of(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn origin_of(url: &str) -> Option<String> {
    let url = url.trim().to_ascii_lowercase();
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or_default();
    let usual_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let authority = authority.strip_suffix(usual_port).unwrap_or(authority);
    (!authority.is_empty()).then(|| format!("{scheme}://{authority}"))
}

/// Whether the control token was shown.
///
/// # Errors
/// When another one was.
fn shows_token(config: &ServerConfig, head: &Head) -> Result<bool, Barred> {
    let own = head.header("x-control-token");
    let bearer = || {
        let (scheme, token) = head.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    };
    let (Some(right), Some(shown)) = (&config.control_token, own.or_else(bearer)) else {
        return Ok(false);
    };
    match right.as_bytes().ct_eq(shown.trim().as_bytes()).into() {
        true => Ok(true),
        false => Err(forbidden("that is not the control token (--control-token)")),
    }
}

fn check_host(config: &ServerConfig, door: &Door, head: &Head) -> Result<(), Barred> {
    let host = head.origin().host();
    let name = name_of(host);
    let is_named = |allowed: &str| {
        let allowed = name_of(allowed);
        let is_address = address_of(name).is_some_and(|name| address_of(allowed) == Some(name));
        is_address || allowed.eq_ignore_ascii_case(name)
    };
    let public = config.public_url.as_deref().and_then(|url| {
        let (_, rest) = url.split_once("://")?;
        rest.split('/').next()
    });
    let is_ours = match address_of(name) {
        Some(address) => {
            let local = head.origin().local().ip().to_canonical();
            address.is_loopback()
                || address == local
                || address == door.bound.ip().to_canonical() && !address.is_unspecified()
        }
        None => is_loopback_name(name),
    };
    let mut allowed = config.allow_hosts.iter().map(String::as_str).chain(public);
    match is_ours || allowed.any(is_named) {
        true => Ok(()),
        false => Err(forbidden(format!(
            "{host} is no name of this server (--allow-host, --control-token)"
        ))),
    }
}

/// `*.localhost` is loopback, too (RFC 6761).
fn is_loopback_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

fn address_of(name: &str) -> Option<IpAddr> {
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(name).parse().ok()?;
    Some(address.to_canonical())
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        // `::1`, as an allowed name may say it, has no port.
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (name.ends_with(']') || !name.contains(':')) =>
        {
            name
        }
        _ => host,
    }
}

/// A listener that others than this machine reach takes a token, or the word of whoever started it.
fn check_distance(config: &ServerConfig, door: &Door) -> Result<(), Barred> {
    let is_near = door.bound.ip().to_canonical().is_loopback();
    let is_consented =
        config.control == Some(ControlAccess::Full) && config.control_token.is_none();
    match is_near || is_consented {
        true => Ok(()),
        false => Err(forbidden(format!(
            "{} can be reached from other machines: this takes --control-token, or --control full",
            door.bound.ip()
        ))),
    }
}

/// Where there is a body it has to be JSON, which no form is.
fn check_type(head: &Head) -> Result<(), Barred> {
    let length = head.header_bytes("content-length");
    let is_empty = length.is_none_or(|length| length.iter().all(|digit| *digit == b'0'));
    let has_body = !is_empty || head.headers().contains_key("transfer-encoding");
    let media_type = head.media_type().unwrap_or_default();
    // No form sends either of them.
    let is_json = ["application/json", "application/merge-patch+json"]
        .iter()
        .any(|json| media_type.eq_ignore_ascii_case(json));
    match !has_body || is_json {
        true => Ok(()),
        false => Err(Barred {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            why: "the body must be application/json".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Door, change, is_same_origin, name_of};
    use crate::config::{ControlAccess, ServerConfig};
    use crate::http::{Head, HeaderMap, HeaderName, Headers, Method, Origin, Place};
    use std::net::SocketAddr;

    /// The status that a change gets, 0 for none.
    fn status(config: &ServerConfig, bound: &str, headers: &[(&str, &str)]) -> u16 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, value.parse().unwrap());
        }
        let local: SocketAddr = "192.0.2.7:8774".parse().unwrap();
        let headers = Headers::from(map);
        let origin = Origin::of(&headers, local, Place::default());
        let head = Head::new(Method::POST, "/_control/reset", headers, origin);
        let door = Door {
            bound: bound.parse().unwrap(),
            health_only: false,
            shared_port: None,
        };
        change(config, &door, &head).map_or_else(|barred| barred.status.as_u16(), |()| 0)
    }

    const NEAR: &str = "127.0.0.1:8774";

    #[test]
    fn a2_hosts() {
        let config = ServerConfig {
            public_url: Some("https://cloud.example.org:8443/nova".to_owned()),
            allow_hosts: vec!["nova".to_owned(), "fe80::1".to_owned()],
            ..ServerConfig::default()
        };
        for host in [
            "localhost",
            "LOCALHOST:1",
            "localhost.",
            "nova.localhost:8774",
            "127.0.0.1:8774",
            "127.9.9.9",
            "[::1]:8774",
            "[::ffff:127.0.0.1]",
            "192.0.2.7:80",
            "cloud.example.org",
            "Cloud.example.org:8443",
            "NOVA:8774",
            "[fe80::1]:80",
        ] {
            assert_eq!(status(&config, NEAR, &[("host", host)]), 0, "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "192.0.2.8",
            "localhost:80:80",
            "localhost@evil.example",
            "0.0.0.0",
            "novas",
        ] {
            assert_eq!(status(&config, NEAR, &[("host", host)]), 403, "{host}");
        }
    }

    #[test]
    fn a2_pages() {
        let config = ServerConfig {
            allow_origins: vec!["http://localhost:3000".to_owned()],
            ..ServerConfig::default()
        };
        let host = ("host", "localhost:8774");
        for (headers, expected) in [
            (&[("origin", "http://localhost:8774")][..], 0),
            (&[("origin", "https://localhost:8774")], 0),
            (&[("origin", "http://localhost:3000")], 0),
            (
                &[
                    ("origin", "http://localhost:3000"),
                    ("sec-fetch-site", "cross-site"),
                ],
                0,
            ),
            (&[("origin", "http://localhost:3001")], 403),
            (&[("origin", "http://localhost")], 403),
            (&[("origin", "http://evil.example")], 403),
            (&[("origin", "null")], 403),
            (&[("origin", "")], 403),
            (
                &[
                    ("origin", "http://localhost:3000"),
                    ("origin", "http://evil.example"),
                ],
                403,
            ),
            (&[("sec-fetch-site", "cross-site")], 403),
            (&[("sec-fetch-site", "same-origin")], 0),
            (&[("sec-fetch-site", "none")], 0),
        ] {
            let headers = [&[host], headers].concat();
            assert_eq!(status(&config, NEAR, &headers), expected, "{headers:?}");
        }
        assert!(is_same_origin("http://a:80", "HTTP://A/"));
        assert!(!is_same_origin("http://a", "https://a"));
    }

    #[test]
    fn a2_tokens_and_distance() {
        let mut config = ServerConfig::default();
        let (here, strange) = (("host", "localhost"), ("host", "evil.example"));
        let far = "0.0.0.0:8774";
        assert_eq!(status(&config, far, &[here]), 403);
        config.control = Some(ControlAccess::Full);
        assert_eq!(status(&config, far, &[here]), 0);
        assert_eq!(status(&config, far, &[strange]), 403);
        config.control_token = Some("t0ken".to_owned());
        assert_eq!(status(&config, far, &[here]), 403);
        for token in [
            ("x-control-token", "t0ken"),
            ("authorization", "bearer t0ken"),
        ] {
            assert_eq!(status(&config, far, &[strange, token]), 0);
            let foreign = ("origin", "http://other.example");
            assert_eq!(status(&config, far, &[strange, token, foreign]), 403);
        }
        assert_eq!(
            status(&config, NEAR, &[here, ("x-control-token", "x")]),
            403
        );
        config.control = Some(ControlAccess::Read);
        assert_eq!(
            status(&config, NEAR, &[here, ("x-control-token", "t0ken")]),
            403
        );
    }

    #[test]
    fn a2_bodies_are_json() {
        let config = ServerConfig::default();
        let host = ("host", "localhost");
        for (headers, expected) in [
            (&[("content-length", "0")][..], 0),
            (&[("content-length", "3")], 415),
            (
                &[("content-length", "3"), ("content-type", "text/plain")],
                415,
            ),
            (
                &[
                    ("transfer-encoding", "chunked"),
                    ("content-type", "text/plain"),
                ],
                415,
            ),
            (
                &[
                    ("content-length", "3"),
                    ("content-type", "Application/JSON; charset=utf-8"),
                ],
                0,
            ),
            (&[("content-type", "application/x-www-form-urlencoded")], 0),
        ] {
            let headers = [&[host], headers].concat();
            assert_eq!(status(&config, NEAR, &headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn ports_are_taken_off() {
        for (host, name) in [
            ("a:1", "a"),
            ("[::1]:1", "[::1]"),
            ("::1", "::1"),
            ("a", "a"),
        ] {
            assert_eq!(name_of(host), name);
        }
    }
}
