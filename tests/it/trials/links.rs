//! Links: their beginnings, and what is data in them.

use super::{JSON, ids, target};
use crate::element::Element;
use crate::harness::{Server, builder};
use nova_images::{Fixture, Profile};
use serde_json::Value;

/// Every text in a document that looks like a link of this server.
fn links(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("://cloud.example.org") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| links(item, found)),
        Value::Object(members) => members.values().for_each(|member| links(member, found)),
        _ => {}
    }
}

#[test]
fn b1_every_facade_believes_the_scheme_of_a_proxy() {
    let server = Server::with("docs");
    for proto in ["https", "HTTPS", "https, http"] {
        let headers = [("Host", "cloud.example.org"), ("X-Forwarded-Proto", proto)];
        for path in [
            "/",
            "/v2/",
            "/v2.1/",
            "/nowhere",
            "/v2/openstack/images?limit=1",
            "/v2.1/openstack/images/detail?limit=1",
            "/v2.0",
            "/v3",
            "/identity",
            "/identity/v3",
        ] {
            let mut found = Vec::new();
            links(&server.get_with(path, &headers).json(), &mut found);
            assert!(!found.is_empty(), "{path}");
            for link in found {
                assert!(
                    link.starts_with("https://cloud.example.org"),
                    "{path}: {link}"
                );
            }
        }
        let refused = server.get_with("/v3/auth/projects", &headers);
        assert_eq!(
            refused.header("www-authenticate").unwrap(),
            "Keystone uri=\"https://cloud.example.org/v3\""
        );
        let root = server.get_with("/identity", &headers);
        let location = root.header("location").unwrap();
        assert!(
            location.starts_with("https://cloud.example.org/"),
            "{location}"
        );
        catalogues_say_https(&server, headers);
    }
    // Only Waldur's links keep to their recording (`header-forwarded-proto`).
    let headers = [
        ("Host", "cloud.example.org"),
        ("X-Forwarded-Proto", "https"),
    ];
    let list = server.get_with("/api/openstack-images/?page_size=1", &headers);
    assert!(
        list.header("link")
            .unwrap()
            .contains("<http://cloud.example.org/")
    );
}

/// What both of Keystone's APIs lead to.
fn catalogues_say_https(server: &Server, headers: [(&str, &str); 2]) {
    let bodies = [
        (
            "/v2.0/tokens",
            r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "secret"},
                    "tenantName": "openstack"}}"#,
        ),
        (
            "/v3/auth/tokens",
            r#"{"auth": {"identity": {"methods": ["password"], "password": {"user":
                    {"name": "demo", "domain": {"id": "default"}, "password": "secret"}}},
                    "scope": {"project": {"name": "openstack", "domain": {"id": "default"}}}}}"#,
        ),
    ];
    for (path, body) in bodies {
        let [host, proto] = headers;
        let signed_in = server.send("POST", path, &[host, proto, JSON], body).json();
        let mut found = Vec::new();
        links(&signed_in, &mut found);
        assert_eq!(found.len(), 9, "{signed_in}");
        assert!(
            found.iter().all(|link| link.starts_with("https://")),
            "{found:?}"
        );
    }
}

/// Three private images of a project whose id is no part of a path as it stands.
fn odd(project: &str) -> Server {
    let images: Vec<Value> = (0..3)
        .map(|index| {
            serde_json::json!({
                "id": format!("a b?{index}#ü"), "name": "n", "owner": project,
                "visibility": "private", "created_at": format!("2025-01-0{}T00:00:00Z", index + 1),
                "container_format": "bare", "disk_format": "raw", "instance_uuid": "i j?",
            })
        })
        .collect();
    let text = serde_json::json!({
        "images": images, "projects": [{"id": project, "name": "p"}]
    });
    Server::start(builder().fixture(Fixture::parse("odd", &text.to_string()).unwrap()))
}

#[test]
fn b2_projects_with_blanks_keep_their_links() {
    for (project, path) in [
        ("Internal Systems (Cloud)", "Internal%20Systems%20(Cloud)"),
        ("what?#here", "what%3F%23here"),
        ("Übergröße&100%", "%C3%9Cbergr%C3%B6%C3%9Fe&100%25"),
    ] {
        let server = odd(project);
        for tree in ["v2", "v1.1", "v2.1"] {
            for list in ["images", "images/detail"] {
                let mut next = format!("/{tree}/{path}/{list}?limit=2");
                let mut seen = Vec::new();
                loop {
                    let page: Value = serde_json::from_str(&server.get(&next).good()).unwrap();
                    for image in page["images"].as_array().unwrap() {
                        let href = image["links"][0]["href"].as_str().unwrap();
                        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'?';
                        assert!(href.bytes().all(is_plain), "{href}");
                        let shown = server.get(target(href)).json();
                        assert_eq!(shown["image"]["id"], image["id"], "{href}");
                        for link in image["server"]["links"].as_array().into_iter().flatten() {
                            let href = link["href"].as_str().unwrap();
                            assert!(href.ends_with("/servers/i%20j%3F"), "{href}");
                        }
                    }
                    seen.extend(ids(&page).into_iter().map(str::to_owned));
                    match page["images_links"][0]["href"].as_str() {
                        Some(href) if seen.len() < 4 => target(href).clone_into(&mut next),
                        _ => break,
                    }
                }
                assert_eq!(seen, ["a b?2#ü", "a b?1#ü", "a b?0#ü"], "{tree} {list}");
            }
        }
        let accept = [("Accept", "application/xml")];
        let xml = server
            .get_with(&format!("/v2/{path}/images"), &accept)
            .good();
        assert!(xml.contains("/images/a%20b%3F0%23%C3%BC\""), "{xml}");
    }
}

