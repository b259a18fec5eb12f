//! The services of a real cloud, as facades ask them.

use super::ask_error::AskError;
use super::client::Client;
use super::credentials::Credentials;
use super::endpoint::{Endpoint, Service};
use super::error::ClientError;
use super::glance::{Asker, Glance};
use super::kept::KeptPages;
use super::keystone::Keystone;
use super::listing::RemoteListing;
use super::own_token::{OwnToken, OwnTokens};
use super::patch::Patch;
use super::sign_in::CloudError;
use super::tally::Seen;
use super::tokens::Tokens;
use super::wanted::Wanted;
use crate::config::{CloudSource, UpstreamConfig};
use crate::control::Clock;
use crate::domain::{Asked, Caller, Image, Properties};
use crate::service::rules::ImageRules;
use crate::service::web_download::Resolve;
use std::sync::Arc;

/// A real cloud. All spaces of a server have the same one.
#[derive(Debug)]
pub struct Upstream {
    /// Who asks its services.
    pub client: Client,
    /// Its image service.
    glance: Arc<Glance>,
    /// Its compute service, where this server knows it.
    pub compute: Option<Arc<Endpoint>>,
    /// Its identity service.
    pub keystone: Keystone,
    /// What clients' tokens are worth.
    pub tokens: Tokens,
    /// This server's own token, where it signs in itself.
    own: Option<OwnTokens>,
    /// Whether clients may change images as this server.
    writes: bool,
    /// The id of the domain that clients of Keystone's API v2.0 are in.
    pub domain: String,
}

impl Upstream {
    /// Nothing is asked yet. Names are looked up by `resolve`, and the services of a region count: when
    /// none is said, the first of their kind in a catalogue.
    ///
    /// # Errors
    /// When a URL cannot be asked, there are no credentials where this server signs in itself, or no
    /// certificates or threads for it.
    pub fn new(
        config: &UpstreamConfig,
        clock: &Clock,
        resolve: Resolve,
        region: Option<String>,
    ) -> Result<Self, ClientError> {
        let mut config = config.clone();
        let source = config.credentials.take();
        let credentials = source.as_ref().map(CloudSource::read).transpose()?;
        if let Some(credentials) = &credentials {
            let theirs = credentials.ca_file.clone();
            config.ca_file = config.ca_file.or(theirs);
        }
        let client = Client::new(&config, clock, resolve)?;
        let own =
            source.map(|source| OwnTokens::new(client.clone(), clock.clone(), source, &config));
        let keystone_url = config
            .keystone_url
            .or(credentials.map(|credentials| credentials.auth_url))
            .ok_or(ClientError::Nowhere(Service::Identity.name()))?;
        let endpoint = |service, url: &str| Endpoint::parse(service, url).map(Arc::new);
        let identity = endpoint(Service::Identity, &keystone_url)?;
        let keystone = Keystone::new(client.clone(), identity);
        let asker = match (&own, config.url.as_deref()) {
            (Some(own), _) => Asker::Own(own.clone()),
            (None, Some(url)) => Asker::Clients(endpoint(Service::Image, url)?),
            (None, None) => return Err(ClientError::Nowhere(Service::Image.name())),
        };
        let kept = KeptPages::new(clock.clone(), config.cache);
        let glance = Glance::new(client.clone(), asker, kept);
        let compute = config.compute_url.as_deref();
        let compute = compute.map(|url| endpoint(Service::Compute, url));
        let compute = compute.transpose()?;
        let region = config.region.or(region);
        let interface = config.interface.unwrap_or_default();
        Ok(Self {
            glance: Arc::new(glance),
            compute,
            tokens: Tokens::new(keystone.clone(), clock.clone(), region, interface),
            keystone,
            writes: own.is_none() || config.writes,
            own,
            domain: config.domain,
            client,
        })
    }

    /// Whether this server signs in itself, for clients that cannot.
    #[must_use]
    pub fn stands_in(&self) -> bool {
        self.own.is_some()
    }

    /// This server's own token, which is got when there is none; nothing where clients have theirs.
    ///
    /// # Errors
    /// When it cannot be got.
    pub async fn own_token(&self) -> Result<Option<Arc<OwnToken>>, Arc<CloudError>> {
        match &self.own {
            Some(own) => own.get().await.map(Some),
            None => Ok(None),
        }
    }

    /// What became of the requests to each service that this server knows.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::from(self.client.seen());
        seen.retain(|one| one.service != Service::Compute || self.compute.is_some());
        seen
    }

    /// Forgets what was told: of tokens and of lists.
    pub fn forget(&self) {
        self.tokens.clear();
        self.glance.forget();
        if let Some(own) = &self.own {
            own.forget();
        }
    }

    /// The images that a caller asks for, in order, to be read page by page.
    ///
    /// # Errors
    /// When the question cannot be understood; nobody is asked yet.
    pub fn list(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        asked: &Asked,
        credentials: Credentials,
    ) -> Result<RemoteListing, AskError> {
        let wanted = Wanted::of(caller, rules, asked)?;
        let glance = Arc::clone(&self.glance);
        Ok(RemoteListing::of(glance, credentials, wanted))
    }

    /// The image of an id.
    ///
    /// # Errors
    /// When it is refused, or does not come.
    pub async fn show(&self, credentials: &Credentials, id: &str) -> Result<Image, AskError> {
        self.glance.image(credentials, id).await
    }

    /// Deletes an image.
    ///
    /// # Errors
    /// When it is refused, or nobody knows what became of it.
    pub async fn delete(&self, credentials: &Credentials, id: &str) -> Result<(), AskError> {
        self.check_writes()?;
        self.glance.delete(credentials, id).await
    }

    /// Gives an image, as it was found, these properties in place of its own, and answers what the service
    /// made of it.
    ///
    /// # Errors
    /// When it is refused, or nobody knows what became of it.
    pub async fn write_properties(
        &self,
        credentials: &Credentials,
        rules: &ImageRules,
        image: &Image,
        properties: &Properties,
    ) -> Result<Image, AskError> {
        self.check_writes()?;
        let patch = Patch::of(image, properties, rules);
        self.glance.patch(credentials, &image.id, &patch).await
    }

    /// Whoever shows no token of the cloud's changes nothing there, unless that was said to be right.
    fn check_writes(&self) -> Result<(), AskError> {
        match self.writes {
            true => Ok(()),
            false => Err(AskError::ReadOnly),
        }
    }
}
