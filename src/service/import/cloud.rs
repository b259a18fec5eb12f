//! The cloud as an import asks it.

use super::error::ImportError;
use super::identity::CloudIdentity;
use super::page::{Members, Page};
use crate::config::{CloudCredentials, CloudSource, UpstreamConfig, UpstreamProxy};
use crate::control::Clock;
use crate::domain::token::ADMIN;
use crate::service::upstream::{
    AskError, Client, CloudError, Credentials, Endpoint, Fetched, Service, SignedIn, WholeGlance,
    escaped, image_url, sign_in,
};
use crate::service::web_download::Resolve;
use bytes::Bytes;
use http::StatusCode;
use std::sync::{Mutex, PoisonError};

/// A cloud, where somebody has signed in.
pub struct Cloud {
    glance: WholeGlance,
    client: Client,
    credentials: CloudCredentials,
    /// The token that is shown, which may end before all has come.
    token: Mutex<Credentials>,
    /// Whose view of which cloud it is.
    pub identity: CloudIdentity,
    /// Whether the token has the role of administrators, who are shown the images of all projects.
    pub is_admin: bool,
}

impl Cloud {
    /// Signs in with the credentials that stand there now.
    ///
    /// # Errors
    /// When there are none, the cloud does not let them in, or has no image service.
    pub async fn enter(
        source: &CloudSource,
        proxy: UpstreamProxy,
        resolve: Resolve,
    ) -> Result<Self, ImportError> {
        let credentials = source.read().map_err(CloudError::from)?;
        let mut config = UpstreamConfig::service(source.clone());
        config.ca_file.clone_from(&credentials.ca_file);
        config.proxy = proxy;
        let client = Client::new(&config, &Clock::real(), resolve)?;
        let SignedIn { text, token } = sign_in(&client, &credentials).await?;
        let url = image_url(&credentials, &token)?;
        let endpoint = Endpoint::parse(Service::Image, &url)?;
        Ok(Self {
            glance: WholeGlance::new(client.clone(), endpoint),
            client,
            token: Mutex::new(shown(&url, &text)?),
            identity: CloudIdentity {
                image_url: url,
                user: token.user.id.clone(),
                project: token.project_id().map(str::to_owned),
            },
            is_admin: token.roles.iter().any(|role| role.name == ADMIN),
            credentials,
        })
    }

    /// What a path with its query means, for whoever reads of it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.identity.image_url)
    }

    /// The body of a page of a list, by its query.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn page(&self, query: &str) -> Result<Bytes, ImportError> {
        let path = format!("/v2/images?{query}");
        let body = self.body(&path).await;
        body.map_err(|source| self.failed(&path, source))
    }

    /// The body of the members of an image; nothing when they are not shown, or it is gone.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn members(&self, id: &str) -> Result<Option<Bytes>, ImportError> {
        let path = members_of(id);
        match self.body(&path).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if is_not_shown(&error) => Ok(None),
            Err(error) => Err(self.failed(&path, error)),
        }
    }

    /// The data of an image; nothing when there are none, or they are not shown.
    ///
    /// # Errors
    /// When they do not begin to come.
    pub async fn data(&self, id: &str) -> Result<Option<Fetched>, ImportError> {
        let path = format!("/v2/images/{}/file", escaped(id));
        let mut fetched = self.glance.data(&self.shown(), &path).await;
        if matches!(fetched, Err(AskError::Unauthorized)) {
            self.renew().await?;
            fetched = self.glance.data(&self.shown(), &path).await;
        }
        match fetched {
            Err(error) if is_not_shown(&error) => Ok(None),
            other => other.map_err(|source| self.failed(&path, source)),
        }
    }

    /// The name by which errors call the members of an image.
    pub fn members_url(&self, id: &str) -> String {
        self.url(&members_of(id))
    }

    async fn body(&self, path: &str) -> Result<Bytes, AskError> {
        let first = self.glance.body(&self.shown(), path).await;
        match first {
            Err(AskError::Unauthorized) if self.renew().await.is_ok() => {
                self.glance.body(&self.shown(), path).await
            }
            other => other,
        }
    }

    /// Signs in once more: a token may end before all has come.
    async fn renew(&self) -> Result<(), ImportError> {
        let SignedIn { text, .. } = sign_in(&self.client, &self.credentials).await?;
        let token = shown(&self.identity.image_url, &text)?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        Ok(())
    }

    fn shown(&self) -> Credentials {
        let token = self.token.lock();
        token.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, path: &str, source: AskError) -> ImportError {
        ImportError::Asked {
            url: self.url(path),
            source,
        }
    }
}

/// Reads a page of images.
///
/// # Errors
/// When it is none.
pub fn read_page<'p>(url: &str, body: &'p [u8]) -> Result<Page<'p>, ImportError> {
    serde_json::from_slice(body).map_err(|source| no_list(url, source))
}

/// Reads the members of an image.
///
/// # Errors
/// When it is no list of them.
pub fn read_members<'p>(url: &str, body: &'p [u8]) -> Result<Members<'p>, ImportError> {
    serde_json::from_slice(body).map_err(|source| no_list(url, source))
}

fn no_list(url: &str, source: serde_json::Error) -> ImportError {
    ImportError::NoList {
        url: url.to_owned(),
        source,
    }
}

fn members_of(id: &str) -> String {
    format!("/v2/images/{}/members", escaped(id))
}

/// What policy keeps from who asks, or what went while it was asked for.
fn is_not_shown(error: &AskError) -> bool {
    matches!(
        error,
        AskError::Refused {
            status: StatusCode::FORBIDDEN | StatusCode::NOT_FOUND,
            ..
        }
    )
}

fn shown(url: &str, token: &str) -> Result<Credentials, ImportError> {
    Credentials::of(token).map_err(|_| ImportError::Asked {
        url: url.to_owned(),
        source: AskError::Unauthorized,
    })
}
