//! On whose behalf the real cloud is asked.

use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Where a token stands.
pub const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// A client's token, or this server's, and the headers that go with it.
#[derive(Clone)]
pub struct Credentials {
    token: String,
    headers: HeaderMap,
    project: Option<Arc<str>>,
}

impl Credentials {
    /// Of whoever this server itself is: its token is added when something is asked.
    #[must_use]
    pub fn own() -> Self {
        Self {
            token: String::new(),
            headers: HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("*/*"))]),
            project: None,
        }
    }

    /// Of a token.
    ///
    /// # Errors
    /// When no header can hold it.
    pub fn of(token: &str) -> Result<Self, InvalidHeaderValue> {
        let mut value = HeaderValue::from_str(token)?;
        value.set_sensitive(true);
        Ok(Self {
            token: token.to_owned(),
            // As Glance's own client has it; without it errors come in another form.
            headers: HeaderMap::from_iter([
                (X_AUTH_TOKEN, value),
                (ACCEPT, HeaderValue::from_static("*/*")),
            ]),
            project: None,
        })
    }

    /// With another header that is passed on as it came.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &HeaderValue) -> Self {
        self.headers.append(name, value.clone());
        self
    }

    /// Of a token that is for this project.
    #[must_use]
    pub fn for_project(mut self, id: &str) -> Self {
        self.project = Some(id.into());
        self
    }

    /// The id of the project that the token is for, where it is known.
    #[must_use]
    pub fn project(&self) -> Option<&Arc<str>> {
        self.project.as_ref()
    }

    /// The token; empty when it is this server's.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// All that goes with a request.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What tells what one token was answered from what another one was; the token cannot be read in it.
    #[must_use]
    pub fn digest(&self, question: &str) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(&self.token);
        digest.update([0]);
        digest.update(question);
        digest.finalize().into()
    }
}
