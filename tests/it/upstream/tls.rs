//! A Glance behind TLS, whose certificate an authority of its own has signed.

use super::stub::{json, page};
use super::{DEMO, cloud, recorded};
use crate::harness::{Server, builder};
use nova_images::UpstreamConfig;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Keys and certificates from 2020 to 2120, of use to nobody else.
fn file(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    dir.join("tests/it/upstream/tls").join(name)
}

/// A list of one image to whoever asks.
fn glance() -> SocketAddr {
    let certificate = CertificateDer::from_pem_file(file("localhost.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("localhost-key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
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
                }
                line.clear();
            }
        }
    });
    address
}

#[test]
fn who_is_believed_is_said() {
    let glance = glance();
    let keystone = cloud(recorded());
    let before = |host: &str, authority: Option<&str>| {
        let url = format!("https://{host}:{}", glance.port());
        let mut config = UpstreamConfig::new(url, keystone.identity_url());
        config.ca_file = authority.map(file);
        Server::start(builder().upstream(config))
    };
    for host in ["127.0.0.1", "localhost"] {
        let proxy = before(host, Some("authority.pem"));
        for _ in 0..2 {
            let list = proxy.get_with("/v2.1/images", &[DEMO]).good();
            assert!(list.contains("good"), "{list}");
        }
    }
    // Another name than it is for, and another authority than is known.
    let other = before("other.localhost", Some("authority.pem"));
    assert_eq!(other.get_with("/v2.1/images", &[DEMO]).status(), 503);
    let unknown = before("localhost", Some("localhost.pem"));
    assert_eq!(unknown.get_with("/v2.1/images", &[DEMO]).status(), 503);
}
