//! The identity service of the real cloud: what is asked of its API v3, in domain words, and requests
//! that are passed on as they are.

use super::client::Client;
use super::endpoint::Endpoint;
use super::error::UpstreamError;
use super::keystone_error::KeystoneError;
use super::own_sign_in_body::own_sign_in_body;
use super::question::{Answer, Question};
use super::seen_token::SeenToken;
use super::sign_in_body::sign_in_body;
use crate::config::CloudCredentials;
use crate::domain::Project;
use crate::service::identity::{Proof, WantedScope};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;

/// Longest answer that is taken, in bytes: some 20,000 users on a list.
const MOST_BYTES: usize = 16 << 20;

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const X_SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// What is passed on.
#[derive(Debug)]
pub struct Passed {
    /// The method.
    pub method: Method,
    /// The path behind that of the service, with its query.
    pub path: String,
    /// The headers, but for those of one connection.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A sign-in that succeeded.
#[derive(Debug)]
pub struct SignedIn {
    /// The token's text.
    pub text: String,
    /// What it stands for.
    pub token: SeenToken,
}

/// The identity service of the real cloud.
#[derive(Clone, Debug)]
pub struct Keystone {
    client: Client,
    endpoint: Arc<Endpoint>,
}

impl Keystone {
    /// Where it is, without a version.
    #[must_use]
    pub fn new(client: Client, endpoint: Arc<Endpoint>) -> Self {
        Self { client, endpoint }
    }

    /// Passes a request on, and hands the answer back as it is.
    ///
    /// # Errors
    /// When there is none in time, or it is too long.
    pub async fn pass(&self, passed: Passed) -> Result<Answer, UpstreamError> {
        let Passed {
            method,
            path,
            headers,
            body,
        } = passed;
        let question = Question {
            method,
            headers,
            body,
            follows: false,
            ..Question::get(&self.endpoint, path, MOST_BYTES)
        };
        self.client.ask(question).await
    }

    /// Whether a URL is of its host.
    #[must_use]
    pub fn has_url(&self, url: &str) -> bool {
        let authority = url.split_once("://").map(|(_, rest)| rest);
        let authority = authority.and_then(|rest| rest.split(['/', '?', '#']).next());
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(&self.endpoint.authority))
    }

    /// `POST /v3/auth/tokens`
    ///
    /// # Errors
    /// When it says no, or nothing that can be read.
    pub async fn sign_in(
        &self,
        proof: &Proof,
        scope: &WantedScope,
    ) -> Result<SignedIn, KeystoneError> {
        self.issue(&sign_in_body(proof, scope)).await
    }

    /// `POST /v3/auth/tokens`, as whoever these credentials are of.
    ///
    /// # Errors
    /// When it says no, or nothing that can be read.
    pub async fn sign_in_as(&self, who: &CloudCredentials) -> Result<SignedIn, KeystoneError> {
        self.issue(&own_sign_in_body(who)).await
    }

    async fn issue(&self, body: &Value) -> Result<SignedIn, KeystoneError> {
        let body = serde_json::to_vec(body);
        let mut question = self.question(Method::POST, "/v3/auth/tokens");
        question.body = body.map_err(|error| self.strange("no body", error))?.into();
        let json = HeaderValue::from_static("application/json");
        question.headers.insert(CONTENT_TYPE, json);
        let answer = self.ask(question).await?;
        let text = answer.headers.get(X_SUBJECT_TOKEN);
        let text = text.and_then(|text| text.to_str().ok());
        let missing = || self.strange_for("it has no X-Subject-Token", None);
        Ok(SignedIn {
            text: text.ok_or_else(missing)?.to_owned(),
            token: self.token(&answer)?,
        })
    }

    /// `GET /v3/auth/tokens`: what a token stands for, as far as whoever shows the other may know.
    ///
    /// # Errors
    /// When it says no, or nothing that can be read.
    pub async fn show(&self, asker: &str, subject: &str) -> Result<SeenToken, KeystoneError> {
        let question = self.about(Method::GET, asker, subject)?;
        let answer = self.ask(question).await?;
        self.token(&answer)
    }

