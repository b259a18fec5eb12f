//! Where a client sees this server: the beginning of every link, catalogue entry and `Location`.
//!
//! One value a request, made of what is known of the way that it came; one function for all who write
//! links, so that no two of them disagree.

use super::Headers;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a server believes of what a proxy in front of it says.
///
/// A proxy's host, port and prefix (`X-Forwarded-Host`, `-Port`, `-Prefix`, `Forwarded`) are believed
/// by nobody: a proxy passes the `Host` on, or `--public-url` says what links begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing.
    Nobody,
    /// Nothing, and the host is written as `WebOb` has it: without the port 80, empty when it came so.
    WebOb,
    /// The scheme of `X-Forwarded-Proto`: `https` in any case; of several the first, which is the
    /// client's own.
    Scheme,
}

/// The way that a request came.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The text of `Host`, else the address that the client connected to.
    host: Arc<str>,
    /// Whether a `Host` came that is empty.
    empty_host: bool,
    /// Whether the nearest proxy says that the client speaks TLS.
    forwarded_https: bool,
    /// The address that the client connected to.
    local: SocketAddr,
    place: Place,
}

/// What a server knows of itself whoever asks. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// `--public-url`.
    pub public_url: Option<Arc<str>>,
    /// What the paths of a space begin with; empty at the root.
    pub prefix: Arc<str>,
}

impl Origin {
    /// Of a request with these headers, over a connection to the address `local`.
    #[must_use]
    pub fn of(headers: &Headers, local: SocketAddr, place: Place) -> Self {
        let sent = headers.host();
        let host = sent.filter(|host| !host.is_empty());
        Self {
            host: host.map_or_else(|| local.to_string().into(), Arc::clone),
            empty_host: sent.is_some_and(|host| host.is_empty()),
            forwarded_https: headers.forwarded_https(),
            local,
            place,
        }
    }

    /// The host that the client asked, with its port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address that the client connected to.
    #[must_use]
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// What paths begin with where a client sees them: the path of the public URL, and of the space.
    /// A link without a host begins so.
    #[must_use]
    pub fn path(&self) -> String {
        let Place { public_url, prefix } = &self.place;
        let public = public_url.as_deref().and_then(|url| {
            let (_, behind) = url.split_once("://")?;
            behind.get(behind.find('/')?..)
        });
        [public.unwrap_or_default(), prefix].concat()
    }

    /// The name of the space, if it has one.
    #[must_use]
    pub fn space(&self) -> Option<&str> {
        self.place.prefix.strip_prefix(super::mount::MOUNT)
    }

    /// What links begin with, as far as this server is concerned: without a slash at the end, and
    /// without the path that a service is mounted under.
    #[must_use]
    pub fn base(&self, trust: Trust) -> String {
        self.base_at(trust, &self.host)
    }

    /// The same on another port of the same host.
    #[must_use]
    pub fn base_on_port(&self, trust: Trust, port: u16) -> String {
        self.base_at(trust, &format!("{}:{port}", without_port(&self.host)))
    }

    fn base_at(&self, trust: Trust, host: &str) -> String {
        let Place { public_url, prefix } = &self.place;
        match public_url {
            Some(url) => [url, prefix.as_ref()].concat(),
            None if trust == Trust::Scheme && self.forwarded_https => {
                ["https://", host, prefix].concat()
            }
            None if trust == Trust::WebOb && self.empty_host => ["http://", prefix].concat(),
            None if trust == Trust::WebOb => {
                let host = host.strip_suffix(":80").unwrap_or(host);
                ["http://", host, prefix].concat()
            }
            None => ["http://", host, prefix].concat(),
        }
    }
}

/// A host without its port; an IPv6 address keeps its brackets.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Place, Trust};
    use crate::http::{HeaderMap, HeaderValue};

    fn origin(headers: &[(&'static str, &'static str)], place: Place) -> Origin {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        Origin::of(&map.into(), ([127, 0, 0, 1], 8774).into(), place)
    }

    #[test]
    fn b1_the_scheme_of_a_proxy_is_believed_where_somebody_is_trusted() {
        for (proto, scheme) in [
            ("https", "https"),
            ("HTTPS", "https"),
            ("https, http", "https"),
            (" https ,http", "https"),
            ("http, https", "http"),
            ("http", "http"),
            ("", "http"),
            ("ftp", "http"),
        ] {
            let origin = origin(
                &[("host", "cloud:80"), ("x-forwarded-proto", proto)],
                Place::default(),
            );
            assert_eq!(origin.base(Trust::Scheme), format!("{scheme}://cloud:80"));
            assert_eq!(origin.base(Trust::Nobody), "http://cloud:80");
        }
    }

    #[test]
    fn difference_40_webob_drops_port_80_and_keeps_an_empty_host() {
        for (host, base) in [
            ("x:80", "http://x"),
            ("x:8080", "http://x:8080"),
            ("", "http://"),
        ] {
            let origin = origin(&[("host", host)], Place::default());
            assert_eq!(origin.base(Trust::WebOb), base);
        }
    }

    #[test]
    fn without_a_host_it_is_the_address() {
        for headers in [&[][..], &[("host", "")][..]] {
            let origin = origin(headers, Place::default());
            assert_eq!(origin.base(Trust::Nobody), "http://127.0.0.1:8774");
        }
    }

    #[test]
    fn the_public_url_outranks_all_and_a_space_has_a_prefix() {
        let place = |url: Option<&str>| Place {
            public_url: url.map(Into::into),
            prefix: "/_space/a".into(),
        };
        let headers = [("host", "h:1"), ("x-forwarded-proto", "https")];
        let public = origin(&headers, place(Some("https://x/y")));
        assert_eq!(public.base(Trust::Nobody), "https://x/y/_space/a");
        assert_eq!(
            public.base_on_port(Trust::Scheme, 5),
            "https://x/y/_space/a"
        );
        let own = origin(&headers, place(None));
        assert_eq!(own.base(Trust::Scheme), "https://h:1/_space/a");
        for (url, path) in [
            (Some("https://x/y/z"), "/y/z/_space/a"),
            (Some("https://x"), "/_space/a"),
            (None, "/_space/a"),
        ] {
            assert_eq!(origin(&headers, place(url)).path(), path);
        }
    }

    #[test]
    fn hosts_lose_their_port() {
        for (host, name) in [
            ("127.0.0.1:5000", "127.0.0.1"),
            ("localhost", "localhost"),
            ("[::1]:5000", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(super::without_port(host), name);
        }
    }
}
