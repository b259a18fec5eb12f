//! A real cloud behind the server.

use super::base_url::BaseUrlError;
use super::service_url::{GLANCE_VERSIONS, KEYSTONE_VERSIONS, without_version};
use std::path::PathBuf;
use std::time::Duration;

/// As whom the real cloud is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum UpstreamAuth {
    /// As whoever asks this server: with the client's own token.
    #[default]
    Passthrough,
    /// As this server itself, for clients that cannot sign in.
    Service,
}

/// A real cloud whose images are served instead of the server's own.
///
/// ```
/// use nova_images::UpstreamConfig;
///
/// let upstream = UpstreamConfig::new("http://image.example.org", "http://identity.example.org/v3");
/// assert!(upstream.cache.is_zero());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpstreamConfig {
    /// Where its image service is (Glance's API v2), with or without `/v2`.
    pub url: String,
    /// Where its identity service is (Keystone's API v3), with or without `/v3`: what clients' tokens
    /// are worth is asked there.
    pub keystone_url: String,
    /// Where its compute service is (Nova, any release), with or without a version: whatever is no image's
    /// is passed on to it. When missing, that is answered as by a Nova that has images alone.
    pub compute_url: Option<String>,
    /// The id of the domain that clients of Keystone's API v2.0 are in, which knows none.
    pub domain: String,
    /// As whom it is asked.
    pub auth: UpstreamAuth,
    /// How long an answer to a list may be given again to whoever shows the same token; not at all when
    /// zero.
    pub cache: Duration,
    /// Certificates in PEM that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How long a connection may take to be there, TLS included.
    pub connect_timeout: Duration,
    /// How long an answer may take to begin.
    pub first_byte_timeout: Duration,
    /// How long a request to the cloud may take in all, its turn in the queue included. A long list is
    /// several requests.
    pub total_timeout: Duration,
}

impl UpstreamConfig {
    /// The image service and the identity service of a cloud, asked with the clients' own tokens.
    #[must_use]
    pub fn new(url: impl Into<String>, keystone_url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            keystone_url: keystone_url.into(),
            compute_url: None,
            domain: "default".to_owned(),
            auth: UpstreamAuth::default(),
            cache: Duration::ZERO,
            ca_file: None,
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(60),
        }
    }

    /// What is given as it is used: URLs end in front of the version.
    ///
    /// # Errors
    /// When one is none, or what is wanted is not there yet.
    pub fn checked(mut self) -> Result<Self, UpstreamConfigError> {
        self.url = endpoint("upstream", self.url, GLANCE_VERSIONS)?;
        self.keystone_url = endpoint("Keystone", self.keystone_url, KEYSTONE_VERSIONS)?;
        let compute = self.compute_url;
        let compute = compute.map(|url| endpoint("compute", url, &["/v2.1", "/v2", "/v1.1"]));
        self.compute_url = compute.transpose()?;
        match self.auth {
            UpstreamAuth::Passthrough => Ok(self),
            UpstreamAuth::Service => Err(UpstreamConfigError::Service),
        }
    }
}

/// Why no real cloud can be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamConfigError {
    /// It is nowhere.
    #[error("the {setting} URL {text:?} {source}")]
    Url {
        /// Which URL.
        setting: &'static str,
        /// What it was to be.
        text: String,
        /// Why not.
        source: BaseUrlError,
    },
    /// This server cannot sign in itself yet.
    #[error("--upstream-auth service is not built yet: clients have to sign in (passthrough)")]
    Service,
    /// Something else that was asked for cannot be had with it.
    #[error("{what} cannot be had with --upstream-url: {why}")]
    Beside {
        /// What.
        what: &'static str,
        /// Why not.
        why: &'static str,
    },
}

/// The URL of a service without its version.
fn endpoint(
    setting: &'static str,
    text: String,
    versions: &[&str],
) -> Result<String, UpstreamConfigError> {
    let url = without_version(&text, versions);
    url.map_err(|source| UpstreamConfigError::Url {
        setting,
        text,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::{UpstreamAuth, UpstreamConfig};

    #[test]
    fn urls_end_in_front_of_the_version() {
        for (url, keystone) in [
            ("http://g:9292", "http://k:5000"),
            ("http://g:9292/", "http://k:5000/"),
            ("http://g:9292/v2", "http://k:5000/v3"),
            ("http://g:9292/v2/", "http://k:5000/v2.0/"),
        ] {
            let checked = UpstreamConfig::new(url, keystone).checked().unwrap();
            assert_eq!(checked.url, "http://g:9292", "{url}");
            assert_eq!(checked.keystone_url, "http://k:5000", "{keystone}");
        }
        let mounted = UpstreamConfig::new("https://c/image/v2", "https://c/identity");
        assert_eq!(mounted.checked().unwrap().url, "https://c/image");
    }

    #[test]
    fn what_is_no_url_or_not_built_is_refused() {
        let wrong = UpstreamConfig::new("glance:9292", "http://k").checked();
        let said = wrong.unwrap_err().to_string();
        assert!(
            said.starts_with("the upstream URL \"glance:9292\""),
            "{said}"
        );
        let mut service = UpstreamConfig::new("http://g", "http://k");
        service.auth = UpstreamAuth::Service;
        assert!(service.checked().is_err());
    }
}
