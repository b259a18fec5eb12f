//! Where a client is sent on: whatever stands in front of a server, and in a space.

use crate::golden::client::Client;
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture};

/// As a client behind a proxy sees it, whose path the proxy takes away.
fn behind<'t>(public: &str, href: &'t str) -> &'t str {
    let path = href.strip_prefix(public).or(href.strip_prefix("/cloud"));
    path.unwrap_or_else(|| panic!("{href}"))
}

#[test]
fn a_location_keeps_the_path_of_the_public_url() {
    let public = "https://cloud.example.org/cloud";
    let server = Server::start(builder().public_url(public));
    let emulator = server.emulator();
    emulator.make_space("x").make().unwrap();
    for prefix in ["", "/_space/x"] {
        for (path, status) in [
            ("/api/openstack-images", 301),
            ("/api/openstack-images?page=1", 301),
            ("/api/openstack-images/usage_stats", 301),
            ("/image/v2", 302),
            ("/identity/v3//auth/tokens", 308),
        ] {
            let target = format!("{prefix}{path}");
            let response = server.get(&target);
            assert_eq!(response.status(), status, "{target}");
            let location = response.header("location").unwrap();
            let next = behind(public, &location);
            assert!(next.starts_with(prefix), "{target}: {location}");
            assert_ne!(server.get(next).status(), 301, "{target}: {location}");
        }
    }
}

/// What a link says can be asked for, as a filter too.
#[test]
fn waldur_finds_what_its_own_links_name() {
    let public = "https://cloud.example.org/cloud";
    let builder = builder().fixture(Fixture::named("devcloud").unwrap());
    let server = Server::start(builder.public_url(public));
    server.emulator().make_space("x").make().unwrap();
    for prefix in ["", "/_space/x"] {
        let list = format!("{prefix}/api/openstack-images/");
        let rows = server.get(&list).json();
        let settings = rows[0]["settings"].as_str().unwrap().to_owned();
        assert!(settings.starts_with(&format!("{public}{prefix}/api/")));
        let response = server.get(&format!("{list}?settings={settings}"));
        let found: serde_json::Value = serde_json::from_str(&response.good()).unwrap();
        assert!(!found.as_array().unwrap().is_empty(), "{settings}");
    }
}

/// Keystone is not where Glance has a port of its own.
#[test]
fn glances_own_port_sends_to_where_keystone_is() {
    let builder = builder().auth(AuthMode::Strict);
    let server = Server::start(builder.image_listen("127.0.0.1:0"));
    let emulator = server.emulator();
    emulator.make_space("x").make().unwrap();
    let image = emulator.image_address().unwrap();
    let mut client = Client::new(image);
    let host = [("Host".to_owned(), image.to_string())];
    for space in ["", "/_space/x"] {
        for version in ["v1", "v2"] {
            let target = format!("{space}/{version}/images");
            let own = client.send("GET", &target, &host, None).unwrap();
            let shared = server.get(&format!("{space}/image/{version}/images"));
            let sent = own.header("www-authenticate").unwrap();
            let keystone = format!("http://{}{space}/identity", server.address());
            assert_eq!(sent, format!("Keystone uri=\"{keystone}\""));
            assert_eq!(shared.header("www-authenticate").unwrap(), sent);
        }
        let keystone = server.get(&format!("{space}/identity/v3"));
        assert_eq!(keystone.status(), 200);
    }
}
