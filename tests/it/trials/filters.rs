//! Filters and metadata.

use super::{JSON, ids};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture, Profile};
use serde_json::json;

const TREES: [&str; 2] = ["/v2/p", "/v2.1/p"];

fn fixture(images: &serde_json::Value) -> Fixture {
    let mut images = images.clone();
    for image in images.as_array_mut().unwrap() {
        image["created_at"] = "2025-01-01T00:00:00Z".into();
    }
    let text = json!({ "images": images }).to_string();
    Fixture::parse("filters", &text).unwrap()
}

fn over(images: &serde_json::Value) -> Server {
    Server::start(builder().fixture(fixture(images)))
}

fn found(server: &Server, target: &str) -> Vec<String> {
    let list: serde_json::Value = serde_json::from_str(&server.get(target).good()).unwrap();
    ids(&list).into_iter().map(str::to_owned).collect()
}

#[test]
fn c1_a_property_is_filtered_by_its_whole_name() {
    let emulator = builder().fixture(Fixture::named("devcloud").unwrap());
    let emulator = emulator.start().unwrap();
    let project = emulator.default_project_id();
    let server = Server::around(emulator);
    for (query, count) in [
        ("property-os_distro=ubuntu", 6),
        ("property-os_type=linux", 27),
    ] {
        for tree in ["v2", "v2.1"] {
            let ids = found(&server, &format!("/{tree}/{project}/images?{query}"));
            assert_eq!(ids.len(), count, "{tree} {query}");
        }
    }
}

#[test]
fn c1_a_property_is_what_the_list_shows() {
    let server = over(&json!([
        {"id": "a", "visibility": "public", "name": "a", "os_distro": "", "tty": "x"},
        {"id": "b", "visibility": "public", "name": "x", "os_distro": null},
        {"id": "c", "visibility": "public", "name": "y", "rate": "in:x,y"},
    ]));
    for (query, v2, v21) in [
        ("property-os_distro=", &["a"][..], &["b", "a"][..]),
        ("property-tty=x", &["a"], &["a"]),
        ("property-rate=in:x,y", &["c"], &["c"]),
        ("property-name=x", &[], &[]),
        ("property-visibility=nonsense", &[], &[]),
        ("property-status=active", &[], &[]),
        ("property-changes-since=x", &[], &[]),
    ] {
        assert_eq!(
            found(&server, &format!("/v2/p/images?{query}")),
            v2,
            "{query}"
        );
        assert_eq!(
            found(&server, &format!("/v2.1/p/images?{query}")),
            v21,
            "{query}"
        );
    }
}

#[test]
fn c2_a_name_may_hold_a_colon() {
    let server = over(&json!([
        {"id": "a", "visibility": "public", "name": "Debian 8 2016-04-17T22:00"},
        {"id": "b", "visibility": "public", "name": "in:a"},
        {"id": "c", "visibility": "public", "name": "x"},
        {"id": "d", "visibility": "public", "name": ""},
    ]));
    for (query, ids) in [
        ("Debian%208%202016-04-17T22:00", &["a"][..]),
        ("eq:in:a", &["b"]),
        ("in:x,in:a", &["c", "b"]),
        ("foo:bar", &[]),
        ("in:", &[]),
        ("", &["d"]),
    ] {
        let target = format!("/v2.1/p/images?name={query}");
        assert_eq!(found(&server, &target), ids, "{query}");
    }
    assert_eq!(found(&server, "/v2/p/images?name=in:a"), ["b"]);
    assert_eq!(found(&server, "/v2/p/images?name="), ["d"]);
}

#[test]
fn c3_a_status_finds_what_is_shown_in_it() {
    let statuses = [
        "queued",
        "saving",
        "active",
        "deactivated",
        "importing",
        "killed",
        "deleted",
    ];
    let images: Vec<_> = statuses
        .iter()
        .enumerate()
        .map(|(at, status)| json!({"id": format!("{at}-{status}"), "status": status, "visibility": "public"}))
        .collect();
    let server = over(&json!(images));
    for (wanted, expected) in [
        ("SAVING", &["1-saving", "0-queued"][..]),
        ("saving", &["1-saving", "0-queued"]),
        ("Active", &["2-active"]),
        ("queued", &["0-queued"]),
        ("UNKNOWN", &["4-importing", "3-deactivated"]),
        ("DEACTIVATED", &["3-deactivated"]),
        ("ERROR", &[]),
        ("nonsense", &[]),
    ] {
        for tree in TREES {
            let found = found(&server, &format!("{tree}/images?status={wanted}"));
            assert_eq!(found, expected, "{tree} {wanted}");
        }
    }
    let since = "changes-since=2000-01-01";
    for (wanted, expected) in [
        ("error", "5-killed"),
        ("DELETED", "6-deleted"),
        ("killed", "5-killed"),
    ] {
        let target = format!("/v2/p/images?status={wanted}&{since}");
        assert_eq!(found(&server, &target), [expected]);
    }
    let found = found(&server, "/v2.1/p/images?status=in:active,SAVING");
    assert_eq!(found, ["2-active", "1-saving", "0-queued"]);
}

