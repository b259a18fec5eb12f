//! Lists that are several pages of Glance's.

use super::{cloud, proxy};
use crate::harness::{Response, Server};
use nova_images::{Fixture, Profile};
use serde_json::Value;
use std::fmt::Write as _;

const IMAGES: usize = 3000;

const TOKEN: (&str, &str) = ("X-Auth-Token", "member");

/// Images made a second apart, every third of them with a property that is empty.
fn many() -> Fixture {
    let mut images = String::new();
    for n in 0..IMAGES {
        let comma = if n == 0 { "" } else { "," };
        let property = if n % 3 == 0 { r#", "note": """# } else { "" };
        _ = write!(
            images,
            r#"{comma}{{"id": "image-{n:04}", "name": "name {n}", "visibility": "public",
            "status": "active", "created_at": "2025-01-01T{:02}:{:02}:{:02}Z"{property}}}"#,
            n / 3600,
            n / 60 % 60,
            n % 60
        );
    }
    let text = format!(
        r#"{{"images": [{images}],
        "projects": [{{"id": "dddddddddddddddddddddddddddddddd", "name": "p"}}],
        "users": [{{"id": "u", "name": "u", "password": "x",
            "roles": [{{"project": "p", "role": "member"}}]}}],
        "tokens": [{{"id": "member", "user": "u", "project": "p"}}]}}"#
    );
    Fixture::parse("many", &text).unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    let images = list["images"].as_array().unwrap();
    let id = |image: &Value| image["id"].as_str().unwrap().to_owned();
    images.iter().map(id).collect()
}

fn get(proxy: &Server, target: &str) -> Response {
    proxy.get_with(target, &[TOKEN])
}

#[test]
fn all_of_them_in_the_order_of_the_cloud() {
    let cloud = cloud(many());
    for (profile, index, detail) in [
        (Profile::Nova34, "/v2.1/images", "/v2.1/images/detail"),
        (
            Profile::Default,
            "/v2/dddddddddddddddddddddddddddddddd/images",
            "/v2/dddddddddddddddddddddddddddddddd/images/detail",
        ),
    ] {
        let proxy = proxy(&cloud, profile);
        let expected: Vec<String> = (0..IMAGES).rev().map(|n| format!("image-{n:04}")).collect();
        for target in [index, detail] {
            let list = get(&proxy, target);
            assert_eq!(list.status(), 200);
            let list = list.json();
            assert_eq!(ids(&list), expected, "{target}");
            assert!(list.get("images_links").is_none());
        }
        // A limit beyond a page of Glance's, and one that ends within the second.
        let list = get(&proxy, &format!("{detail}?limit=1500")).json();
        assert_eq!(ids(&list), expected[..1500]);
        let marked = format!("{index}?limit=1001&marker=image-2999");
        assert_eq!(ids(&get(&proxy, &marked).json()), expected[1..1002]);
    }
}

#[test]
fn next_links_lead_through_all_of_them() {
    let cloud = cloud(many());
    let proxy = proxy(&cloud, Profile::Default);
    let mut target = "/v2.1/images?limit=700".to_owned();
    let mut seen = Vec::new();
    loop {
        let list = get(&proxy, &target).json();
        seen.extend(ids(&list));
        let Some(next) = list["images_links"][0]["href"].as_str() else {
            break;
        };
        target = next[next.find("/v2.1").unwrap()..].to_owned();
    }
    seen.dedup();
    assert_eq!(seen.len(), IMAGES);
}

#[test]
fn what_glance_cannot_filter_by_is_found_here() {
    let cloud = cloud(many());
    let proxy = proxy(&cloud, Profile::Default);
    let list = get(&proxy, "/v2.1/images?property-note=").json();
    let found = ids(&list);
    assert_eq!(found.len(), IMAGES / 3);
    assert!(
        found
            .iter()
            .all(|id| id[6..].parse::<usize>().unwrap() % 3 == 0)
    );
    let limited = get(&proxy, "/v2.1/images?property-note=&limit=7").json();
    assert_eq!(ids(&limited), found[..7]);
    let next = limited["images_links"][0]["href"].as_str().unwrap();
    let next = get(&proxy, &next[next.find("/v2.1").unwrap()..]).json();
    assert_eq!(ids(&next), found[7..14]);
}
