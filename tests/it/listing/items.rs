//! Items of lists: the same as the images by themselves, and in one order wherever they come from.

use crate::element::Element;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use serde_json::{Value, json};

/// The project `demo` of the built-in sets.
const DEMO: &str = "eb0bef0260fa3e457c2b1910c4bdd72c";

/// Lists are put together from texts that were written when the images were stored; an image by
/// itself is written when it is asked for.
#[test]
fn an_item_is_the_image_by_itself() {
    for (set, project) in [("docs", "openstack"), ("devcloud", DEMO), ("edge", DEMO)] {
        let server = Server::with(set);
        for tree in [
            format!("/v2/{project}"),
            format!("/v2.1/{project}"),
            "/v2.1".to_owned(),
        ] {
            let target = format!("{tree}/images/detail");
            let list = server.get(&target).json();
            let xml = [("accept", "application/xml")];
            let elements = Element::parse(&server.get_with(&target, &xml).good());
            let images = list["images"].as_array().unwrap();
            assert!(images.len() >= 7, "{set} {tree}");
            assert_eq!(images.len(), elements.named("image").len());
            for (item, element) in images.iter().zip(elements.named("image")) {
                let id = item["id"].as_str().unwrap();
                let target = format!("{tree}/images/{id}");
                let image = &server.get(&target).json()["image"];
                assert_eq!(item, image, "{set} {target}");
                let image = Element::parse(&server.get_with(&target, &xml).good());
                assert_eq!(*element, image, "{set} {target}");
            }
        }
    }
}

/// What a change leaves behind is listed like what was there before.
#[test]
fn a_changed_image_keeps_its_place() {
    let server = Server::with("devcloud");
    let target = &format!("/v2/{DEMO}/images/detail");
    let ids = || -> Vec<String> {
        let list = server.get(target).json();
        let images = list["images"].as_array().unwrap().iter();
        images
            .map(|image| image["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = ids();
    let mut changed = 0;
    for id in &before {
        let target = format!("/v2/{DEMO}/images/{id}/metadata/changed");
        let body = json!({"meta": {"changed": "ü <&>"}}).to_string();
        let answer = server.send(
            "PUT",
            &target,
            &[("content-type", "application/json")],
            &body,
        );
        changed += usize::from(answer.status() == 200);
    }
    assert!(changed > 0);
    assert_eq!(ids(), before);
    let list = server.get(target).json();
    let images = list["images"].as_array().unwrap().iter();
    let shown = images.filter(|image| image["metadata"]["changed"] == json!("ü <&>"));
    assert_eq!(shown.count(), changed);
}

/// A page is merged from what is public, what is the caller's and what is shared with it. Where
/// times do not tell, ids do, and pages meet without a gap.
#[test]
fn images_of_one_moment_are_in_order_of_their_ids() {
    let image = |number: usize| -> Value {
        let mut image = json!({
            "id": format!("image-{number:02}"), "name": "same",
            "created_at": "2025-02-03T04:05:06Z", "container_format": "bare",
            "disk_format": "raw", "visibility": "private", "owner": "me",
        });
        match number % 4 {
            0 => image["visibility"] = "public".into(),
            1 => {}
            2 => {
                image["visibility"] = "shared".into();
                image["owner"] = "other".into();
            }
            _ => image["owner"] = "other".into(),
        }
        image
    };
    let images: Vec<_> = (0..40).map(image).collect();
    let accepted = json!([{"member_id": "me", "status": "accepted"}]);
    let members: serde_json::Map<_, _> = (2..40)
        .step_by(4)
        .map(|number| (format!("image-{number:02}"), accepted.clone()))
        .collect();
    let text = json!({ "images": images, "members": members }).to_string();
    let server = Server::start(builder().fixture(nova_images::Fixture::parse("", &text).unwrap()));
    let expected: Vec<_> = (0..40)
        .rev()
        .filter(|number| number % 4 != 3)
        .map(|number| format!("image-{number:02}"))
        .collect();
    for list in ["/v2/me/images", "/v2.1/me/images/detail"] {
        for size in [1, 3, 7, 30, 31] {
            let mut found = Vec::new();
            loop {
                let marker = found.last().map(|last| format!("&marker={last}"));
                let marker = marker.unwrap_or_default();
                let page = server.get(&format!("{list}?limit={size}{marker}")).json();
                let page = page["images"].as_array().unwrap();
                found.extend(
                    page.iter()
                        .map(|image| image["id"].as_str().unwrap().to_owned()),
                );
                if page.is_empty() {
                    break;
                }
            }
            assert_eq!(found, expected, "{list} by {size}");
        }
    }
}

/// What a database keeps of an image holds no address: a server that moves answers with its new one.
#[test]
fn links_follow_the_server_that_answers() {
    let scratch = Scratch::new("links-follow");
    for url in ["http://one.example", "https://two.example/a&b"] {
        let server = Server::start(
            builder()
                .database(scratch.path("images.db"))
                .fixture(nova_images::Fixture::named("docs").unwrap())
                .public_url(url),
        );
        let target = "/v2/openstack/images/detail";
        let list = server.get(target).json();
        let xml = server.get_with(target, &[("accept", "application/xml")]);
        let elements = Element::parse(&xml.good());
        let images = list["images"].as_array().unwrap();
        assert_eq!(images.len(), 7);
        for (image, element) in images.iter().zip(elements.named("image")) {
            let id = image["id"].as_str().unwrap();
            let expected = [
                format!("{url}/v2/openstack/images/{id}"),
                format!("{url}/openstack/images/{id}"),
                format!("{url}/image/openstack/images/{id}"),
            ];
            let links = image["links"].as_array().unwrap().iter();
            let hrefs: Vec<_> = links.map(|link| link["href"].as_str().unwrap()).collect();
            assert_eq!(hrefs, expected);
            let links = element.named("link");
            let hrefs: Vec<_> = links.iter().map(|link| link.attribute("href")).collect();
            assert_eq!(hrefs, expected.each_ref().map(|href| Some(href.as_str())));
        }
    }
}
