//! Whom TLS believes, and what it shows of this server: the system's certificates, and files that may
//! change while the server runs.

use super::error::ClientError;
use crate::config::UpstreamConfig;
use crate::service::failure::why;
use rustls_native_certs::load_native_certs;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What connects over TLS, as the files say when a connection is made.
#[derive(Debug)]
pub struct Trust {
    files: Files,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Files {
    /// Who is believed besides those that the system knows.
    ca: Option<PathBuf>,
    /// What is shown, and its key.
    own: Option<(PathBuf, PathBuf)>,
}

struct Kept {
    connector: TlsConnector,
    /// How the files were when they were read.
    stamps: Vec<Option<Stamp>>,
}

/// When a file was written, and its length: what tells that it is another one.
type Stamp = (Option<SystemTime>, u64);

impl Trust {
    /// As the files say.
    ///
    /// # Errors
    /// When one cannot be used, or there is nobody to be believed.
    pub fn of(config: &UpstreamConfig) -> Result<Self, ClientError> {
        let own = config.client_cert_file.clone().map(|certificates| {
            let key = config.client_key_file.clone();
            let key = key.unwrap_or_else(|| certificates.clone());
            (certificates, key)
        });
        let ca = config.ca_file.clone();
        let files = Files { ca, own };
        // How they are before they are read: what changes meanwhile is read again.
        let stamps = files.stamps();
        let connector = files.connector()?;
        Ok(Self {
            files,
            kept: Mutex::new(Kept { connector, stamps }),
        })
    }

    /// For a new connection. Files that have changed are read again; while they cannot be used, what they
    /// said before counts. It waits for the disk.
    pub fn connector(&self) -> TlsConnector {
        let stamps = self.files.stamps();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if stamps != kept.stamps {
            match self.files.connector() {
                Ok(connector) => {
                    tracing::info!("the certificates for the real cloud are read again");
                    kept.connector = connector;
                }
                Err(error) => {
                    let why = why(&error);
                    tracing::error!(why, "the certificates for the real cloud stay as they were");
                }
            }
            // Damage is told once.
            kept.stamps = stamps;
        }
        kept.connector.clone()
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Files {
    fn stamps(&self) -> Vec<Option<Stamp>> {
        let own = self.own.iter().flat_map(|(one, other)| [one, other]);
        self.ca.iter().chain(own).map(|path| stamp(path)).collect()
    }

    fn connector(&self) -> Result<TlsConnector, ClientError> {
        let mut roots = RootCertStore::empty();
        let found = load_native_certs();
        for error in &found.errors {
            tracing::debug!(%error, "certificates of the system are left out");
        }
        roots.add_parsable_certificates(found.certs);
        if let Some(path) = &self.ca {
            for certificate in certificates(path)? {
                let added = roots.add(certificate);
                added.map_err(|error| unusable(path, error))?;
            }
        }
        let is_nobody_believed = roots.is_empty();
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let client = match &self.own {
            None => client.with_no_client_auth(),
            Some((shown, key)) => {
                let read = PrivateKeyDer::from_pem_file(key);
                let read = read.map_err(|error| unusable(key, error))?;
                let client = client.with_client_auth_cert(certificates(shown)?, read);
                client.map_err(|error| unusable(key, error))?
            }
        };
        // Behind all that is wrong with the files.
        match is_nobody_believed {
            true => Err(ClientError::NoRoots),
            false => Ok(Arc::new(client).into()),
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok(), file.len()))
}

/// The certificates of a file, of which there are some.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let found = CertificateDer::pem_file_iter(path).map_err(|error| unusable(path, error))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|error| unusable(path, error))?;
    match found.is_empty() {
        true => Err(unusable(path, "there is no certificate in it")),
        false => Ok(found),
    }
}

fn unusable(path: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> ClientError {
    ClientError::Certificates {
        path: path.to_owned(),
        source: source.into(),
    }
}
