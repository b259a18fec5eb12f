//! What goes with a request, beside the token, to the real Glance.

use super::scene::{LIST, Scene};
use super::{DEMO, cloud};
use nova_images::{Fixture, Profile};

const PEOPLE: &str = r#"{"images": [], "projects": [{"id": "p", "name": "p"}],
    "users": [{"id": "u", "name": "u", "password": "x", "roles": [{"project": "p", "role": "member"}]},
              {"id": "s", "name": "s", "password": "x", "roles": [{"project": "p", "role": "service"}]}],
    "tokens": [{"id": "demo-token", "user": "u", "project": "p"},
               {"id": "service-token", "user": "s", "project": "p"}]}"#;

#[test]
fn what_goes_with_a_request_is_passed_on() {
    let cloud = cloud(Fixture::parse("people", PEOPLE).unwrap());
    let scene = Scene::among(cloud, Profile::Default, [], |_| ());
    let id = "req-6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d10";
    let headers = [
        DEMO,
        ("X-OpenStack-Request-ID", id),
        ("X-Forwarded-For", "192.0.2.7, 198.51.100.1"),
        ("X-Service-Token", "service-token"),
        ("X-Roles", "admin"),
    ];
    let target = "/v2/p/images";
    let answer = scene.proxy.get_with(target, &headers);
    let own = answer.header("x-compute-request-id").unwrap();
    _ = answer.good();
    let head = scene.glance.heads().remove(0).to_lowercase();
    assert!(head.starts_with("get /v2/images?"), "{head}");
    for line in [
        "x-auth-token: demo-token",
        &format!("x-openstack-request-id: {id}"),
        "x-forwarded-for: 192.0.2.7, 198.51.100.1",
        "x-service-token: service-token",
    ] {
        assert!(head.contains(line), "{head}");
    }
    assert!(!head.contains("x-roles"), "{head}");
    assert_ne!(own, id, "Nova's own answer has its own");
}

#[test]
fn a_request_without_an_id_of_its_own_is_called_as_its_answer_says() {
    let scene = Scene::with(Profile::Nova34, []);
    // What has not the form of an id is none, to Nova as well.
    for brought in [&[DEMO][..], &[DEMO, ("X-OpenStack-Request-ID", "req-1")]] {
        let answer = scene.proxy.get_with(LIST, brought);
        let own = answer.header("x-openstack-request-id").unwrap();
        assert_eq!(answer.header("x-compute-request-id").unwrap(), own);
        _ = answer.good();
        let head = scene.glance.heads().pop().unwrap().to_lowercase();
        assert!(
            head.contains(&format!("x-openstack-request-id: {own}")),
            "{head}"
        );
        assert_eq!(head.matches("x-openstack-request-id").count(), 1);
    }
}