#[test]
fn b10_error_pages_in_json_are_written_as_python_writes() {
    let server = Server::with("docs");
    let page = server.get_with("/v2.1/openstack/nowhere", &[("Accept", "application/json")]);
    assert_eq!(page.status(), 404);
    assert_eq!(
        page.text(),
        "{\"message\": \"The resource could not be found.<br /><br />\\n\\n\\n\", \
         \"code\": \"404 Not Found\", \"title\": \"Not Found\"}"
    );
}

#[test]
fn c5_both_trees_link_whenever_a_page_is_full() {
    let text = (0..4)
        .map(|index| format!(r#"{{"id": "i{index}", "visibility": "public", "created_at": "2025-01-01T00:00:00Z"}}"#))
        .collect::<Vec<_>>()
        .join(",");
    let fixture = || Fixture::parse("c5", &format!(r#"{{"images": [{text}]}}"#)).unwrap();
    let server = Server::start(builder().fixture(fixture()).max_limit(2));
    for tree in ["v2", "v2.1"] {
        for (limit, links) in [(1, true), (3, true), (4, true), (5, false)] {
            let page = server
                .get(&format!("/{tree}/p/images?limit={limit}"))
                .json();
            assert_eq!(page.get("images_links").is_some(), links, "{tree} {limit}");
        }
    }
    let exact = builder()
        .fixture(fixture())
        .max_limit(2)
        .profile(Profile::Nova34);
    let page = Server::start(exact).get("/v2.1/images?limit=3").json();
    assert!(page.get("images_links").is_none());
}

#[test]
fn c5_lists_in_xml_can_be_paged_too() {
    for (profile, tree, detail_links) in [
        (Profile::Default, "v2", true),
        (Profile::Default, "v2.1", true),
        (Profile::Juno, "v2", false),
    ] {
        let fixture = Fixture::named("devcloud").unwrap();
        let server = Server::start(builder().fixture(fixture).profile(profile));
        for (list, links) in [("images", true), ("images/detail", detail_links)] {
            let all = format!("/{tree}/openstack/{list}");
            let accept = [("Accept", "application/xml")];
            let page = |target: &str| Element::parse(&server.get_with(target, &accept).good());
            let ids = |page: &Element| -> Vec<String> {
                let images = page.named("image").into_iter();
                let ids = images.map(|image| image.attribute("id").unwrap().to_owned());
                ids.collect()
            };
            let (mut next, mut seen) = (Some(format!("{all}?limit=3")), Vec::new());
            while let Some(asked) = next {
                let page = page(&asked);
                seen.extend(ids(&page));
                next = page.named("link").first().map(|link| {
                    assert_eq!(link.attribute("rel"), Some("next"));
                    target(link.attribute("href").unwrap()).to_owned()
                });
            }
            let all = ids(&page(&all));
            assert!(all.len() > 3);
            let found = if links { &all } else { &all[..3] };
            assert_eq!(seen, found, "{profile:?} {tree} {list}");
        }
    }
}

#[test]
fn c7_two_accept_headers_are_one_list() {
    for profile in [Profile::Default, Profile::Juno] {
        let server = Server::start(
            builder()
                .fixture(Fixture::named("docs").unwrap())
                .profile(profile),
        );
        let both = [
            ("Accept", "application/json;q=0.1"),
            ("Accept", "application/xml"),
        ];
        for path in ["/v2/openstack/images", "/v2/openstack/images/nope", "/"] {
            let kind = server.get_with(path, &both).header("content-type").unwrap();
            assert!(kind.starts_with("application/xml"), "{path}: {kind}");
        }
        let kind = server.get_with("/v2.0", &both).header("content-type");
        assert_eq!(kind.as_deref(), Some("application/xml"));
    }
}

#[test]
fn difference_36_dots_in_paths() {
    let server = |profile| {
        let fixture = Fixture::named("docs").unwrap();
        Server::start(builder().fixture(fixture).profile(profile))
    };
    let (users, nova_34) = (server(Profile::Default), server(Profile::Nova34));
    for path in ["/v2/openstack/images/x/..", "/v2.1/openstack/images/%2e%2E"] {
        assert_eq!(users.get(path).status(), 404, "{path}");
    }
    assert_eq!(nova_34.get("/v2.1/./images/x/../detail").status(), 200);
    assert_eq!(nova_34.get("/v2.1/images/%2e%2e").status(), 404);
}
