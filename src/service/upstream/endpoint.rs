//! Where a service of the real cloud is.

use super::error::ClientError;
use std::sync::Arc;

/// A service of the real cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Glance.
    Image,
    /// Keystone.
    Identity,
    /// Nova.
    Compute,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Image, Self::Identity, Self::Compute];

    /// Its type, as catalogues call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Identity => "identity",
            Self::Compute => "compute",
        }
    }
}

/// The URL of a service, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Whose it is.
    pub service: Service,
    /// Whether it is asked over TLS.
    pub is_tls: bool,
    /// Its host; of IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Host and port as the URL has them: the `Host` of requests, and what errors name.
    pub authority: Arc<str>,
    /// Scheme, host and port: what a connection is to.
    pub origin: Arc<str>,
    /// What paths begin with; empty at the root.
    pub path: String,
}

impl Endpoint {
    /// Of a service with a URL such as `https://cloud.example.org/image`.
    ///
    /// # Errors
    /// When it is none of `http` or `https`.
    pub fn parse(service: Service, url: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url(url.to_owned());
        let uri: http::Uri = url.parse().map_err(|_| wrong())?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        let scheme = if is_tls { "https://" } else { "http://" };
        Ok(Self {
            service,
            is_tls,
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if is_tls { 443 } else { 80 }),
            origin: [scheme, authority.as_str()].concat().into(),
            authority: authority.as_str().into(),
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Host and port as the resolver wants them.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Service};

    #[test]
    fn urls_are_taken_apart() {
        for (url, is_tls, host_and_port, path) in [
            ("http://a", false, "a:80", ""),
            ("https://a/", true, "a:443", ""),
            ("http://a:9292/image", false, "a:9292", "/image"),
            ("http://[::1]:1/x/y/", false, "[::1]:1", "/x/y"),
        ] {
            let endpoint = Endpoint::parse(Service::Image, url).unwrap();
            assert_eq!(endpoint.is_tls, is_tls, "{url}");
            assert_eq!(endpoint.host_and_port(), host_and_port, "{url}");
            assert_eq!(endpoint.path, path, "{url}");
        }
        assert!(Endpoint::parse(Service::Image, "ftp://a").is_err());
        assert!(Endpoint::parse(Service::Image, "/a").is_err());
    }
}
