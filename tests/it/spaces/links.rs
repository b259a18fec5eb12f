//! Whoever enters a space stays in it.

use super::{JSON, with_spaces, within};
use crate::harness::{Server, builder};
use nova_images::{Fixture, Profile};
use std::collections::{BTreeSet, VecDeque};

const PROFILES: [Profile; 4] = [
    Profile::Default,
    Profile::Juno,
    Profile::Nova34,
    Profile::Otc,
];

/// Every URL of this server in an answer, headers too.
fn urls(text: &str, base: &str) -> BTreeSet<String> {
    let begins = text.match_indices(base).map(|(at, _)| &text[at..]);
    begins
        .map(|rest| {
            let end = rest.find(['"', '<', '>', ' ', '\'', ',', '\n', '\\']);
            rest[..end.unwrap_or(rest.len())].replace("&amp;", "&")
        })
        .collect()
}

/// All that an answer says.
fn said(server: &Server, path: &str, headers: &[(&str, &str)]) -> String {
    let answer = server.get_with(path, headers);
    let in_headers = ["location", "link", "www-authenticate"];
    let said: Vec<_> = in_headers
        .iter()
        .filter_map(|name| answer.header(name))
        .collect();
    format!("{}\n{}", said.join("\n"), answer.text())
}

#[test]
fn every_link_stays_in_its_space() {
    for profile in PROFILES {
        let fixture = Fixture::named("devcloud").unwrap();
        let server = Server::start(builder().fixture(fixture).profile(profile));
        server.emulator().make_space("a").make().unwrap();
        let base = server.emulator().url();
        let own = format!("{base}/_space/a");
        let mut to_visit: VecDeque<String> = [
            "",
            "/",
            "/v2",
            "/v2/",
            "/v2.1/",
            "/v1.1/",
            "/compute/v2.1/",
            "/nowhere",
            "/v3",
            "/v3/projects",
            "/identity",
            "/identity/",
            "/identity/v3",
            "/v2.0/",
            "/v2/demo/images?limit=2",
            "/v2/demo/images/detail?limit=2",
            "/v2.1/images?limit=2",
            "/compute/v2.1/images/detail?limit=2",
            "/v2/demo/images.xml?limit=2",
            "/api/openstack-images/?page_size=2",
            "/api/openstack-images",
        ]
        .map(|path| within("a", path))
        .into();
        let mut seen = BTreeSet::new();
        while let Some(path) = to_visit.pop_front() {
            for accept in ["application/json", "application/xml"] {
                for url in urls(&said(&server, &path, &[("Accept", accept)]), &base) {
                    assert!(
                        url == own || url.starts_with(&format!("{own}/")),
                        "{path}: {url}"
                    );
                    let path = url[base.len()..].to_owned();
                    if seen.len() < 150 && seen.insert(path.clone()) {
                        to_visit.push_back(path);
                    }
                }
            }
        }
        assert!(seen.len() > 20, "{profile:?} {seen:?}");
        // Their own links lead on.
        let next = seen.iter().filter(|path| path.contains("marker="));
        for next in next {
            server.get(next).good();
        }
    }
}

#[test]
fn the_catalogues_of_a_space_are_its_own() {
    let server = with_spaces(&["a"]);
    let base = server.emulator().url();
    let own = format!("{base}/_space/a/");
    for (path, body) in [
        (
            "/v2.0/tokens",
            r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "secret"},
            "tenantName": "openstack"}}"#,
        ),
        (
            "/identity/v3/auth/tokens",
            r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": "demo", "domain": {"id": "default"}, "password": "secret"}}},
            "scope": {"project": {"name": "openstack", "domain": {"id": "default"}}}}}"#,
        ),
    ] {
        let answer = server.send("POST", &within("a", path), &[JSON], body);
        assert!(answer.status() < 300, "{}", answer.text());
        let found = urls(&answer.text(), &base);
        assert!(found.len() >= 3, "{found:?}");
        assert!(found.iter().all(|url| url.starts_with(&own)), "{found:?}");
        let compute = found
            .iter()
            .find(|url| url.contains("/v2.1/") || url.contains("/v2/"));
        let path = &compute.unwrap()[base.len()..];
        server.get(&format!("{path}/images")).good();
    }
}

#[test]
fn the_public_url_and_a_listener_of_its_own_know_spaces() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .public_url("https://cloud.example.org/nova")
            .identity_listen("127.0.0.1:0"),
    );
    server.emulator().make_space("a").make().unwrap();
    let list = server.get("/_space/a/v2/openstack/images").good();
    assert!(list.contains("\"https://cloud.example.org/nova/_space/a/v2/openstack/images/"));
    let identity = server.emulator().identity_address().unwrap();
    let mut client = crate::golden::client::Client::new(identity);
    let versions = client.send("GET", "/_space/a/v3", &[], None).unwrap();
    assert!(
        versions.text().contains("/_space/a/v3"),
        "{}",
        versions.text()
    );
    // What Waldur sends relative to the host is, too.
    let moved = server.get("/_space/a/api/openstack-images");
    assert_eq!(
        moved.header("location").unwrap(),
        "/nova/_space/a/api/openstack-images/"
    );
}

#[test]
fn paths_of_spaces_are_tidied_as_others_are() {
    let server = with_spaces(&["a", "b"]);
    for path in ["/%5Fspace/a", "//_space//a", "/_space/%61"] {
        let list = server.get(&format!("{path}/v2/openstack/images")).good();
        assert!(list.contains("/_space/a/v2/openstack/images/"), "{list}");
    }
    // Nobody climbs out.
    for path in [
        "/_space/a/../b/v2.1/images",
        "/_space/a/../../v2.1/images",
        "/x/../_space/a/v2.1/images",
    ] {
        let answer = server.get(path);
        assert!(
            answer.status() == 404 || answer.status() == 300,
            "{path} {}",
            answer.text()
        );
    }
}

/// Each service words it.
#[test]
fn an_unknown_space_is_not_found() {
    let server = with_spaces(&["a"]);
    for (path, accept, part) in [
        (
            "/v2/openstack/images",
            "application/json",
            r#"{"itemNotFound": {"message": "There is no space \"b\""#,
        ),
        ("/v2/openstack/images", "application/xml", "<itemNotFound"),
        ("/identity/v3/auth/tokens", "*/*", r#""title": "Not Found""#),
        (
            "/api/openstack-images/",
            "application/json",
            r#"{"detail":"#,
        ),
        ("/_control/reset", "*/*", r#"{"error":{"code":404"#),
    ] {
        for (space, method) in [("b", "GET"), ("b", "POST"), ("A", "GET")] {
            let target = within(space, path);
            let answer = server.send(method, &target, &[("Accept", accept), JSON], "{}");
            assert_eq!(answer.status(), 404, "{target}");
            if space == "b" {
                assert!(answer.text().contains(part), "{}", answer.text());
            }
        }
    }
    for path in [
        "/_space",
        "/_space/",
        "/_space/a%2Fb/v2.1/images",
        "/_space/%0d%0aX:y/v2.1",
    ] {
        assert_eq!(server.get(path).status(), 404, "{path}");
    }
}
