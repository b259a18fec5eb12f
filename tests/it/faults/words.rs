//! An error on demand is worded by the service that it is asked of, in the form that the request wants.

use super::{ASKED, Headers, JSON, LIST, MARK, NONE, XML, add, clear, with};
use crate::harness::{Server, builder};
use nova_images::{Fixture, Profile};
use serde_json::json;

#[test]
fn a_message_is_said_by_every_service() {
    let server = with(&[json!({"status": 503, "message": "Back <soon>.", "retry_after": 7})]);
    for (_, target, headers) in ASKED {
        let answer = server.get_with(target, headers);
        assert_eq!(answer.status(), 503, "{target}");
        assert_eq!(answer.header(MARK).as_deref(), Some("1"), "{target}");
        assert_eq!(
            answer.header("retry-after").as_deref(),
            Some("7"),
            "{target}"
        );
        let text = answer.text();
        // Glance's plain text has no tags, and no text that looks like one.
        let said = ["Back <soon>.", "Back &lt;soon&gt;.", "Back ."];
        assert!(
            said.iter().any(|said| text.contains(said)),
            "{target}: {text}"
        );
        let kind = answer.header("content-type").unwrap();
        assert_eq!(kind.contains("xml"), headers == XML, "{target}: {kind}");
    }
}

/// A status, a request, and what it is answered with when nobody says a message.
const OWN: &[(u16, &str, Headers, &str)] = &[
    (
        503,
        LIST,
        NONE,
        r#"{"serviceUnavailable": {"message": "The server is currently unavailable. Please try again at a later time.", "code": 503}}"#,
    ),
    (
        503,
        LIST,
        XML,
        "<message>The server is currently unavailable. Please try again at a later time.</message>",
    ),
    (
        404,
        "/v2.1/images",
        NONE,
        r#"{"itemNotFound": {"code": 404, "message": "The resource could not be found."}}"#,
    ),
    (500, LIST, NONE, r#"{"computeFault": {"message": "#),
    (500, "/v2.1/images", NONE, "Unexpected API Error."),
    (401, LIST, NONE, "Authentication required"),
    (
        401,
        "/v2.1/images",
        NONE,
        r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#,
    ),
    (
        401,
        "/v3/projects",
        NONE,
        r#"{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}"#,
    ),
    (
        503,
        "/v3/projects",
        NONE,
        "The service is currently unavailable. Try again later.",
    ),
    (
        500,
        "/v2.0/tenants",
        XML,
        "An unexpected error prevented the server from fulfilling your request.",
    ),
    (
        401,
        "/image/v2/images",
        NONE,
        "This server could not verify that you are authorized to access the document you requested.",
    ),
    (502, "/image/v2/images", NONE, "Bad gateway."),
    (
        401,
        "/api/openstack-images/",
        NONE,
        r#"{"detail":"Token has expired."}"#,
    ),
    (
        429,
        "/api/openstack-images/",
        NONE,
        r#"{"detail":"Request was throttled."}"#,
    ),
    (
        503,
        "/api/nothing/",
        NONE,
        "<h1>Service Unavailable (503)</h1>",
    ),
    (404, "/api/nothing/", NONE, "<h1>Not Found</h1>"),
    (503, "/v3/nothing", NONE, r#""code": 503"#),
    (503, "/image/nothing", NONE, "503 Service Unavailable"),
    (503, "/v2/openstack/nothing", NONE, r#""code": 503"#),
    (418, LIST, NONE, r#""message": "I'm a teapot", "code": 418"#),
];

#[test]
fn without_a_message_each_says_its_own() {
    let server = with(&[]);
    for (status, target, headers, expected) in OWN {
        add(&server, &json!({"status": status}));
        let answer = server.get_with(target, headers);
        assert_eq!(answer.status(), *status, "{target}");
        let text = answer.text();
        assert!(text.contains(expected), "{status} {target}: {text}");
        let is_challenged = answer.header("www-authenticate").is_some();
        assert_eq!(is_challenged, *status == 401, "{status} {target}");
        clear(&server);
    }
}

#[test]
fn a_limit_is_told_as_nova_tells_its_own() {
    let builder = builder().fixture(Fixture::docs().unwrap());
    let limited = Server::start(builder.profile(Profile::Juno).rate_limit(1));
    for headers in [NONE, XML] {
        // The first one fills the bucket.
        let answers = [0, 1].map(|_| limited.get_with(LIST, headers));
        let real = &answers[1];
        assert_eq!(real.status(), 429);
        let seconds: u32 = real.header("retry-after").unwrap().parse().unwrap();
        add(
            &limited,
            &json!({"facade": "nova", "status": 429, "retry_after": seconds}),
        );
        let told = limited.get_with(LIST, headers);
        assert_eq!((told.status(), told.text()), (429, real.text()));
        assert_eq!(told.header("retry-after"), real.header("retry-after"));
        assert_eq!(told.header("content-type"), real.header("content-type"));
        clear(&limited);
    }
}

/// A refused request is not carried out, and its body is read past.
#[test]
fn nothing_is_done_unless_it_is_to_be() {
    let colour = format!("/v2/openstack/images/{}/metadata/colour", super::IMAGE);
    for apply in [false, true] {
        let server = with(&[json!({
            "operation": "nova.image_metadata.update", "status": 500, "apply": apply, "count": 1,
        })]);
        assert_eq!(super::paint(&server, "", "red").status(), 500);
        assert_eq!(server.get(&colour).status(), if apply { 200 } else { 404 });
        assert_eq!(super::paint(&server, "", "red").status(), 200);
    }
    // Glance uploads are streams.
    let server = Server::with("docs");
    let image = r#"{"disk_format": "raw", "container_format": "bare"}"#;
    let made = server
        .send("POST", "/image/v2/images", super::ADMIN, image)
        .json();
    let file = format!("/image/v2/images/{}/file", made["id"].as_str().unwrap());
    add(
        &server,
        &json!({"operation": "glance.images.upload", "status": 503, "apply": true, "count": 1}),
    );
    let octets = [
        ("Content-Type", "application/octet-stream"),
        ("X-Auth-Token", "admin-token"),
    ];
    assert_eq!(server.send("PUT", &file, &octets, "data").status(), 503);
    assert_eq!(server.get_with(&file, &octets).good(), "data");
}

#[test]
fn the_control_api_never_fails() {
    let server = with(&[json!({"status": 503}), json!({"path": "*", "reset": true})]);
    for path in [
        "/_control/health/live",
        "/_control/health/ready",
        "/_control/clock",
        "/_control/faults",
        "/_control/openapi.json",
    ] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status(), answer.header(MARK)),
            (200, None),
            "{path}"
        );
    }
    let reset = server.send("POST", "/_control/reset", JSON, "");
    assert_eq!(reset.status(), 204);
    assert_eq!(server.get(LIST).status(), 200);
}
