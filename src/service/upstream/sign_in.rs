//! This server signs in at a real cloud itself.

use super::client::Client;
use super::endpoint::{Endpoint, Service};
use super::error::ClientError;
use super::keystone::{Keystone, SignedIn};
use super::keystone_error::KeystoneError;
use super::seen_token::SeenToken;
use crate::config::{
    CloudCredentials, CloudsError, GLANCE_VERSIONS, ServiceInterface, unversioned,
};
use std::sync::Arc;

/// Why this server is nobody at a cloud.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// There are no credentials.
    #[error(transparent)]
    Credentials(#[from] CloudsError),
    /// There is a URL that cannot be asked.
    #[error(transparent)]
    Url(#[from] ClientError),
    /// The identity service does not let it in, or gives no answer.
    #[error("nobody signs in at {auth_url}: {source}")]
    Refused {
        /// Where the identity service is.
        auth_url: String,
        /// Why not.
        source: KeystoneError,
    },
    /// Its token is none that a header can hold.
    #[error("the token cannot be shown: {0}")]
    Header(http::header::InvalidHeaderValue),
    /// The image service takes no token of this server's, not even a new one.
    #[error("{0} does not take the token that the identity service has just given")]
    NotTaken(Arc<str>),
    /// The catalogue has no image service.
    #[error("the catalogue has no image service: {0}")]
    NoImages(ImageUrl),
}

/// Which address of the image service is wanted of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageUrl {
    /// In which region; in the first that has one, when missing.
    pub region: Option<String>,
    /// For whom.
    pub interface: ServiceInterface,
}

impl std::fmt::Display for ImageUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.region {
            Some(region) => write!(f, "{} in the region {region:?}", self.interface),
            None => write!(f, "{} in any region", self.interface),
        }
    }
}

/// Signs in at a cloud, once.
///
/// # Errors
/// When it is not let in, or nobody answers.
pub async fn sign_in(
    client: &Client,
    credentials: &CloudCredentials,
) -> Result<SignedIn, CloudError> {
    let endpoint = Endpoint::parse(Service::Identity, &credentials.auth_url)?;
    let keystone = Keystone::new(client.clone(), Arc::new(endpoint));
    let signed_in = keystone.sign_in_as(credentials).await;
    signed_in.map_err(|source| CloudError::Refused {
        auth_url: credentials.auth_url.clone(),
        source,
    })
}

/// Where the image service is that whoever signed in may ask, without a version.
///
/// # Errors
/// When the catalogue has none.
pub fn image_url(credentials: &CloudCredentials, token: &SeenToken) -> Result<String, CloudError> {
    if let Some(url) = &credentials.image_url {
        return Ok(url.clone());
    }
    let wanted = ImageUrl {
        region: credentials.region.clone(),
        interface: credentials.interface.unwrap_or_default(),
    };
    match token.url("image", wanted.region.as_deref(), wanted.interface) {
        Some(url) => Ok(unversioned(url, GLANCE_VERSIONS).to_owned()),
        None => Err(CloudError::NoImages(wanted)),
    }
}
