//! The head of a request: all that is known of it before its body is read.

use super::origin::Origin;
use super::path::{PathView, RequestPath};
use super::{HeaderMap, Headers, Method};
use http::header::{AsHeaderName, CONTENT_TYPE};
use std::sync::Arc;

/// Method, target and headers, and the way that they came.
///
/// It goes through many hands, to other threads too: clones share it.
#[derive(Clone, Debug)]
pub struct Head {
    inside: Arc<Inside>,
}

#[derive(Clone, Debug)]
struct Inside {
    method: Method,
    target: String,
    /// Where the path ends in the target.
    path_end: usize,
    path: RequestPath,
    /// Only where the path has parts that climb, or that stay.
    resolved: Option<RequestPath>,
    headers: Headers,
    origin: Origin,
    prefix: &'static str,
    /// How many parts of the path the prefix is.
    prefix_parts: usize,
}

impl Head {
    /// Of a request for a target in origin form, such as `/v2/images?limit=1`.
    #[must_use]
    pub fn new(
        method: Method,
        target: impl Into<String>,
        headers: impl Into<Headers>,
        origin: Origin,
    ) -> Self {
        let (target, headers) = (target.into(), headers.into());
        let path_end = target.find('?').unwrap_or(target.len());
        let raw = target.get(..path_end).unwrap_or_default();
        let inside = Inside {
            path: RequestPath::parse(raw),
            resolved: RequestPath::resolved(raw),
            method,
            target,
            path_end,
            headers,
            origin,
            prefix: "",
            prefix_parts: 0,
        };
        Self {
            inside: Arc::new(inside),
        }
    }

    /// The same, for a service that is mounted under a path of one part such as `/compute`.
    #[must_use]
    pub fn mounted_under(mut self, prefix: &'static str) -> Self {
        if self.inside.prefix != prefix {
            let inside = Arc::make_mut(&mut self.inside);
            inside.prefix = prefix;
            inside.prefix_parts = usize::from(!prefix.is_empty());
        }
        self
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.inside.method
    }

    /// The target as it came.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.inside.target
    }

    /// The path as it came.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        self.inside
            .target
            .get(..self.inside.path_end)
            .unwrap_or_default()
    }

    /// The query string as it came, without the question mark.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        self.inside
            .target
            .get(self.inside.path_end + 1..)
            .unwrap_or_default()
    }

    /// The path, decoded and tidied, behind the prefix; `.` and `..` are names like others.
    #[must_use]
    pub fn path(&self) -> PathView<'_> {
        self.inside.path.view().behind(self.inside.prefix_parts)
    }

    /// The same once `.` and `..` are resolved, where they came without escapes.
    #[must_use]
    pub fn resolved_path(&self) -> PathView<'_> {
        let path = self.inside.resolved.as_ref().unwrap_or(&self.inside.path);
        path.view().behind(self.inside.prefix_parts)
    }

    /// The path that the service is mounted under, such as `/compute`; empty at the root.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        self.inside.prefix
    }

    /// Where the client sees this server.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.inside.origin
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.inside.headers.map()
    }

    /// The first value of a header, when it is text; bytes that are no UTF-8 make it missing.
    #[must_use]
    pub fn header(&self, name: impl AsHeaderName + AsRef<str>) -> Option<&str> {
        self.inside.headers.text(name)
    }

    /// The first value of a header as it came.
    #[must_use]
    pub fn header_bytes(&self, name: impl AsHeaderName + AsRef<str>) -> Option<&[u8]> {
        self.inside.headers.bytes(name)
    }

    /// A header as WSGI hands it on: several are one list, each byte is a letter of Latin-1.
    #[must_use]
    pub fn latin1(&self, name: impl AsHeaderName + AsRef<str>) -> Option<String> {
        self.inside.headers.latin1(name)
    }

    /// `Accept`; of several such headers one list is made (RFC 9110, section 5.3).
    #[must_use]
    pub fn accept(&self) -> Option<&str> {
        self.inside.headers.accept()
    }

    /// The type of the body, with its parameters.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.header(CONTENT_TYPE)
    }

    /// The media type of the body, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        let header = self.content_type()?;
        let media_type = header.split(';').next().unwrap_or_default().trim();
        (!media_type.is_empty()).then_some(media_type)
    }

    /// The same as WebOb reads it: what is in front of the semicolon, blanks and all.
    #[must_use]
    pub fn webob_media_type(&self) -> Option<&str> {
        let header = self.content_type()?;
        let media_type = header.split(';').next().unwrap_or_default();
        (!media_type.is_empty()).then_some(media_type)
    }
}
