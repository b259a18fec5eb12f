//! The services of a real cloud, as facades ask them.

use super::client::Client;
use super::endpoint::Endpoint;
use super::error::ClientError;
use super::keystone::Keystone;
use super::tokens::Tokens;
use crate::config::UpstreamConfig;
use crate::control::Clock;
use crate::service::web_download::Resolve;
use std::sync::Arc;

/// A real cloud. All spaces of a server have the same one.
#[derive(Debug)]
pub struct Upstream {
    /// Who asks its services.
    pub client: Client,
    /// Its image service.
    pub images: Arc<Endpoint>,
    /// Its compute service, where this server knows it.
    pub compute: Option<Arc<Endpoint>>,
    /// Its identity service.
    pub keystone: Keystone,
    /// What clients' tokens are worth.
    pub tokens: Tokens,
    /// The id of the domain that clients of Keystone's API v2.0 are in.
    pub domain: String,
}

impl Upstream {
    /// Nothing is asked yet. Names are looked up by `resolve`, and the services of a region count: when
    /// none is said, the first of their kind in a catalogue.
    ///
    /// # Errors
    /// When a URL cannot be asked, or there are no certificates or threads for it.
    pub fn new(
        config: &UpstreamConfig,
        clock: &Clock,
        resolve: Resolve,
        region: Option<String>,
    ) -> Result<Self, ClientError> {
        let client = Client::new(config, resolve)?;
        let endpoint = |url: &str| Endpoint::parse(url).map(Arc::new);
        let keystone = Keystone::new(client.clone(), endpoint(&config.keystone_url)?);
        let compute = config.compute_url.as_deref().map(endpoint).transpose()?;
        Ok(Self {
            images: endpoint(&config.url)?,
            compute,
            tokens: Tokens::new(keystone.clone(), clock.clone(), region),
            keystone,
            domain: config.domain.clone(),
            client,
        })
    }
}
