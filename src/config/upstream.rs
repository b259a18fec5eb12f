//! A real cloud behind the server.

use super::base_url::BaseUrlError;
use super::clouds::{CloudSource, ServiceInterface};
use super::secret::Secret;
use super::service_url::{GLANCE_VERSIONS, KEYSTONE_VERSIONS, without_version};
use super::upstream_proxy::UpstreamProxy;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
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

/// Requests under way at the same time, when nobody says otherwise.
const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// The id of the domain of clients that know none, when nobody says otherwise: Keystone's own first one.
const DOMAIN: &str = "default";

/// A real cloud whose images are served instead of the server's own.
///
/// Its clients sign in there, and their tokens go through:
///
/// ```
/// use nova_images::UpstreamConfig;
///
/// let upstream = UpstreamConfig::new("http://image.example.org", "http://identity.example.org/v3");
/// assert!(upstream.cache.is_zero());
/// ```
///
/// Or this server signs in there itself, for clients that cannot:
///
/// ```
/// use nova_images::{CloudSource, Secret, UpstreamConfig};
///
/// let mut upstream = UpstreamConfig::service(CloudSource::of_file("clouds.yaml", "dev"));
/// upstream.client_secret = Some(Secret::new("what clients show"));
/// assert!(!upstream.writes);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpstreamConfig {
    /// Where its image service is (Glance's API v2), with or without `/v2`. Without it the catalogue says
    /// so to a server that signs in itself.
    pub url: Option<String>,
    /// Where its identity service is (Keystone's API v3), with or without `/v3`: what clients' tokens
    /// are worth is asked there. Without it the credentials say so of a server that signs in itself.
    pub keystone_url: Option<String>,
    /// Where its compute service is (Nova, any release), with or without a version: whatever is no image's
    /// is passed on to it. When missing, that is answered as by a Nova that has images alone.
    pub compute_url: Option<String>,
    /// The id of the domain that clients of Keystone's API v2.0 are in, which knows none.
    pub domain: String,
    /// As whom it is asked.
    pub auth: UpstreamAuth,
    /// Where the credentials stand that this server signs in with.
    pub credentials: Option<CloudSource>,
    /// The region whose services count in a catalogue. When missing, what the credentials say, or the
    /// space's own region; else the first.
    pub region: Option<String>,
    /// Which address of a service counts in a catalogue. When missing, what the credentials say, else the
    /// public one.
    pub interface: Option<ServiceInterface>,
    /// Whether clients may change images as this server, or only read.
    pub writes: bool,
    /// What clients have to show where this server signs in itself: as `X-Auth-Token`, or as the password
    /// of their sign-in here. Without it they show nothing, and the server listens on loopback only.
    pub client_secret: Option<Secret>,
    /// How long an answer to a list may be given again to whoever shows the same token; not at all when
    /// zero.
    pub cache: Duration,
    /// Certificates in PEM that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// The certificate in PEM, with those that vouch for it, that this server shows to the cloud's.
    pub client_cert_file: Option<PathBuf>,
    /// The key in PEM of that certificate; when missing, it stands in the same file.
    pub client_key_file: Option<PathBuf>,
    /// Through which proxies the cloud is asked.
    pub proxy: UpstreamProxy,
    /// Requests to a service of the cloud that are under way at the same time; the others wait, and those of
    /// each project in turn are next. A service that hangs holds up nobody who asks another one.
    pub connections: NonZeroUsize,
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
            url: Some(url.into()),
            keystone_url: Some(keystone_url.into()),
            ..Self::nowhere(UpstreamAuth::Passthrough)
        }
    }

    /// A cloud where this server signs in itself, for clients that cannot.
    #[must_use]
    pub fn service(credentials: CloudSource) -> Self {
        Self {
            credentials: Some(credentials),
            ..Self::nowhere(UpstreamAuth::Service)
        }
    }

    /// A cloud of which it is still to be said where it is.
    #[must_use]
    pub fn nowhere(auth: UpstreamAuth) -> Self {
        Self {
            url: None,
            keystone_url: None,
            compute_url: None,
            domain: DOMAIN.to_owned(),
            auth,
            credentials: None,
            region: None,
            interface: None,
            writes: false,
            client_secret: None,
            cache: Duration::ZERO,
            ca_file: None,
            client_cert_file: None,
            client_key_file: None,
            proxy: UpstreamProxy::default(),
            connections: CONNECTIONS,
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(60),
        }
    }

    /// What is given as it is used: URLs end in front of the version.
    ///
    /// # Errors
    /// When one is none, or something is missing or goes with the other kind of sign-in.
    pub fn checked(mut self) -> Result<Self, UpstreamConfigError> {
        let without_version = |setting, url: Option<String>, versions| {
            url.map(|url| endpoint(setting, url, versions)).transpose()
        };
        self.url = without_version("upstream", self.url, GLANCE_VERSIONS)?;
        self.keystone_url = without_version("Keystone", self.keystone_url, KEYSTONE_VERSIONS)?;
        let compute_versions = &["/v2.1", "/v2", "/v1.1"];
        self.compute_url = without_version("compute", self.compute_url, compute_versions)?;
        match self.auth {
            UpstreamAuth::Passthrough => self.check_passthrough()?,
            UpstreamAuth::Service => self.check_service()?,
        }
        Ok(self)
    }

    fn check_passthrough(&self) -> Result<(), UpstreamConfigError> {
        let missing = [
            (self.url.is_none(), "--upstream-url"),
            (self.keystone_url.is_none(), "--keystone-url"),
        ];
        if let Some((_, option)) = missing.into_iter().find(|(is_missing, _)| *is_missing) {
            return Err(UpstreamConfigError::Missing {
                option,
                why: "clients' own tokens are shown there (--upstream-auth passthrough)",
            });
        }
        let of_service = [
            (self.credentials.is_some(), "--os-cloud"),
            (self.writes, "--upstream-writes"),
            (self.client_secret.is_some(), "a secret of clients"),
        ];
        match of_service.into_iter().find(|(is_asked, _)| *is_asked) {
            Some((_, what)) => Err(UpstreamConfigError::OtherSignIn {
                what,
                auth: "passthrough",
                why: "clients sign in themselves",
            }),
            None => Ok(()),
        }
    }

    fn check_service(&self) -> Result<(), UpstreamConfigError> {
        let of_clients = [
            (
                self.compute_url.is_some(),
                "--upstream-compute-url",
                "clients have no token for it",
            ),
            (
                self.domain != DOMAIN,
                "--upstream-domain",
                "clients sign in here, as anybody",
            ),
        ];
        if let Some((_, what, why)) = of_clients.into_iter().find(|(is_asked, ..)| *is_asked) {
            return Err(UpstreamConfigError::OtherSignIn {
                what,
                auth: "service",
                why,
            });
        }
        if self.credentials.is_none() {
            return Err(UpstreamConfigError::Missing {
                option: "UpstreamConfig::credentials",
                why: "this server signs in itself (--upstream-auth service)",
            });
        }
        let secret = self.client_secret.as_ref().map(Secret::reveal);
        match secret {
            Some(secret) if !fits_in_header(secret) => Err(UpstreamConfigError::ClientSecret),
            _ => Ok(()),
        }
    }
}