    /// `DELETE /v3/auth/tokens`: ends a token, and those made from it.
    ///
    /// # Errors
    /// When it says no, or nothing that can be read.
    pub async fn revoke(&self, asker: &str, subject: &str) -> Result<(), KeystoneError> {
        let question = self.about(Method::DELETE, asker, subject)?;
        self.ask(question).await?;
        Ok(())
    }

    /// `GET /v3/auth/projects`: where the holder of a token has a role.
    ///
    /// # Errors
    /// When it says no, or nothing that can be read.
    pub async fn projects(&self, token: &str) -> Result<Vec<Project>, KeystoneError> {
        #[derive(Deserialize)]
        struct List {
            projects: Vec<ProjectBody>,
        }
        let list: List = self.read(token, "/v3/auth/projects").await?;
        Ok(list.projects.into_iter().map(Project::from).collect())
    }

    /// `GET /v3/projects/{id}`
    ///
    /// # Errors
    /// When it says no, or nothing that can be read.
    pub async fn project(&self, token: &str, id: &str) -> Result<Project, KeystoneError> {
        #[derive(Deserialize)]
        struct One {
            project: ProjectBody,
        }
        let one: One = self
            .read(token, &format!("/v3/projects/{}", escaped(id)))
            .await?;
        Ok(one.project.into())
    }

    async fn read<T: for<'b> Deserialize<'b>>(
        &self,
        token: &str,
        path: &str,
    ) -> Result<T, KeystoneError> {
        let mut question = self.question(Method::GET, path);
        question.headers.insert(X_AUTH_TOKEN, secret(token)?);
        let answer = self.ask(question).await?;
        let body = serde_json::from_slice(&answer.body);
        Ok(body.map_err(|error| self.strange(path, error))?)
    }

    fn about(&self, method: Method, asker: &str, subject: &str) -> Result<Question, KeystoneError> {
        let mut question = self.question(method, "/v3/auth/tokens");
        question.headers.insert(X_AUTH_TOKEN, secret(asker)?);
        let subject = secret(subject).map_err(|_| KeystoneError::NotFound)?;
        question.headers.insert(X_SUBJECT_TOKEN, subject);
        Ok(question)
    }

    fn question(&self, method: Method, path: &str) -> Question {
        Question {
            method,
            ..Question::get(&self.endpoint, path, MOST_BYTES)
        }
    }

    /// An answer that is what was asked for.
    async fn ask(&self, question: Question) -> Result<Answer, KeystoneError> {
        let answer = self.client.ask(question).await?;
        match answer.status.is_success() {
            true => Ok(answer),
            false => Err(KeystoneError::told(answer.status, &answer.body)),
        }
    }

    fn token(&self, answer: &Answer) -> Result<SeenToken, KeystoneError> {
        let token = SeenToken::parse(&answer.body);
        Ok(token.map_err(|error| self.strange("/v3/auth/tokens", error))?)
    }

    fn strange(
        &self,
        what: &str,
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> UpstreamError {
        self.strange_for(what, Some(Box::new(error)))
    }

    fn strange_for(
        &self,
        what: &str,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> UpstreamError {
        self.client.is_strange(self.endpoint.service);
        UpstreamError::Strange {
            authority: Arc::clone(&self.endpoint.authority),
            what: what.to_owned(),
            source,
        }
    }
}

/// A token as a header. What no header can hold is nobody's.
fn secret(token: &str) -> Result<HeaderValue, KeystoneError> {
    let mut value = HeaderValue::from_str(token).map_err(|_| KeystoneError::Unauthorized)?;
    value.set_sensitive(true);
    if value.is_empty() {
        return Err(KeystoneError::Unauthorized);
    }
    Ok(value)
}

/// A part of a path.
fn escaped(id: &str) -> String {
    let mut escaped = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => escaped.push(byte.into()),
            _ => _ = write!(escaped, "%{byte:02X}"),
        }
    }
    escaped
}

#[derive(Deserialize)]
struct ProjectBody {
    id: String,
    name: String,
    domain_id: String,
    #[serde(default)]
    description: Option<String>,
    enabled: bool,
}

impl From<ProjectBody> for Project {
    fn from(body: ProjectBody) -> Self {
        Self {
            id: body.id,
            name: body.name,
            domain_id: body.domain_id,
            description: body.description.unwrap_or_default(),
            enabled: body.enabled,
        }
    }
}
