//! What is fetched, and what is not.
#![allow(clippy::unwrap_used)]

use super::WebDownloads;
use super::address::is_public;
use super::error::{DownloadError, Filtered};
use super::target::Target;
use crate::config::{ServerConfig, WebSource};
use futures_util::StreamExt as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

fn allowed(texts: &[&str]) -> Vec<WebSource> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn what_passes_the_filter() {
    let public = allowed(&["public"]);
    let target = Target::parse("http://Example.org/a/b?c=d", &public).unwrap();
    assert_eq!(target.authority(), "example.org:80");
    assert_eq!((target.path.as_str(), target.is_named), ("/a/b?c=d", false));
    assert_eq!(Target::parse("http://x.org", &public).unwrap().path, "/");
    let v6 = Target::parse("http://[2001:4860::1]/", &public).unwrap();
    assert_eq!(v6.authority(), "[2001:4860::1]:80");
    for (uri, why) in [
        ("ftp://x.example.com/a", Filtered::Form),
        ("file:///etc/passwd", Filtered::Form),
        ("x.example.com", Filtered::Form),
        ("", Filtered::Form),
        ("http:///a", Filtered::Form),
        ("http://ada:secret@x.org/a", Filtered::Form),
        ("http://x.org:http/a", Filtered::Form),
        ("http://x.org:99999/a", Filtered::Form),
        ("http://127.1/a", Filtered::Form),
        ("http://2130706433/a", Filtered::Form),
        ("http://0x7f000001/a", Filtered::Form),
        ("http://0177.0.0.1/a", Filtered::Form),
        ("https://x.org/a", Filtered::Https),
        ("http://x.org:22/a", Filtered::Port),
    ] {
        assert_eq!(Target::parse(uri, &public), Err(why), "{uri}");
    }
    assert_eq!(Target::parse("http://x.org/", &[]), Err(Filtered::Off));
    let named = allowed(&["files.example.org:8080", "[::1]:80"]);
    let target = Target::parse("http://files.example.org:8080/a", &named).unwrap();
    assert!(target.is_named);
    assert!(Target::parse("http://[::1]/a", &named).unwrap().is_named);
    for other in ["http://files.example.org/a", "http://example.org:8080/a"] {
        assert_eq!(Target::parse(other, &named), Err(Filtered::Host));
    }
}

#[test]
fn which_addresses_are_public() {
    for address in [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2001:4860::1",
        "2a00::1",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

/// Answers one connection with these bytes.
fn host(answer: impl AsRef<[u8]> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut piece = [0; 1024];
        while !request.ends_with(b"\r\n\r\n") {
            let length = connection.read(&mut piece).unwrap();
            request.extend_from_slice(&piece[..length]);
        }
        assert!(request.starts_with(b"GET /file?a HTTP/1.0\r\nHost: "));
        // Whoever has heard enough leaves.
        _ = connection.write_all(answer.as_ref());
    });
    address
}

/// What comes of fetching from an address, which was allowed by its name, or as any public one.
fn fetched(address: SocketAddr, is_named: bool) -> Result<String, DownloadError> {
    let source = if is_named {
        address.to_string()
    } else {
        "public".to_owned()
    };
    let config = ServerConfig {
        web_download: allowed(&[&source]),
        patience: Duration::from_secs(5),
        ..ServerConfig::default()
    };
    let numeric = |authority: &str| {
        authority
            .parse()
            .map(|it| vec![it])
            .map_err(std::io::Error::other)
    };
    let downloads = WebDownloads::new(&config, numeric);
    let mut target = Target {
        host: address.ip().to_string(),
        port: address.port(),
        path: "/file?a".to_owned(),
        is_named,
    };
    if is_named {
        target = downloads
            .check(&format!("http://{address}/file?a"))
            .unwrap();
    }
    actix_web::rt::System::new().block_on(async {
        let mut data = downloads.open(&target, 1000).await?;
        let mut came = Vec::new();
        while let Some(piece) = data.next().await {
            came.extend_from_slice(&piece?);
        }
        Ok(String::from_utf8_lossy(&came).into_owned())
    })
}

#[test]
fn a_file_is_fetched() {
    let plain = host("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(fetched(plain, true).unwrap(), "hello");
    let empty = host("HTTP/1.0 200\r\ncontent-length:0\r\n\r\n");
    assert_eq!(fetched(empty, true).unwrap(), "");
    let longer = host("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more");
    assert_eq!(fetched(longer, true).unwrap(), "hello");
}

#[test]
fn what_is_not_fetched() {
    let failed = |answer: &'static str| fetched(host(answer), true).unwrap_err();
    let cut = failed("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
    assert!(matches!(cut, DownloadError::Broken(_)), "{cut}");
    let moved = failed("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n");
    assert!(matches!(moved, DownloadError::Status(302)), "{moved}");
    for strange in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
    ] {
        let error = failed(strange);
        assert!(
            matches!(error, DownloadError::Answer(_)),
            "{strange} {error}"
        );
    }
    let large = failed("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    assert!(matches!(large, DownloadError::TooLarge(1001)), "{large}");
    // Nobody is connected to.
    let loopback = fetched(([127, 0, 0, 1], 1).into(), false).unwrap_err();
    assert!(
        matches!(loopback, DownloadError::NotPublic(_)),
        "{loopback}"
    );
}
