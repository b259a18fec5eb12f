//! Bytes that are no text are refused: what would be stored is not what was sent.

use super::JSON;
use crate::harness::Server;
use serde_json::json;

const ADMIN: (&str, &str) = ("X-Auth-Token", "admin-token");

#[test]
fn paths_of_glance_are_text() {
    let server = Server::with("docs");
    let body = json!({"name": "shared", "visibility": "shared"}).to_string();
    let created = server.send("POST", "/image/v2/images", &[ADMIN, JSON], &body);
    let created = created.json();
    let id = created["id"].as_str().unwrap();
    let v1 = format!("/image/v1/images/{id}");
    let v2 = format!("/image/v2/images/{id}");
    for byte in ["%ff", "%E9", "a%C3", "%c3%28"] {
        for (method, target) in [
            ("PUT", format!("{v2}/tags/{byte}")),
            ("DELETE", format!("{v2}/tags/{byte}")),
            ("GET", format!("{v2}/members/{byte}")),
            ("PUT", format!("{v1}/members/{byte}")),
            ("GET", format!("/image/v2/images/{byte}")),
            ("DELETE", format!("/image/v1/images/{byte}")),
            ("GET", format!("/image/v2/{byte}")),
        ] {
            let answer = server.send(method, &target, &[ADMIN], "");
            assert_eq!(answer.status(), 400, "{method} {target}");
            assert!(
                answer.text().contains("could not be decoded"),
                "{}",
                answer.text()
            );
        }
    }
    let tagged = server.send("PUT", &format!("{v2}/tags/%C3%A9"), &[ADMIN], "");
    assert_eq!(tagged.status(), 204);
    let shown = server.get_with(&v2, &[ADMIN]).json();
    assert_eq!(shown["tags"], json!(["é"]));
    let members = server.get_with(&format!("{v1}/members"), &[ADMIN]).json();
    assert_eq!(members["members"], json!([]));
}

/// Who is not signed in learns nothing but that.
#[test]
fn signing_in_comes_first() {
    let builder = crate::harness::builder().auth(nova_images::AuthMode::Strict);
    let server = Server::start(builder);
    assert_eq!(server.get("/image/v2/images/%ff").status(), 401);
}
