//! A Glance behind TLS, whose certificate an authority of its own has signed.

use super::stub::{json, page};
use super::{DEMO, cloud, recorded};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{Emulator, UpstreamConfig};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// Keys and certificates from 2020 to 2120, of use to nobody else.
pub fn file(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    dir.join("tests/it/upstream/tls").join(name)
}

/// Whom it talks to, and for how long.
#[derive(Clone, Copy, Default)]
pub struct Manners {
    /// Only to those with a certificate of the authority's.
    pub asks_who_it_is: bool,
    /// An answer, and the connection is closed.
    pub answers_once: bool,
}

/// A list of one image to whoever asks.
pub fn glance(manners: Manners) -> SocketAddr {
    let certificate = CertificateDer::from_pem_file(file("localhost.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("localhost-key.pem")).unwrap();
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = if manners.asks_who_it_is {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(file("authority.pem")).unwrap();
        roots.add(authority).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        config.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        config.with_no_client_auth()
    };
    let config = config.with_single_cert(vec![certificate], key).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut reader = BufReader::new(StreamOwned::new(tls, stream));
            let mut line = String::new();
            while matches!(reader.read_line(&mut line), Ok(1..)) {
                if line.trim().is_empty() {
                    let answer = json("200 OK", "", &page(&["good"], None));
                    _ = reader.get_mut().write_all(&answer);
                    if manners.answers_once {
                        break;
                    }
                }
                line.clear();
            }
        }
    });
    address
}

/// A proxy in front of such a Glance.
pub fn before(
    glance: SocketAddr,
    host: &str,
    keystone: &Emulator,
    settings: impl FnOnce(&mut UpstreamConfig),
) -> Server {
    let url = format!("https://{host}:{}", glance.port());
    let mut config = UpstreamConfig::new(url, keystone.identity_url());
    settings(&mut config);
    Server::start(builder().upstream(config))
}

fn status(proxy: &Server) -> u16 {
    proxy.get_with("/v2.1/images", &[DEMO]).status()
}

#[test]
fn who_is_believed_is_said() {
    let glance = glance(Manners::default());
    let keystone = cloud(recorded());
    let before = |host: &str, authority: &str| {
        before(glance, host, &keystone, |config| {
            config.ca_file = Some(file(authority));
        })
    };
    for host in ["127.0.0.1", "localhost"] {
        let proxy = before(host, "authority.pem");
        for _ in 0..2 {
            let list = proxy.get_with("/v2.1/images", &[DEMO]).good();
            assert!(list.contains("good"), "{list}");
        }
    }
    // Another name than it is for, and another authority than is known.
    assert_eq!(status(&before("other.localhost", "authority.pem")), 503);
    assert_eq!(status(&before("localhost", "localhost.pem")), 503);
}

#[test]
fn this_server_shows_who_it_is() {
    let glance = glance(Manners {
        asks_who_it_is: true,
        ..Manners::default()
    });
    let keystone = cloud(recorded());
    let before = |own: Option<(&str, Option<&str>)>| {
        before(glance, "localhost", &keystone, |config| {
            config.ca_file = Some(file("authority.pem"));
            config.client_cert_file = own.map(|(certificate, _)| file(certificate));
            config.client_key_file = own.and_then(|(_, key)| key).map(file);
        })
    };
    let shown = before(Some(("localhost.pem", Some("localhost-key.pem"))));
    assert_eq!(status(&shown), 200);
    // It keeps its connection, and Glance has one at a time.
    drop(shown);
    assert_eq!(status(&before(None)), 503);
    // A certificate and its key in one file, but nobody's that Glance knows.
    assert_eq!(status(&before(Some(("stranger.pem", None)))), 503);
}

#[test]
fn certificates_that_cannot_be_used_are_refused_at_the_start() {
    let refused = |settings: fn(&mut UpstreamConfig)| {
        let mut config = UpstreamConfig::new("https://localhost:1", "http://localhost:1");
        settings(&mut config);
        builder().upstream(config).start().unwrap_err().to_string()
    };
    let missing = refused(|config| config.client_cert_file = Some("nowhere.pem".into()));
    assert!(missing.contains(": nowhere.pem: "), "{missing}");
    let no_key = refused(|config| config.client_cert_file = Some(file("localhost.pem")));
    assert!(no_key.contains("localhost.pem: "), "{no_key}");
    let other = refused(|config| {
        config.client_cert_file = Some(file("localhost.pem"));
        config.client_key_file = Some(file("stranger.pem"));
    });
    assert!(other.contains("stranger.pem: "), "{other}");
    let none = refused(|config| config.ca_file = Some(file("localhost-key.pem")));
    assert!(none.ends_with("there is no certificate in it"), "{none}");
}

/// Puts a file in place of another one, which is of another length.
fn put(from: &Path, to: &Path) {
    std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
}

#[test]
fn files_are_read_again_when_they_change() {
    let glance = glance(Manners {
        asks_who_it_is: true,
        answers_once: true,
    });
    let keystone = cloud(recorded());
    let scratch = Scratch::new("upstream-tls");
    let (authority, own) = (scratch.path("ca.pem"), scratch.path("own.pem"));
    let known = {
        let parts = ["localhost.pem", "localhost-key.pem"];
        let parts = parts.map(|name| std::fs::read(file(name)).unwrap());
        scratch.file("known.pem", parts.concat())
    };
    put(&file("localhost.pem"), &authority);
    put(&file("stranger.pem"), &own);
    let proxy = before(glance, "localhost", &keystone, |config| {
        config.ca_file = Some(authority.clone());
        config.client_cert_file = Some(own.clone());
    });
    assert_eq!(status(&proxy), 503, "nobody knows who signed Glance's");
    put(&file("authority.pem"), &authority);
    assert_eq!(status(&proxy), 503, "Glance knows nobody of that name");
    put(&known, &own);
    assert_eq!(status(&proxy), 200);
    // Half a file, or none, is no reason to believe nobody.
    for damage in [Some("-----BEGIN CERTIFICATE-----\nMIIB"), Some(""), None] {
        match damage {
            Some(text) => std::fs::write(&authority, text).unwrap(),
            None => std::fs::remove_file(&authority).unwrap(),
        }
        for _ in 0..2 {
            assert_eq!(status(&proxy), 200, "{damage:?}");
        }
    }
    put(&file("authority.pem"), &authority);
    assert_eq!(status(&proxy), 200);
    put(&file("stranger.pem"), &authority);
    assert_eq!(status(&proxy), 503);
}
