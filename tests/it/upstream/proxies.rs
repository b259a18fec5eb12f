//! HTTP proxies on the way to the real Glance.

use super::scene::{LIST, PATIENCE, unavailable};
use super::stub::{Act, Stub, json, page};
use super::tls::{Manners, before, file, glance};
use super::{DEMO, cloud, recorded};
use crate::asked::{Asked, read};
use crate::harness::{Server, builder};
use nova_images::{Emulator, UpstreamConfig};
use std::io::{BufReader, Write as _, copy};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// `ada`, whose password is `p@ss`.
const ADA: &str = "ada:p%40ss@";
const BASIC: &str = "proxy-authorization: basic ywrhonbac3m=";

/// A Glance that this server can find through a proxy alone; Keystone stands beside.
fn through(proxy: &str, keystone: &Emulator) -> Server {
    let mut config =
        UpstreamConfig::new("http://glance.invalid:9292/image", keystone.identity_url());
    config.proxy.http = Some(proxy.to_owned());
    "127.0.0.0/8".clone_into(&mut config.proxy.bypass);
    Server::start(builder().upstream(config))
}

#[test]
fn what_is_asked_without_tls_is_passed_on_by_the_proxy() {
    let refused = Act::Say(json("407 Proxy Authentication Required", "", "{}"));
    let proxy = Stub::playing([
        Act::Say(json("200 OK", "", &page(&["good"], None))),
        refused,
    ]);
    let keystone = cloud(recorded());
    let url = proxy.url().replace("http://", &["http://", ADA].concat());
    let server = through(&url, &keystone);
    _ = server.get_with(LIST, &[DEMO]).good();
    let head = proxy.heads().remove(0).to_lowercase();
    assert!(
        head.starts_with("get http://glance.invalid:9292/image/v2/images?"),
        "{head}"
    );
    assert!(head.contains("host: glance.invalid:9292"), "{head}");
    assert!(head.contains(BASIC), "{head}");
    // What the proxy wants is no word of Glance's, and asking again is of no use.
    unavailable(&server.get_with(LIST, &[DEMO]));
    assert_eq!(proxy.asked(), 2);
    _ = server.get_with(LIST, &[DEMO]).good();
    assert_eq!(proxy.asked(), 3);
}

#[test]
fn a_proxy_that_is_down() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = free.local_addr().unwrap().to_string();
    drop(free);
    let keystone = cloud(recorded());
    unavailable(&through(&url, &keystone).get_with(LIST, &[DEMO]));
}

#[test]
fn a_proxy_that_cannot_be_asked_is_refused_at_the_start() {
    let mut config = UpstreamConfig::new("http://localhost:1", "http://localhost:1");
    config.proxy.https = Some("socks5://ada:secret@localhost:1080".to_owned());
    let error = builder().upstream(config).start().unwrap_err().to_string();
    assert!(
        error.contains("localhost:1080") && !error.contains("secret"),
        "{error}"
    );
}

/// A proxy that connects to this address, whoever is asked for, and answers those requests with these
/// lines; what it was asked.
fn tunnel(to: SocketAddr, says: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&heads);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let Some(Asked { head, .. }) = read(&mut reader) else {
                continue;
            };
            told.lock().unwrap().push(head);
            reader.get_mut().write_all(says.as_bytes()).unwrap();
            if says.contains(" 200 ") {
                join(reader.into_inner(), TcpStream::connect(to).unwrap());
            }
        }
    });
    (address, heads)
}

/// Hands on what each of two sides says, until one of them has had enough.
fn join(one: TcpStream, other: TcpStream) {
    for (mut from, mut to) in [
        (one.try_clone().unwrap(), other.try_clone().unwrap()),
        (other, one),
    ] {
        thread::spawn(move || {
            _ = copy(&mut from, &mut to);
            _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

#[test]
fn over_tls_a_proxy_sees_nothing() {
    let glance = glance(Manners::default());
    let keystone = cloud(recorded());
    let (proxy, heads) = tunnel(glance, "HTTP/1.1 200 Connection established\r\n\r\n");
    let server = before(glance, "localhost", &keystone, |config| {
        config.connect_timeout = PATIENCE;
        config.ca_file = Some(file("authority.pem"));
        config.proxy.https = Some(format!("http://{ADA}{proxy}"));
    });
    for _ in 0..3 {
        _ = server.get_with(LIST, &[DEMO]).good();
    }
    let heads = heads.lock().unwrap().clone();
    assert_eq!(heads.len(), 1, "one connection for all");
    let head = heads[0].to_lowercase();
    let host = format!("localhost:{}", glance.port());
    assert!(
        head.starts_with(&format!("connect {host} http/1.1\r\nhost: {host}\r\n")),
        "{head}"
    );
    assert!(head.contains(BASIC), "{head}");
    assert!(!head.contains("token"), "{head}");
}

#[test]
fn a_proxy_that_does_not_connect() {
    let glance = glance(Manners::default());
    let keystone = cloud(recorded());
    for (says, tries) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno",
            1,
        ),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", 1),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", 1),
        ("HTTP/1.1 ", 2),
    ] {
        let (proxy, heads) = tunnel(glance, says);
        let server = before(glance, "localhost", &keystone, |config| {
            config.ca_file = Some(file("authority.pem"));
            config.proxy.https = Some(proxy.to_string());
        });
        unavailable(&server.get_with(LIST, &[DEMO]));
        assert_eq!(heads.lock().unwrap().len(), tries, "{says:?}");
    }
}
