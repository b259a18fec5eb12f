//! Numbers beyond what an image can have are refused, wherever they come; ranges of nothing, too.

use super::JSON;
use crate::harness::Server;

const ADMIN: (&str, &str) = ("X-Auth-Token", "admin-token");
const PATCH: (&str, &str) = (
    "Content-Type",
    "application/openstack-images-v2.1-json-patch",
);

#[test]
fn glance_v1_refuses_numbers_that_no_image_can_have() {
    let server = Server::with("docs");
    let image = "/image/v1/images/70a599e0-31e7-49b7-b260-868f441e862b";
    let create = "/image/v1/images";
    for key in ["min_ram", "min_disk", "size"] {
        let header = format!("x-image-meta-{key}");
        let beyond = if key == "size" {
            [
                "9223372036854775807",
                "9223372036854775808",
                "99999999999999999999999",
            ]
        } else {
            ["2147483648", "4294967296", "99999999999999999999999"]
        };
        for number in beyond {
            for (method, target) in [("POST", create), ("PUT", image)] {
                let headers = [ADMIN, (header.as_str(), number)];
                let response = server.send(method, target, &headers, "");
                assert_eq!(response.status(), 400, "{method} {key} {number}");
                assert!(response.text().contains(number), "{}", response.text());
            }
        }
    }
    let headers = [ADMIN, ("x-image-meta-min_ram", "2147483647")];
    assert_eq!(server.send("PUT", image, &headers, "").status(), 200);
}

#[test]
fn glance_v2_refuses_them_as_well() {
    let server = Server::with("docs");
    let image = "/image/v2/images/70a599e0-31e7-49b7-b260-868f441e862b";
    for key in ["min_ram", "min_disk"] {
        for number in ["2147483648", "1e300", "99999999999999999999999"] {
            let body = format!(r#"{{"{key}": {number}}}"#);
            let response = server.send("POST", "/image/v2/images", &[ADMIN, JSON], &body);
            assert_eq!(response.status(), 400, "{body}");
            let body = format!(r#"[{{"op": "replace", "path": "/{key}", "value": {number}}}]"#);
            let response = server.send("PATCH", image, &[ADMIN, PATCH], &body);
            assert_eq!(response.status(), 400, "{body}");
        }
    }
}

/// A filter is no number that is kept: what no image has finds none.
#[test]
fn filters_by_such_numbers_find_nothing() {
    let server = Server::with("docs");
    for number in [
        "2147483648",
        "9223372036854775807",
        "99999999999999999999999",
    ] {
        for target in [
            format!("/v2/p/images?minRam={number}"),
            format!("/v2/p/images?minDisk={number}"),
            format!("/v2.1/p/images?minRam={number}"),
            format!("/v2.1/p/images?minDisk={number}"),
            format!("/image/v2/images?min_ram={number}"),
            format!("/image/v2/images?size={number}"),
            format!("/image/v1/images?min_ram={number}"),
            format!("/image/v1/images?size_min={number}"),
        ] {
            let list = server.get(&target);
            assert_eq!(list.status(), 200, "{target}");
            assert!(super::ids(&list.json()).is_empty(), "{target}");
        }
    }
}

#[test]
fn a_range_of_no_bytes_cannot_be_met() {
    let server = Server::with("docs");
    let octets = ("Content-Type", "application/octet-stream");
    let new = |id: &str, data: &str| {
        let body = format!(r#"{{"id": "{id}", "disk_format": "raw", "container_format": "bare"}}"#);
        let created = server.send("POST", "/image/v2/images", &[ADMIN, JSON], &body);
        assert_eq!(created.status(), 201);
        let file = format!("/image/v2/images/{id}/file");
        let sent = server.send("PUT", &file, &[ADMIN, octets], data);
        assert_eq!(sent.status(), 204, "{}", sent.text());
        file
    };
    let full = new("4d3c1a52-8f2e-4b0a-9a77-0d5bb1f0c001", "0123456789");
    for (range, status) in [("bytes=-0", 416), ("bytes=-00", 416), ("bytes=-1", 206)] {
        let response = server.get_with(&full, &[ADMIN, ("Range", range)]);
        assert_eq!(response.status(), status, "{range}");
    }
    // Ends behind the last byte are clipped, however far they are; beginnings there are none.
    let far = "99999999999999999999999";
    for (header, range, status) in [
        ("Range", format!("bytes=0-{far}"), 206),
        ("Range", format!("bytes=-{far}"), 206),
        ("Range", format!("bytes={far}-"), 416),
        ("Range", format!("bytes={far}-{far}"), 416),
        ("Content-Range", format!("bytes 0-3/{far}"), 206),
        ("Content-Range", format!("bytes 0-{far}/10"), 416),
        ("Content-Range", "bytes +0-3/10".to_owned(), 416),
        ("Content-Range", "bytes 0-3/+10".to_owned(), 416),
    ] {
        let response = server.get_with(&full, &[ADMIN, (header, &range)]);
        assert_eq!(response.status(), status, "{header}: {range}");
        if status == 416 && range.starts_with("bytes=9") {
            assert!(response.text().contains("[0, 9]"), "{}", response.text());
        }
    }
    let empty = new("4d3c1a52-8f2e-4b0a-9a77-0d5bb1f0c002", "");
    for range in ["bytes=-1", "bytes=-0", "bytes=0-"] {
        let response = server.get_with(&empty, &[ADMIN, ("Range", range)]);
        assert_eq!(response.status(), 416, "{range}");
    }
}
