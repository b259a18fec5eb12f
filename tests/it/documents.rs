//! The published API documents, answered by the built-in set that holds their images.
//!
//! The documents themselves lie in `fixtures/documents`, as they were published.

use crate::element::Element;
use crate::harness::{Server, builder};
use nova_images::{Fixture, Profile};
use serde_json::Value;

const DETAIL_JSON: &str = include_str!("../../fixtures/documents/list-images-detail.json");
const DETAIL_XML: &str = include_str!("../../fixtures/documents/list-images-detail.xml");
const OTC_JSON: &str = include_str!("../../fixtures/documents/otc-images-detail.json");

/// Added to Nova after the document was written.
const SIZE: &str = "OS-EXT-IMG-SIZE:size";

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The images of a list, ordered by id: the document keeps the order of a Python dictionary.
fn images(mut list: Value) -> Vec<Value> {
    let mut images = std::mem::take(list["images"].as_array_mut().unwrap());
    images.sort_by_key(|image| image["id"].to_string());
    images
}

fn without_size(image: &Value) -> Value {
    let mut image = image.clone();
    let size = image.as_object_mut().unwrap().remove(SIZE);
    assert!(size.is_some_and(|size| size.is_u64()), "{image}");
    image
}

/// A URL from its path on. By default this server is its own image service, under `/image`.
fn path_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let path = rest.split_once('/').unwrap().1;
    path.strip_prefix("image/").unwrap_or(path).to_owned()
}

/// Rewrites every href.
fn with_links(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| with_links(item, change)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| match value {
                Value::String(href) if key == "href" => (key.clone(), change(href).into()),
                other => (key.clone(), with_links(other, change)),
            })
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn the_list_is_the_published_one() {
    let server = Server::with("docs");
    let ours = server.get("/v2/openstack/images/detail");
    assert_eq!(ours.header("content-type").unwrap(), "application/json");
    let ours: Vec<_> = images(ours.json()).iter().map(without_size).collect();
    let published = images(document(DETAIL_JSON));
    assert_eq!(ours.len(), 7);
    for (ours, published) in ours.iter().zip(&published) {
        assert_eq!(
            with_links(ours, &path_of),
            with_links(published, &path_of),
            "{}",
            published["id"]
        );
    }
}

#[test]
fn under_the_published_hosts_even_the_links_are_equal() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .glance_url("http://glance.openstack.example.com"),
    );
    let host = [("Host", "openstack.example.com")];
    let ours = server.get_with("/v2/openstack/images/detail", &host);
    let ours: Vec<_> = images(ours.json()).iter().map(without_size).collect();
    assert_eq!(ours, images(document(DETAIL_JSON)));
}

#[test]
fn the_xml_list_is_the_published_one() {
    let server = Server::with("docs");
    let headers = [("Accept", "application/xml")];
    let ours = server.get_with("/v2/openstack/images/detail", &headers);
    assert_eq!(ours.header("content-type").unwrap(), "application/xml");
    assert_eq!(canonical(&ours.good()), canonical(DETAIL_XML));
}

/// The list in XML without sizes, hosts and the order of images.
fn canonical(text: &str) -> Vec<String> {
    let mut list = Element::parse(text);
    list.strip("size");
    list.rewrite("href", &path_of);
    list.children
        .sort_by_key(|image| image.attribute("id").map(str::to_owned));
    let mut canonical: Vec<_> = list.children.iter().map(Element::canonical).collect();
    list.children.clear();
    canonical.push(list.canonical());
    canonical
}

#[test]
fn one_image_is_as_in_the_list() {
    let server = Server::with("docs");
    for published in images(document(DETAIL_JSON)) {
        let id = published["id"].as_str().unwrap();
        let ours = server.get(&format!("/v2/openstack/images/{id}")).json();
        assert_eq!(
            with_links(&without_size(&ours["image"]), &path_of),
            with_links(&published, &path_of)
        );
    }
}

#[test]
fn the_telekom_cloud_shows_the_published_image() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .profile(Profile::Otc),
    );
    // The document keeps the project in the alternate link, the real service's recorded list does
    // not; we follow the recording.
    let project = "d9ebe43510414ef590a4aa158605329e";
    let published = &document(OTC_JSON)["image"];
    let mut expected = with_links(published, &path_of);
    let alternate = &mut expected["links"][2];
    assert_eq!(alternate["rel"], "alternate");
    let id = published["id"].as_str().unwrap();
    alternate["href"] = format!("images/{id}").into();

    let list = server
        .get(&format!("/v2/{project}/images/detail"))
        .json()
        .clone();
    let found: Vec<_> = list["images"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|image| image["id"] == published["id"])
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(with_links(found[0], &path_of), expected);
}
