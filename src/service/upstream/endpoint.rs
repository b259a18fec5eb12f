//! Where a service of the real cloud is.

use super::error::ClientError;
use std::sync::Arc;

/// The URL of a service, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether it is asked over TLS.
    pub is_tls: bool,
    /// Its host; of IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Host and port as the URL has them: the `Host` of requests, and what errors name.
    pub authority: Arc<str>,
    /// What paths begin with; empty at the root.
    pub path: String,
}

impl Endpoint {
    /// Of a URL such as `https://cloud.example.org/image`.
    ///
    /// # Errors
    /// When it is none of `http` or `https`.
    pub fn parse(url: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url(url.to_owned());
        let uri: http::Uri = url.parse().map_err(|_| wrong())?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        Ok(Self {
            is_tls,
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if is_tls { 443 } else { 80 }),
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
    use super::Endpoint;

    #[test]
    fn urls_are_taken_apart() {
        for (url, is_tls, host_and_port, path) in [
            ("http://a", false, "a:80", ""),
            ("https://a/", true, "a:443", ""),
            ("http://a:9292/image", false, "a:9292", "/image"),
            ("http://[::1]:1/x/y/", false, "[::1]:1", "/x/y"),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!(endpoint.is_tls, is_tls, "{url}");
            assert_eq!(endpoint.host_and_port(), host_and_port, "{url}");
            assert_eq!(endpoint.path, path, "{url}");
        }
        assert!(Endpoint::parse("ftp://a").is_err());
        assert!(Endpoint::parse("/a").is_err());
    }
}
