//! A request, read: what facades answer to.

use super::path::RequestPath;
use actix_web::HttpRequest;
use actix_web::http::Method;
use bytes::Bytes;
use std::net::SocketAddr;

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// All of it; empty when there was none.
    Whole(Bytes),
    /// More than the server reads.
    TooLarge,
}

/// What the connection knows of a request.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address that the client connected to.
    pub local: SocketAddr,
    /// The target as it was sent, when it held bytes that had to be escaped first.
    pub sent_target: Option<Vec<u8>>,
}

/// A request whose body has been read.
#[derive(Debug)]
pub struct Request<'a> {
    http: &'a HttpRequest,
    origin: Origin,
    /// The path, decoded and tidied, without the prefix.
    pub path: RequestPath,
    /// The path that the service is mounted under, such as `/compute`; empty at the root.
    pub prefix: &'static str,
    /// The body.
    pub body: Body,
}

impl<'a> Request<'a> {
    /// Joins what was read.
    #[must_use]
    pub fn new(
        http: &'a HttpRequest,
        origin: Origin,
        path: RequestPath,
        prefix: &'static str,
        body: Body,
    ) -> Self {
        Self {
            http,
            origin,
            path,
            prefix,
            body,
        }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.http.method()
    }

    /// The query string as it came, without the question mark.
    #[must_use]
    pub fn raw_query(&self) -> &'a str {
        self.http.uri().query().unwrap_or_default()
    }

    /// The target as it was sent, byte for byte.
    #[must_use]
    pub fn sent_target(&self) -> Vec<u8> {
        let seen = || self.http.uri().to_string().into_bytes();
        self.origin.sent_target.clone().unwrap_or_else(seen)
    }

    /// The path as it came.
    #[must_use]
    pub fn raw_path(&self) -> &'a str {
        self.http.uri().path()
    }

    /// The first value of a header, when it is text; bytes that are no UTF-8 make it missing.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        std::str::from_utf8(self.http.headers().get(name)?.as_bytes()).ok()
    }

    /// The bytes of the body, as far as it was read.
    #[must_use]
    pub fn body_bytes(&self) -> &[u8] {
        match &self.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge => &[],
        }
    }

    /// The host that the client asked: the header's text, else the address it connected to.
    #[must_use]
    pub fn host(&self) -> String {
        if let Some(host) = self.header("host").filter(|host| !host.is_empty()) {
            return host.to_owned();
        }
        self.origin.local.to_string()
    }

    /// The media type of the body, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<&'a str> {
        let header = self.header("content-type")?;
        let media_type = header.split(';').next().unwrap_or_default().trim();
        (!media_type.is_empty()).then_some(media_type)
    }
}