/// Whether clients can show a text, and it comes as they do.
fn fits_in_header(text: &str) -> bool {
    let is_shown = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    !text.is_empty() && text.trim() == text && text.bytes().all(is_shown)
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
    /// Something has to be said, and is not.
    #[error("{option} is missing: {why}")]
    Missing {
        /// What.
        option: &'static str,
        /// What it is needed for.
        why: &'static str,
    },
    /// Something that was asked for goes with the other kind of sign-in.
    #[error("{what} cannot be had with --upstream-auth {auth}: {why}")]
    OtherSignIn {
        /// What.
        what: &'static str,
        /// The kind that was chosen.
        auth: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// No client could show it.
    #[error(
        "the secret of clients is empty, or cannot be shown in a header: printable ASCII can, without \
         spaces at its ends"
    )]
    ClientSecret,
    /// Everybody could read what this server may.
    #[error(
        "with --upstream-auth service this server shows what its own account sees, so without a secret of \
         clients (--upstream-client-secret-file) it listens on loopback only, and {address} is not"
    )]
    Exposed {
        /// Where it was to listen.
        address: SocketAddr,
    },
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
    use crate::config::{CloudSource, Secret};

    #[test]
    fn urls_end_in_front_of_the_version() {
        for (url, keystone) in [
            ("http://g:9292", "http://k:5000"),
            ("http://g:9292/", "http://k:5000/"),
            ("http://g:9292/v2", "http://k:5000/v3"),
            ("http://g:9292/v2/", "http://k:5000/v2.0/"),
        ] {
            let checked = UpstreamConfig::new(url, keystone).checked().unwrap();
            assert_eq!(checked.url.as_deref(), Some("http://g:9292"), "{url}");
            let found = checked.keystone_url.as_deref();
            assert_eq!(found, Some("http://k:5000"), "{keystone}");
        }
        let mounted = UpstreamConfig::new("https://c/image/v2", "https://c/identity");
        let mounted = mounted.checked().unwrap();
        assert_eq!(mounted.url.as_deref(), Some("https://c/image"));
    }

    fn refused(config: UpstreamConfig) -> String {
        config.checked().unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_url_is_refused() {
        let said = refused(UpstreamConfig::new("glance:9292", "http://k"));
        assert!(
            said.starts_with("the upstream URL \"glance:9292\""),
            "{said}"
        );
    }

    #[test]
    fn each_kind_of_sign_in_has_what_it_needs() {
        let service = || UpstreamConfig::service(CloudSource::of_file("clouds.yaml", "a"));
        assert!(service().checked().is_ok());
        let mut config = service();
        config.credentials = None;
        assert!(refused(config).starts_with("UpstreamConfig::credentials is missing"));
        let mut config = service();
        config.compute_url = Some("http://nova".to_owned());
        assert!(refused(config).contains("have no token for it"));
        let mut config = service();
        config.domain = "other".to_owned();
        assert!(refused(config).starts_with("--upstream-domain cannot be had"));
        for secret in ["", "a\nb", "ä", "a "] {
            let mut config = service();
            config.client_secret = Some(Secret::new(secret));
            assert!(refused(config).contains("printable ASCII"));
        }

        let passthrough = || UpstreamConfig::new("http://g", "http://k");
        let mut config = passthrough();
        config.url = None;
        assert!(refused(config).starts_with("--upstream-url is missing"));
        let mut config = passthrough();
        config.keystone_url = None;
        assert!(refused(config).starts_with("--keystone-url is missing"));
        let mut config = passthrough();
        config.writes = true;
        assert!(refused(config).starts_with("--upstream-writes cannot be had"));
        let mut config = passthrough();
        config.auth = UpstreamAuth::Service;
        assert!(refused(config).starts_with("UpstreamConfig::credentials is missing"));
    }
}