#[test]
fn c4_an_owner_writes_to_its_public_images() {
    let server = Server::with("docs");
    let list = server.get("/v2/openstack/images").json();
    for id in ids(&list) {
        let path = format!("/openstack/images/{id}/metadata/k");
        let body = r#"{"meta": {"k": "v"}}"#;
        for tree in ["/v2", "/v2.1"] {
            let written = server.send("PUT", &format!("{tree}{path}"), &[JSON], body);
            assert_eq!(written.status(), 200, "{tree} {id}: {}", written.text());
            let path = format!("{tree}/other/images/{id}/metadata/k");
            assert_eq!(server.send("PUT", &path, &[JSON], body).status(), 403);
        }
    }
}

#[test]
fn c6_xml_bodies_are_taken_where_xml_is_answered() {
    let images =
        json!([{"id": "one", "owner": "p", "disk_format": "raw", "container_format": "bare"}]);
    let server = over(&images);
    let xml = [
        ("Content-Type", "application/xml"),
        ("Accept", "application/xml"),
    ];
    let path = "/v2.1/p/images/one/metadata";
    let body = r#"<metadata><meta key="a">1</meta><meta key="b">2</meta></metadata>"#;
    assert!(
        server
            .send("POST", path, &xml, body)
            .good()
            .contains("<meta key=\"b\">2</meta>")
    );
    let item = r#"<meta xmlns="http://docs.openstack.org/compute/api/v1.1" key="c">3</meta>"#;
    assert_eq!(
        server
            .send("PUT", &format!("{path}/c"), &xml, item)
            .status(),
        200
    );
    let all = server.get(path).json();
    assert_eq!(all["metadata"], json!({"a": "1", "b": "2", "c": "3"}));
    assert_eq!(server.send("PUT", path, &xml, "<metadata").status(), 400);
    assert_eq!(
        server
            .send("PUT", path, &[("Content-Type", "text/xml")], body)
            .status(),
        415
    );
    let exact = Server::start(builder().fixture(fixture(&images)).profile(Profile::Nova34));
    let refused = exact.send("POST", "/v2.1/images/one/metadata", &xml, body);
    assert_eq!(refused.status(), 415);
}

/// A user of each of these sets of roles, with a token called after it.
fn with_roles(profile: Profile) -> Server {
    let sets = ["reader", "member", "_member_", "reader+_member_", "admin"];
    let users: Vec<_> = sets
        .iter()
        .map(|set| {
            let roles = set
                .split('+')
                .map(|role| json!({"project": "p", "role": role}));
            json!({"name": set, "roles": roles.collect::<Vec<_>>()})
        })
        .collect();
    let tokens: Vec<_> = sets
        .iter()
        .map(|set| json!({"id": set, "user": set, "project": "p"}))
        .collect();
    let images: Vec<_> = (0..8)
        .map(|index| {
            json!({"id": format!("{index}0000000-0000-4000-8000-000000000000"), "owner": "a0",
                   "disk_format": "raw", "container_format": "bare", "visibility": "private",
                   "created_at": "2025-01-01T00:00:00Z"})
        })
        .collect();
    let text = json!({
        "images": images, "projects": [{"id": "a0", "name": "p"}], "users": users, "tokens": tokens
    });
    let fixture = Fixture::parse("roles", &text.to_string()).unwrap();
    Server::start(
        builder()
            .fixture(fixture)
            .auth(AuthMode::Strict)
            .profile(profile),
    )
}

#[test]
fn c8_and_difference_1_a_reader_does_not_write() {
    for (profile, trees, refused) in [
        (Profile::Default, &["v2", "v2.1"][..], &["reader"][..]),
        (
            Profile::Nova34,
            &["v2", "v2.1"],
            &["reader", "_member_", "reader+_member_"],
        ),
        (Profile::Juno, &["v2"], &[]),
    ] {
        for tree in trees {
            let server = with_roles(profile);
            let sets = ["reader", "_member_", "reader+_member_", "member", "admin"];
            for (index, set) in sets.into_iter().enumerate() {
                let id = format!("{index}0000000-0000-4000-8000-000000000000");
                let image = format!("/{tree}/a0/images/{id}");
                let token = ("X-Auth-Token", set);
                let may = !refused.contains(&set);
                let body = r#"{"metadata": {"a": "b"}}"#;
                let path = format!("{image}/metadata");
                let written = server.send("POST", &path, &[token, JSON], body);
                assert_eq!(
                    written.status(),
                    if may { 200 } else { 403 },
                    "{tree} {set}"
                );
                if !may {
                    let told = format!("Not authorized for image {id}.");
                    assert_eq!(written.json()["forbidden"]["message"], told);
                }
                let deleted = server.send("DELETE", &image, &[token], "");
                assert_eq!(
                    deleted.status(),
                    if may { 204 } else { 403 },
                    "{tree} {set}"
                );
                if !may {
                    let told = "You are not allowed to delete the image.";
                    assert_eq!(deleted.json()["forbidden"]["message"], told);
                }
            }
        }
    }
}
