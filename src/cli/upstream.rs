//! The options of a server in front of a real cloud.

use super::error::CommandError;
use crate::config::{
    BaseUrl, CloudSource, Secret, ServiceInterface, UpstreamAuth, UpstreamConfig, UpstreamProxy,
};
use clap::ArgGroup;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// What clients have to show; a variable alone, since command lines are seen by everybody.
const CLIENT_SECRET_VARIABLE: &str = "NOVA_IMAGES_CLIENT_SECRET";

/// The options. One of the group has to be there for any of the others.
#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("cloud").args(["upstream_url", "upstream_auth"]).multiple(true)))]
pub struct Cloud {
    /// Serve the images of this real Glance (its API v2), and store nothing; with `--upstream-auth service`
    /// the catalogue says where it is
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_URL", value_name = "URL")]
    upstream_url: Option<BaseUrl>,
    /// The real Keystone (API v3) of that cloud: clients sign in there through this server, and tokens are
    /// looked at; with `--upstream-auth service` the credentials say where it is
    #[arg(
        long,
        env = "NOVA_IMAGES_KEYSTONE_URL",
        value_name = "URL",
        requires = "cloud"
    )]
    keystone_url: Option<BaseUrl>,
    /// The real Nova of that cloud, for whatever is no image's
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_COMPUTE_URL",
        value_name = "URL",
        requires = "cloud"
    )]
    upstream_compute_url: Option<BaseUrl>,
    /// The id of the domain that clients of Keystone's API v2.0 are in [default: default]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_DOMAIN",
        value_name = "ID",
        requires = "cloud"
    )]
    upstream_domain: Option<String>,
    /// As whom that cloud is asked: as its clients, with their tokens, or as this server's own account, for
    /// clients that cannot sign in there (`OS_*`, clouds.yaml) [default: passthrough]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_AUTH", value_enum)]
    upstream_auth: Option<UpstreamAuth>,
    /// Sign in as this cloud of a clouds.yaml says [default: `OS_CLOUD`, else the variables `OS_*`]
    #[arg(long = "os-cloud", value_name = "NAME", requires = "cloud")]
    credentials_of: Option<String>,
    /// The region whose services count in that cloud's catalogue [default: the credentials', else the first]
    #[arg(
        long,
        env = "NOVA_IMAGES_OS_REGION_NAME",
        value_name = "NAME",
        requires = "cloud"
    )]
    os_region_name: Option<String>,
    /// Which address of a service counts in it [default: the credentials', else public]
    #[arg(long, env = "NOVA_IMAGES_OS_INTERFACE", value_enum, requires = "cloud")]
    os_interface: Option<ServiceInterface>,
    /// Let clients change images as this server's own account
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_WRITES", value_name = "true|false", requires = "cloud",
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        hide_possible_values = true, value_parser = clap::builder::BoolishValueParser::new())]
    upstream_writes: Option<bool>,
    /// What clients have to show as their token or password stands in this file, where this server's own
    /// account asks that cloud [default: `NOVA_IMAGES_CLIENT_SECRET`, else they show nothing and the
    /// server listens on loopback only]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CLIENT_SECRET_FILE",
        value_name = "FILE",
        requires = "cloud"
    )]
    upstream_client_secret_file: Option<PathBuf>,
    /// Give the same answer to a list for so long to whoever shows the same token [default: not at all]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CACHE",
        value_name = "SECONDS",
        requires = "cloud"
    )]
    upstream_cache: Option<u32>,
    /// Believe these certificates (PEM), too
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CA",
        value_name = "FILE",
        requires = "cloud"
    )]
    upstream_ca: Option<PathBuf>,
    /// Show that cloud this certificate (PEM)
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CERT",
        value_name = "FILE",
        requires = "cloud"
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
    /// Requests to a service of that cloud at the same time; the others wait, each project in turn
    /// [default: 256]
    #[arg(
        long,
        env = "NOVA_IMAGES_UPSTREAM_CONNECTIONS",
        value_name = "CONNECTIONS",
        requires = "cloud"
    )]
    upstream_connections: Option<NonZeroUsize>,
    /// Seconds until a connection to that cloud has to be there [default: 5]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_CONNECT_TIMEOUT", value_name = "SECONDS",
        requires = "cloud", value_parser = clap::value_parser!(u32).range(1..))]
    upstream_connect_timeout: Option<u32>,
    /// Seconds until an answer of that cloud has to begin [default: 30]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_FIRST_BYTE_TIMEOUT", value_name = "SECONDS",
        requires = "cloud", value_parser = clap::value_parser!(u32).range(1..))]
    upstream_first_byte_timeout: Option<u32>,
    /// Seconds until a request to that cloud has to be answered in all [default: 60]
    #[arg(long, env = "NOVA_IMAGES_UPSTREAM_TIMEOUT", value_name = "SECONDS",
        requires = "cloud", value_parser = clap::value_parser!(u32).range(1..))]
    upstream_timeout: Option<u32>,
}

impl Cloud {
    /// Whether there is a real cloud.
    pub fn is_there(&self) -> bool {
        self.upstream_url.is_some() || self.upstream_auth.is_some()
    }

    /// The cloud, if there is one.
    ///
    /// # Errors
    /// When the secret of clients cannot be read.
    pub fn config(&self) -> Result<Option<UpstreamConfig>, CommandError> {
        if !self.is_there() {
            return Ok(None);
        }
        let auth = self.upstream_auth.unwrap_or_default();
        let variable = |name: &str| std::env::var(name).ok();
        let mut config = match auth {
            UpstreamAuth::Passthrough => {
                let mut config = UpstreamConfig::nowhere(auth);
                let named = self.credentials_of.clone();
                config.credentials =
                    named.map(|name| CloudSource::of_environment(Some(name), variable));
                config
            }
            UpstreamAuth::Service => {
                let source = CloudSource::of_environment(self.credentials_of.clone(), variable);
                UpstreamConfig::service(match &self.os_region_name {
                    Some(region) => source.in_region(region),
                    None => source,
                })
            }
        };
        config.url = self.upstream_url.clone().map(BaseUrl::into);
        config.keystone_url = self.keystone_url.clone().map(BaseUrl::into);
        config.region.clone_from(&self.os_region_name);
        config.interface = self.os_interface;
        config.writes = self.upstream_writes.unwrap_or_default();
        config.client_secret = self.client_secret(auth)?;
        config.compute_url = self.upstream_compute_url.clone().map(BaseUrl::into);
        config.ca_file.clone_from(&self.upstream_ca);
        config.client_cert_file.clone_from(&self.upstream_cert);
        config.client_key_file.clone_from(&self.upstream_key);
        config.proxy = UpstreamProxy::of_environment(variable);
        if let Some(connections) = self.upstream_connections {
            config.connections = connections;
        }
        if let Some(domain) = &self.upstream_domain {
            config.domain.clone_from(domain);
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
        Ok(Some(config))
    }

    /// A line's end behind the secret is none of it.
    fn client_secret(&self, auth: UpstreamAuth) -> Result<Option<Secret>, CommandError> {
        if let Some(path) = &self.upstream_client_secret_file {
            let text = fs::read_to_string(path).map_err(|source| CommandError::ClientSecret {
                path: path.clone(),
                source,
            })?;
            return Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n']))));
        }
        // A variable may be there for another server.
        let secret = std::env::var(CLIENT_SECRET_VARIABLE).ok();
        let secret = secret.filter(|text| !text.is_empty() && auth == UpstreamAuth::Service);
        Ok(secret.map(Secret::new))
    }
}
