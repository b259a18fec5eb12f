use super::{Proxies, Proxy};
use crate::config::UpstreamProxy;
use crate::service::upstream::endpoint::{Endpoint, Service};

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(Service::Image, url).unwrap()
}

/// Whether a host is asked directly.
fn is_direct(bypass: &str, host: &str) -> bool {
    let config = UpstreamProxy {
        http: Some("proxy".to_owned()),
        bypass: bypass.to_owned(),
        ..UpstreamProxy::default()
    };
    let proxies = Proxies::of(&config).unwrap();
    proxies.to(&endpoint(&format!("http://{host}"))).is_none()
}

#[test]
fn hosts_are_asked_directly_by_name() {
    for (bypass, host, direct) in [
        ("", "a.example.org", false),
        ("*", "a.example.org", true),
        ("example.org", "example.org", true),
        ("example.org", "a.example.org:9292", true),
        ("example.org", "anexample.org", false),
        (".example.org", "a.example.org", true),
        ("*.example.org", "a.example.org", true),
        ("EXAMPLE.org.", "a.Example.ORG", true),
        ("x, example.org", "a.example.org", true),
        ("x example.org", "a.example.org", true),
        ("a.example.org:9292", "a.example.org:9292", true),
        ("a.example.org:9292", "a.example.org:5000", false),
    ] {
        assert_eq!(is_direct(bypass, host), direct, "{bypass} {host}");
    }
}

#[test]
fn hosts_are_asked_directly_by_address() {
    for (bypass, host, direct) in [
        ("192.0.2.1", "192.0.2.1:9292", true),
        ("192.0.2.1", "192.0.2.10", false),
        ("192.0.2.0/24", "192.0.2.77", true),
        ("192.0.2.0/25", "192.0.2.177", false),
        ("192.0.2.0/28", "192.0.2.15", true),
        ("0.0.0.0/0", "198.51.100.1", true),
        ("0.0.0.0/0", "[::1]", false),
        ("::1", "[::1]:5000", true),
        ("[2001:db8::1]", "[2001:db8::1]", true),
        ("2001:db8::/32", "[2001:db8:1::7]", true),
        ("2001:db8::/32", "[2001:db9::7]", false),
        // What is no network is nobody's name either.
        ("192.0.2.0/x", "192.0.2.1", false),
    ] {
        assert_eq!(is_direct(bypass, host), direct, "{bypass} {host}");
    }
}

#[test]
fn each_scheme_has_its_own() {
    let config = UpstreamProxy {
        https: Some("http://p.example.org:3128/".to_owned()),
        ..UpstreamProxy::default()
    };
    let proxies = Proxies::of(&config).unwrap();
    assert!(proxies.to(&endpoint("http://a")).is_none());
    let proxy = proxies.to(&endpoint("https://a")).unwrap();
    assert_eq!(proxy.host_and_port(), "p.example.org:3128");
    assert!(proxy.authorization().is_none());
}

#[test]
fn proxies_are_hosts_with_users() {
    for (url, authority, authorization) in [
        ("proxy", "proxy:1080", None),
        ("HTTP://proxy:3128", "proxy:3128", None),
        ("[::1]:3128", "[::1]:3128", None),
        ("ada:p@proxy:1", "proxy:1", Some("Basic YWRhOnA=")),
        (
            "http://ada:p%40s@proxy:1",
            "proxy:1",
            Some("Basic YWRhOnBAcw=="),
        ),
        ("http://ada@proxy:1", "proxy:1", Some("Basic YWRhOg==")),
    ] {
        let proxy = Proxy::parse(url).unwrap();
        assert_eq!(proxy.host_and_port(), authority, "{url}");
        let shown = proxy.authorization().map(|value| value.to_str().unwrap());
        assert_eq!(shown, authorization, "{url}");
    }
    for url in [
        "https://proxy:1",
        "socks5://ada:secret@proxy:1",
        "http://",
        "a b",
        "",
    ] {
        let error = Proxy::parse(url).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
