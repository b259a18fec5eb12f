//! A reply before it is sent.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use bytes::Bytes;
use std::borrow::Cow;

/// Status, headers and body.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    content_type: Option<Cow<'static, str>>,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: Bytes,
    without_ids: bool,
}

impl Reply {
    /// A reply with a body.
    #[must_use]
    pub fn new(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            status,
            content_type: Some(content_type.into()),
            headers: Vec::new(),
            body: body.into(),
            without_ids: false,
        }
    }

    /// A reply without body and content type.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            content_type: None,
            headers: Vec::new(),
            body: Bytes::new(),
            without_ids: false,
        }
    }

    /// Adds a header; a name may stand several times.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks an answer that broke off before a service could put its request id on it.
    #[must_use]
    pub fn without_ids(mut self) -> Self {
        self.without_ids = true;
        self
    }

    /// Whether the answer carries request ids.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        !self.without_ids
    }

    /// Replaces a text in the body.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        self.body = String::from_utf8_lossy(&self.body).replace(from, to).into();
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What it takes to keep in memory, in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        self.body.len() + headers + size_of::<Self>()
    }

    /// The form that the web framework sends. A value that no header can hold is left out.
    #[must_use]
    pub fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status).body(self.body);
        let headers = response.headers_mut();
        headers.remove(CONTENT_TYPE);
        if let Some(value) = self.content_type.and_then(header_value) {
            headers.insert(CONTENT_TYPE, value);
        }
        for (name, value) in self.headers {
            if let Some(value) = header_value(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

fn header_value(value: Cow<'static, str>) -> Option<HeaderValue> {
    match value {
        Cow::Borrowed(text) => HeaderValue::from_str(text).ok(),
        Cow::Owned(text) => HeaderValue::try_from(text).ok(),
    }
}
