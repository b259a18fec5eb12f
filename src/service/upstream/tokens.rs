//! What the clients' tokens are worth: asked of the real identity service.

use super::client::{Client, Question};
use super::endpoint::Endpoint;
use super::error::UpstreamError;
use crate::domain::Caller;
use http::StatusCode;
use http::header::HeaderValue;
use serde::Deserialize;
use std::sync::Arc;

/// Longest token document that is taken, in bytes: catalogues of large clouds are long.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Says who shows a token.
#[derive(Debug)]
pub struct Tokens {
    client: Client,
    keystone: Arc<Endpoint>,
}

impl Tokens {
    /// By an identity service.
    #[must_use]
    pub fn new(client: Client, keystone: Arc<Endpoint>) -> Self {
        Self { client, keystone }
    }

    /// Who shows a token; nobody when it is none, or not any more.
    ///
    /// # Errors
    /// When the identity service does not say.
    pub async fn caller(&self, token: &str) -> Result<Option<Caller>, UpstreamError> {
        let Ok(mut value) = HeaderValue::from_str(token) else {
            return Ok(None);
        };
        value.set_sensitive(true);
        let mut question = Question::get(&self.keystone, "/v3/auth/tokens", MOST_BYTES);
        question.headers.insert("x-auth-token", value.clone());
        question.headers.insert("x-subject-token", value);
        let answer = self.client.ask(question).await?;
        let strange = |what: String, source| UpstreamError::Strange {
            authority: Arc::clone(&self.keystone.authority),
            what,
            source,
        };
        match answer.status {
            StatusCode::OK => {
                let document: Document = serde_json::from_slice(&answer.body)
                    .map_err(|error| strange("no token".to_owned(), Some(Box::new(error))))?;
                Ok(Some(document.token.caller()))
            }
            StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => Ok(None),
            other => Err(strange(format!("status {other} to a token"), None)),
        }
    }

    /// Forgets what is known of a token: a service did not take it.
    #[expect(clippy::unused_self, reason = "nothing is kept yet")]
    pub fn forget(&self, _token: &str) {}
}

#[derive(Deserialize)]
struct Document {
    token: Body,
}

#[derive(Deserialize)]
struct Body {
    user: Named,
    #[serde(default)]
    project: Option<Named>,
    #[serde(default)]
    roles: Vec<Role>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Role {
    name: String,
}

impl Body {
    fn caller(self) -> Caller {
        let roles: Vec<String> = self.roles.into_iter().map(|role| role.name).collect();
        Caller {
            user_id: Some(self.user.id),
            project_id: self.project.map(|project| project.id),
            is_admin: roles.iter().any(|role| role == "admin"),
            roles: roles.into(),
        }
    }
}
