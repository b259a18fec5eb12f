//! The real image service, asked by its API v2.

use super::ask_error::AskError;
use super::client::Client;
use super::credentials::{Credentials, X_AUTH_TOKEN};
use super::endpoint::{Endpoint, Service};
use super::error::UpstreamError;
use super::image_body::{ImageBody, PageBody};
use super::kept::KeptPages;
use super::own_token::{OwnToken, OwnTokens};
use super::patch::{MEDIA_TYPE, Patch};
use super::question::{Answer, Question};
use super::said::said;
use crate::domain::Image;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Longest answer that is taken, in bytes: a page of a thousand images, each as long as they get.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What stays as it is in a part of a path or a query.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~');

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// Its images, in order.
    pub images: Vec<Image>,
    /// The query of the next page; nothing behind the last.
    pub next: Option<String>,
}

/// As whom it is asked.
#[derive(Debug)]
pub enum Asker {
    /// As the clients, with their own tokens, at an endpoint.
    Clients(Arc<Endpoint>),
    /// As this server, whose token tells where.
    Own(OwnTokens),
}

/// The real image service.
#[derive(Debug)]
pub struct Glance {
    client: Client,
    asker: Asker,
    kept: KeptPages,
}

impl Glance {
    /// Asked so; what lists answer is kept as long as `kept` says.
    #[must_use]
    pub fn new(client: Client, asker: Asker, kept: KeptPages) -> Self {
        Self {
            client,
            asker,
            kept,
        }
    }

    /// A page of a list, by its query.
    ///
    /// # Errors
    /// When it is refused, or does not come.
    pub async fn page(&self, credentials: &Credentials, query: &str) -> Result<Page, AskError> {
        let digest = credentials.digest(query);
        let body = if let Some(body) = self.kept.get(&digest) {
            body
        } else {
            let epoch = self.kept.epoch();
            let path = format!("/v2/images?{query}");
            let answer = self.ask(credentials, Method::GET, path, None).await?;
            let body = expect(answer, StatusCode::OK)?;
            self.kept.put(digest, &body, epoch);
            body
        };
        let PageBody { images, next } = self.read(&body)?;
        // Whatever it says of host and path: what is asked is this service.
        let next = next.map(|next| match next.split_once('?') {
            Some((_, query)) => query.to_owned(),
            None => String::new(),
        });
        if next.as_deref() == Some(query) {
            return Err(self.strange("a page that it is its own next one", None));
        }
        Ok(Page {
            images: images.into_iter().map(|ImageBody(image)| image).collect(),
            next,
        })
    }

    /// The image of an id.
    ///
    /// # Errors
    /// When it is refused, or does not come.
    pub async fn image(&self, credentials: &Credentials, id: &str) -> Result<Image, AskError> {
        let path = path_of(id)?;
        let answer = self.ask(credentials, Method::GET, path, None).await?;
        let ImageBody(image) = self.read(&expect(answer, StatusCode::OK)?)?;
        Ok(image)
    }

    /// Deletes an image.
    ///
    /// # Errors
    /// When it is refused, or nobody knows what became of it.
    pub async fn delete(&self, credentials: &Credentials, id: &str) -> Result<(), AskError> {
        let path = path_of(id)?;
        self.kept.clear();
        let answer = self.ask(credentials, Method::DELETE, path, None).await;
        self.kept.clear();
        expect(answer?, StatusCode::NO_CONTENT)?;
        Ok(())
    }

    /// Changes an image, and answers what became of it.
    ///
    /// # Errors
    /// When it is refused, or nobody knows what became of it.
    pub async fn patch(
        &self,
        credentials: &Credentials,
        id: &str,
        patch: &Patch,
    ) -> Result<Image, AskError> {
        let path = path_of(id)?;
        self.kept.clear();
        let body = Bytes::from(patch.to_json());
        let answer = self.ask(credentials, Method::PATCH, path, Some(body)).await;
        self.kept.clear();
        let ImageBody(image) = self.read(&expect(answer?, StatusCode::OK)?)?;
        Ok(image)
    }

    /// Forgets what was answered.
    pub fn forget(&self) {
        self.kept.clear();
    }

    async fn ask(
        &self,
        credentials: &Credentials,
        method: Method,
        path: String,
        body: Option<Bytes>,
    ) -> Result<Answer, AskError> {
        let mut headers = credentials.headers().clone();
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        }
        let question = |endpoint: &Arc<Endpoint>| Question {
            method: method.clone(),
            headers: headers.clone(),
            body: body.clone().unwrap_or_default(),
            project: credentials.project().cloned(),
            ..Question::get(endpoint, path.as_str(), MOST_BYTES)
        };
        match &self.asker {
            Asker::Clients(endpoint) => Ok(self.client.ask(question(endpoint)).await?),
            Asker::Own(own) => self.ask_as_own(own, question).await,
        }
    }

    /// With this server's token; with a new one when that is not taken any more.
    async fn ask_as_own(
        &self,
        own: &OwnTokens,
        question: impl Fn(&Arc<Endpoint>) -> Question,
    ) -> Result<Answer, AskError> {
        let ask = async |token: &OwnToken| {
            let mut question = question(&token.image);
            question.headers.insert(X_AUTH_TOKEN, token.header.clone());
            self.client.ask(question).await
        };
        let token = own.get().await.map_err(AskError::NotSignedIn)?;
        let answer = ask(&token).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        own.refused(&token);
        let token = own.get().await.map_err(AskError::NotSignedIn)?;
        let answer = ask(&token).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => Err(AskError::NotSignedIn(own.refused_anew(&token))),
            _ => Ok(answer),
        }
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, AskError> {
        serde_json::from_slice(body)
            .map_err(|error| self.strange("no images of API v2", Some(Box::new(error))))
    }

    fn strange(
        &self,
        what: &str,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> AskError {
        self.client.is_strange(Service::Image);
        AskError::Failed(UpstreamError::Strange {
            authority: match &self.asker {
                Asker::Clients(endpoint) => Arc::clone(&endpoint.authority),
                Asker::Own(own) => own.image_authority(),
            },
            what: what.to_owned(),
            source,
        })
    }
}

/// The body of an answer with this status.
///
/// # Errors
/// What an answer with another one means.
pub fn expect(answer: Answer, status: StatusCode) -> Result<Bytes, AskError> {
    match answer.status {
        found if found == status => Ok(answer.body),
        StatusCode::UNAUTHORIZED => Err(AskError::Unauthorized),
        status => Err(AskError::Refused {
            status,
            said: said(
                status,
                answer.header("content-type").unwrap_or_default(),
                &answer.body,
            ),
            retry_after_seconds: answer.retry_after().map(|after| after.as_secs()),
        }),
    }
}

/// Whatever an id is, it is one part of the path; these two would be none.
fn path_of(id: &str) -> Result<String, AskError> {
    match id {
        "" | "." | ".." => Err(AskError::Refused {
            status: StatusCode::NOT_FOUND,
            said: StatusCode::NOT_FOUND.to_string(),
            retry_after_seconds: None,
        }),
        id => Ok(format!("/v2/images/{}", escaped(id))),
    }
}

/// A text as a part of a path, or a name or value of a query.
#[must_use]
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}
