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
        }
    }

    /// Adds a header; a name may stand several times.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
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
        self.body.len() + headers + std::mem::size_of::<Self>()
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
