//! The head of a request: all that is known of it before its body is read.

use super::origin::Origin;
use super::path::{PathView, RequestPath};
use super::{HeaderMap, Method};

/// Method, target and headers, and the way that they came.
#[derive(Clone, Debug)]
pub struct Head {
    method: Method,
    target: String,
    /// Where the path ends in the target.
    path_end: usize,
    path: RequestPath,
    headers: HeaderMap,
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
        headers: HeaderMap,
        origin: Origin,
    ) -> Self {
        let target = target.into();
        let path_end = target.find('?').unwrap_or(target.len());
        Self {
            path: RequestPath::parse(target.get(..path_end).unwrap_or_default()),
            method,
            target,
            path_end,
            headers,
            origin,
            prefix: "",
            prefix_parts: 0,
        }
    }

    /// The same, for a service that is mounted under a path of one part such as `/compute`.
    #[must_use]
    pub fn mounted_under(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self.prefix_parts = usize::from(!prefix.is_empty());
        self
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The target as it came.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path as it came.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        self.target.get(..self.path_end).unwrap_or_default()
    }

    /// The query string as it came, without the question mark.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        self.target.get(self.path_end + 1..).unwrap_or_default()
    }

    /// The path, decoded and tidied, behind the prefix.
    #[must_use]
    pub fn path(&self) -> PathView<'_> {
        self.path.view().behind(self.prefix_parts)
    }

    /// The path that the service is mounted under, such as `/compute`; empty at the root.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// Where the client sees this server.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first value of a header, when it is text; bytes that are no UTF-8 make it missing.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        super::header_text(&self.headers, name)
    }

    /// The first value of a header as it came.
    #[must_use]
    pub fn header_bytes(&self, name: &str) -> Option<&[u8]> {
        Some(self.headers.get(name)?.as_bytes())
    }

    /// The media type of the body, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        let header = self.header("content-type")?;
        let media_type = header.split(';').next().unwrap_or_default().trim();
        (!media_type.is_empty()).then_some(media_type)
    }
}
