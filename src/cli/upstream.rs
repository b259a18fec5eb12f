//! The options of a server in front of a real cloud.

use crate::config::{BaseUrl, UpstreamAuth, UpstreamConfig, UpstreamProxy};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Cloud {
    /// Serve the images of this real Glance (its API v2) to clients with tokens of its cloud, and store
    /// nothing
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_URL",
        value_name = "URL",
        requires = "keystone_url"
    )]
    upstream_url: Option<BaseUrl>,
    /// The real Keystone (API v3) of that cloud: clients sign in there through this server, and tokens are
    /// looked at
    #[arg(
        long,
        env = "NOVA_IMAGES_KEYSTONE_URL",
        value_name = "URL",
        requires = "upstream_url"
    )]
    keystone_url: Option<BaseUrl>,
    /// The real Nova of that cloud, for whatever is no image's
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_COMPUTE_URL",
        value_name = "URL",
        requires = "upstream_url"
    )]
    upstream_compute_url: Option<BaseUrl>,
    /// The id of the domain that clients of Keystone's API v2.0 are in [default: default]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_DOMAIN",
        value_name = "ID",
        requires = "upstream_url"
    )]
    upstream_domain: Option<String>,
    /// As whom that cloud is asked [default: passthrough]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_AUTH",
        value_enum,
        requires = "upstream_url"
    )]
    upstream_auth: Option<UpstreamAuth>,
    /// Give the same answer to a list for so long to whoever shows the same token [default: not at all]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CACHE",
        value_name = "SECONDS",
        requires = "upstream_url"
    )]
    upstream_cache: Option<u32>,
    /// Believe these certificates (PEM), too
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CA",
        value_name = "FILE",
        requires = "upstream_url"
    )]
    upstream_ca: Option<PathBuf>,
    /// Show that cloud this certificate (PEM)
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CERT",
        value_name = "FILE",
        requires = "upstream_url"
    )]
    upstream_cert: Option<PathBuf>,
    /// The key of that certificate (PEM), where it is not in the same file
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_KEY",
        value_name = "FILE",
        requires = "upstream_cert"
    )]
    upstream_key: Option<PathBuf>,
    /// Requests to that cloud at the same time; the others wait, each project in turn [default: 256]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CONNECTIONS",
        value_name = "CONNECTIONS",
        requires = "upstream_url"
    )]
    upstream_connections: Option<NonZeroUsize>,
    /// Seconds until a connection to that cloud has to be there [default: 5]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_CONNECT_TIMEOUT", value_name = "SECONDS",
        requires = "upstream_url", value_parser = clap::value_parser!(u32).range(1..))]
    upstream_connect_timeout: Option<u32>,
    /// Seconds until an answer of that cloud has to begin [default: 30]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_FIRST_BYTE_TIMEOUT", value_name = "SECONDS",
        requires = "upstream_url", value_parser = clap::value_parser!(u32).range(1..))]
    upstream_first_byte_timeout: Option<u32>,
    /// Seconds until a request to that cloud has to be answered in all [default: 60]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_TIMEOUT", value_name = "SECONDS",
        requires = "upstream_url", value_parser = clap::value_parser!(u32).range(1..))]
    upstream_timeout: Option<u32>,
}

impl Cloud {
    /// The cloud, if there is one.
    pub fn config(&self) -> Option<UpstreamConfig> {
        let (glance, keystone) = self.upstream_url.clone().zip(self.keystone_url.clone())?;
        let mut config = UpstreamConfig::new(glance, keystone);
        config.compute_url = self.upstream_compute_url.clone().map(BaseUrl::into);
        config.ca_file.clone_from(&self.upstream_ca);
        config.client_cert_file.clone_from(&self.upstream_cert);
        config.client_key_file.clone_from(&self.upstream_key);
        config.proxy = UpstreamProxy::of_environment(|name| std::env::var(name).ok());
        if let Some(connections) = self.upstream_connections {
            config.connections = connections;
        }
        if let Some(domain) = &self.upstream_domain {
            config.domain.clone_from(domain);
        }
        if let Some(auth) = self.upstream_auth {
            config.auth = auth;
        }
        let set = |time: &mut Duration, seconds: Option<u32>| {
            if let Some(seconds) = seconds {
                *time = Duration::from_secs(seconds.into());
            }
        };
        set(&mut config.cache, self.upstream_cache);
        set(&mut config.connect_timeout, self.upstream_connect_timeout);
        set(
            &mut config.first_byte_timeout,
            self.upstream_first_byte_timeout,
        );
        set(&mut config.total_timeout, self.upstream_timeout);
        Some(config)
    }
}
