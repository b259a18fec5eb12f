//! A client of 2014 in front of a cloud of today: sign-in, catalogue, images.

use super::cloud::{Cloud, sign_in_body};
use crate::element::Element;
use crate::harness::builder;
use nova_images::Fixture;

const XML: (&str, &str) = ("Content-Type", "application/xml");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const ACCEPT_XML: (&str, &str) = ("Accept", "application/xml");

/// The value of an attribute behind a text.
fn attribute<'t>(text: &'t str, behind: &str, name: &str) -> &'t str {
    let (_, rest) = text.split_once(behind).unwrap();
    let (_, rest) = rest.split_once(&format!(" {name}=\"")).unwrap();
    rest.split('"').next().unwrap()
}

#[test]
fn from_a_sign_in_in_xml_to_the_images_of_today() {
    let cloud = Cloud::of(Fixture::named("devcloud").unwrap(), builder());
    let here = cloud.front.emulator().url();
    let body = r#"<auth xmlns="http://docs.openstack.org/identity/api/v2.0" tenantName="demo"><passwordCredentials username="demo" password="secret"/></auth>"#;
    let signed_in = cloud
        .front
        .send("POST", "/v2.0/tokens", &[XML, ACCEPT_XML], body);
    let access = signed_in.good();
    let token = attribute(&access, "<token", "id");
    let nova = attribute(&access, "<service type=\"compute\"", "publicURL");
    let target = nova.strip_prefix(&here).unwrap();
    let headers = [("X-Auth-Token", token), ACCEPT_XML];
    let list = cloud
        .front
        .get_with(&format!("{target}/images/detail"), &headers)
        .good();
    assert_eq!(Element::parse(&list).local_name(), "images");
    let first = attribute(&list, "<image ", "id").to_owned();
    let image = cloud
        .front
        .get_with(&format!("{target}/images/{first}"), &headers)
        .good();
    assert!(image.contains(&format!("{nova}/images/{first}")), "{image}");
    // Once it is revoked nothing is had by it.
    let admin = cloud.front.send(
        "POST",
        "/v3/auth/tokens",
        &[JSON],
        &sign_in_body("admin", "secret", "admin"),
    );
    let admin = admin.header("x-subject-token").unwrap();
    let revoked = cloud.front.send(
        "DELETE",
        &format!("/v2.0/tokens/{token}"),
        &[("X-Auth-Token", &admin)],
        "",
    );
    assert_eq!(revoked.status(), 204);
    let list = cloud
        .front
        .get_with(&format!("{target}/images/detail"), &headers);
    assert_eq!(list.status(), 401);
    let challenge = list.header("www-authenticate").unwrap();
    assert!(
        challenge.contains(&format!("{here}/identity")),
        "{challenge}"
    );
}

#[test]
fn a_client_of_today_asks_for_an_older_microversion() {
    let cloud = Cloud::of(Fixture::named("devcloud").unwrap(), builder());
    let here = cloud.front.emulator().url();
    let signed_in = cloud.front.send(
        "POST",
        "/identity/v3/auth/tokens",
        &[JSON],
        &sign_in_body("demo", "secret", "demo"),
    );
    let token = signed_in.header("x-subject-token").unwrap();
    let catalog = signed_in.json()["token"]["catalog"].take();
    let mut services = catalog.as_array().unwrap().iter();
    let nova = services
        .find(|service| service["type"] == "compute")
        .unwrap();
    let nova = nova["endpoints"][0]["url"].as_str().unwrap();
    let target = nova.strip_prefix(&here).unwrap();
    let headers = [
        ("X-Auth-Token", &*token),
        ("OpenStack-API-Version", "compute 2.35"),
    ];
    let list = cloud
        .front
        .get_with(&format!("{target}/images?limit=2"), &headers);
    assert_eq!(
        list.json()["images"].as_array().map(Vec::len),
        Some(2),
        "{}",
        list.text()
    );
}
