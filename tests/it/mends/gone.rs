//! What a server stands on is gone: not its fault, and not for good.

use super::JSON;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{ControlAccess, Fixture};

const ID: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

#[test]
fn a_database_file_that_is_gone_is_a_503_of_every_service() {
    let scratch = Scratch::new("gone");
    let path = scratch.path("images.db");
    let fixture = Fixture::docs().unwrap();
    let builder = builder().fixture(fixture).database(&path);
    let server = Server::start(builder.control(ControlAccess::Full));
    std::fs::remove_file(&path).unwrap();
    let admin = ("X-Auth-Token", "admin-token");
    let octets = ("Content-Type", "application/octet-stream");
    let queued = r#"{"name": "n", "disk_format": "raw", "container_format": "bare"}"#;
    let meta = r#"{"meta": {"k": "v"}}"#;
    let sign_in =
        r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "secret"}}}"#;
    for (method, target, headers, body) in [
        (
            "PUT",
            format!("/v2/openstack/images/{ID}/metadata/k"),
            vec![JSON],
            meta,
        ),
        (
            "PUT",
            format!("/v2.1/openstack/images/{ID}/metadata/k"),
            vec![JSON],
            meta,
        ),
        ("DELETE", format!("/v2.1/openstack/images/{ID}"), vec![], ""),
        ("POST", "/image/v2/images".to_owned(), vec![JSON], queued),
        ("DELETE", format!("/image/v2/images/{ID}"), vec![admin], ""),
        (
            "PUT",
            format!("/image/v2/images/{ID}/file"),
            vec![admin, octets],
            "data",
        ),
        ("DELETE", format!("/image/v1/images/{ID}"), vec![admin], ""),
        ("POST", "/v2.0/tokens".to_owned(), vec![JSON], sign_in),
    ] {
        let response = server.send(method, &target, &headers, body);
        assert_eq!(
            response.status(),
            503,
            "{method} {target}: {}",
            response.text()
        );
    }
    // Whose connection stands open reads what was there.
    for target in [
        "/v2/p/images/detail",
        "/image/v2/images",
        "/api/openstack-images/",
    ] {
        let status = server.get(target).status();
        assert!([200, 503].contains(&status), "{target}: {status}");
    }
    let ready = server.get("/_control/health/ready");
    assert_eq!(ready.status(), 503);
    assert!(ready.text().contains("images.db"), "{}", ready.text());
}
