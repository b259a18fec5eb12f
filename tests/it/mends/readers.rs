//! Who only reads is told so, by every API and whatever it wants to write.

use super::JSON;
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture};
use serde_json::json;

#[test]
fn a_reader_is_refused_by_its_role() {
    let image = "11111111-2222-4333-8444-555555555555";
    let public = "11111111-2222-4333-8444-666666666666";
    let shared = "11111111-2222-4333-8444-777777777777";
    let one = |id: &str, visibility: &str, owner: &str| {
        json!({"id": id, "visibility": visibility, "owner": owner,
               "container_format": "bare", "disk_format": "raw",
               "created_at": "2025-01-01T00:00:00Z"})
    };
    let text = json!({
        "images": [
            one(image, "private", "p"), one(public, "public", "p"), one(shared, "shared", "q"),
        ],
        "members": {shared: [{"member_id": "p", "status": "accepted", "can_share": true}]},
        "projects": [{"id": "p", "name": "p"}, {"id": "q", "name": "q"}],
        "users": [{"name": "r", "roles": [{"project": "p", "role": "reader"}]}],
        "tokens": [{"id": "reader-token", "user": "r", "project": "p"}],
    });
    let fixture = Fixture::parse("readers", &text.to_string()).unwrap();
    let server = Server::start(builder().fixture(fixture).auth(AuthMode::Strict));
    let token = ("X-Auth-Token", "reader-token");
    for id in [image, public] {
        let v1 = format!("/image/v1/images/{id}");
        let v2 = format!("/image/v2/images/{id}");
        let patch = (
            "Content-Type",
            "application/openstack-images-v2.1-json-patch",
        );
        for (method, target, headers, body) in [
            ("PUT", v1.clone(), vec![("x-image-meta-name", "x")], ""),
            ("DELETE", v1.clone(), vec![], ""),
            ("PUT", format!("{v1}/members/q"), vec![], ""),
            ("DELETE", v2.clone(), vec![], ""),
            (
                "PATCH",
                v2.clone(),
                vec![patch],
                r#"[{"op": "add", "path": "/a", "value": "b"}]"#,
            ),
            ("DELETE", format!("/v2/p/images/{id}"), vec![], ""),
            (
                "PUT",
                format!("/v2.1/p/images/{id}/metadata/k"),
                vec![JSON],
                r#"{"meta": {"k": "v"}}"#,
            ),
        ] {
            let headers: Vec<_> = headers.into_iter().chain([token]).collect();
            let response = server.send(method, &target, &headers, body);
            assert_eq!(
                response.status(),
                403,
                "{method} {target}: {}",
                response.text()
            );
        }
    }
    let pass_on = format!("/image/v1/images/{shared}/members/z");
    assert_eq!(server.send("PUT", &pass_on, &[token], "").status(), 403);
    let unseen = "/image/v1/images/11111111-2222-4333-8444-000000000000";
    assert_eq!(server.send("DELETE", unseen, &[token], "").status(), 404);
}
