//! Whom TLS believes: the system's certificates, and those of a file.

use super::error::ClientError;
use crate::config::UpstreamConfig;
use rustls_native_certs::load_native_certs;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What connects over TLS.
///
/// # Errors
/// When the file cannot be read, or there is nobody to be believed.
pub fn connector(config: &UpstreamConfig) -> Result<TlsConnector, ClientError> {
    let mut roots = RootCertStore::empty();
    let found = load_native_certs();
    for error in &found.errors {
        tracing::debug!(%error, "certificates of the system are left out");
    }
    roots.add_parsable_certificates(found.certs);
    if let Some(path) = &config.ca_file {
        add_file(&mut roots, path)?;
    }
    if roots.is_empty() {
        return Err(ClientError::NoRoots);
    }
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(client).into())
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), ClientError> {
    let wrong = |source: Box<dyn std::error::Error + Send + Sync>| ClientError::CaFile {
        path: path.to_owned(),
        source,
    };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.into()))?;
    let mut added = 0;
    for certificate in found {
        let certificate = certificate.map_err(|error| wrong(error.into()))?;
        roots
            .add(certificate)
            .map_err(|error| wrong(error.into()))?;
        added += 1;
    }
    match added {
        0 => Err(wrong("there is no certificate in it".into())),
        _ => Ok(()),
    }
}
