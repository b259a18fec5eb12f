//! The real image service as whoever takes all of it asks: what comes is handed on as it was written.

use super::ask_error::AskError;
use super::client::{Client, Fetched};
use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::glance::{MOST_BYTES, expect};
use super::question::{Answer, Question};
use bytes::Bytes;
use http::StatusCode;
use std::sync::Arc;

/// What is read of an error's page in place of data, in bytes.
const MOST_SAID: usize = 64 * 1024;

/// The image service, asked for what is in it.
#[derive(Debug)]
pub struct WholeGlance {
    client: Client,
    endpoint: Arc<Endpoint>,
}

impl WholeGlance {
    /// At an endpoint.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint) -> Self {
        Self {
            client,
            endpoint: Arc::new(endpoint),
        }
    }

    /// The body of what stands at a path, with its query.
    ///
    /// # Errors
    /// When it is refused, or does not come.
    pub async fn body(&self, credentials: &Credentials, path: &str) -> Result<Bytes, AskError> {
        let answer = self.client.ask(self.question(credentials, path)).await?;
        expect(answer, StatusCode::OK)
    }

    /// The data that stand at a path, piece by piece; nothing when there are none.
    ///
    /// # Errors
    /// When they are refused, or do not begin to come.
    pub async fn data(
        &self,
        credentials: &Credentials,
        path: &str,
    ) -> Result<Option<Fetched>, AskError> {
        let mut fetched = self.client.fetch(self.question(credentials, path)).await?;
        match fetched.status {
            StatusCode::OK => return Ok(Some(fetched)),
            StatusCode::NO_CONTENT => return Ok(None),
            _ => {}
        }
        let answer = Answer {
            status: fetched.status,
            body: fetched.beginning(MOST_SAID).await?.into(),
            headers: fetched.headers,
        };
        expect(answer, StatusCode::OK).map(|_| None)
    }

    fn question(&self, credentials: &Credentials, path: &str) -> Question {
        Question {
            headers: credentials.headers().clone(),
            ..Question::get(&self.endpoint, path, MOST_BYTES)
        }
    }
}
