//! A real Keystone that is not there, does not answer, or answers nonsense.

use super::cloud::sign_in_body;
use super::stub::{Act, Stub, json};
use crate::harness::{Response, Server, builder};
use nova_images::UpstreamConfig;
use std::net::TcpListener;
use std::time::Duration;

const JSON: (&str, &str) = ("Content-Type", "application/json");

const V2_BODY: &str = r#"{"auth": {"passwordCredentials": {"username": "a", "password": "b"}}}"#;

fn in_front_of(url: &str) -> Server {
    waiting(url, Duration::from_secs(20))
}

/// In front of a service whose answers have to begin so soon.
fn waiting(url: &str, limit: Duration) -> Server {
    let mut config = UpstreamConfig::new("http://127.0.0.1:1", url);
    config.first_byte_timeout = limit;
    Server::start(builder().upstream(config))
}

/// Signs in by both versions; what each is answered with, in its own form.
fn refused(front: &Server, status: u16) {
    let v3 = front.send(
        "POST",
        "/v3/auth/tokens",
        &[JSON],
        &sign_in_body("a", "b", "c"),
    );
    let v2 = front.send("POST", "/v2.0/tokens", &[JSON], V2_BODY);
    for answer in [&v3, &v2] {
        assert_eq!(answer.status(), status, "{}", answer.text());
        assert_eq!(answer.json()["error"]["code"], status);
        let message = answer.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        // Nobody is told where it stands.
        assert!(
            message.starts_with("The identity service behind"),
            "{message}"
        );
    }
    let xml = [JSON, ("Accept", "application/xml")];
    let answer = front.send("POST", "/v2.0/tokens", &xml, V2_BODY);
    let text = answer.text();
    assert!(text.contains(&format!("code=\"{status}\"")), "{text}");
}

/// Whether it serves what is asked of this server alone.
fn lives(front: &Server) {
    assert_eq!(front.get("/v2.0").status(), 200);
    assert_eq!(front.get("/_control/health/ready").status(), 200);
}

#[test]
fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let front = in_front_of(&url);
    refused(&front, 503);
    let tenants = front.get_with("/v2.0/tenants", &[("X-Auth-Token", "t")]);
    assert_eq!(tenants.status(), 503);
    lives(&front);
}

#[test]
fn it_says_nothing() {
    let stub = Stub::of(|_| Act::Hold);
    let front = waiting(&stub.url(), Duration::from_millis(200));
    refused(&front, 504);
    let tenants = front.get_with("/v2.0/tenants", &[("X-Auth-Token", "t")]);
    assert_eq!(tenants.status(), 504);
    lives(&front);
}

#[test]
fn it_speaks_something_else() {
    for said in [
        "SSH-2.0-OpenSSH_9.9\r\n".to_owned(),
        String::new(),
        json("201 Created", "X-Subject-Token: t\r\n", "{\"token\": "),
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{}"
            .to_owned(),
    ] {
        let stub = Stub::of(move |_| Act::Say(said.clone()));
        let front = in_front_of(&stub.url());
        refused(&front, 502);
        lives(&front);
    }
}

/// Answers of v3 that v2.0 can make nothing of.
#[test]
fn its_documents_lack_something() {
    for (headers, body) in [
        ("", r#"{"token": {}}"#),
        ("X-Subject-Token: t\r\n", "{}"),
        ("X-Subject-Token: t\r\n", "[]"),
        ("X-Subject-Token: t\r\n", r#"{"token": {"user": 5}}"#),
    ] {
        let said = json("201 Created", headers, body);
        let stub = Stub::of(move |_| Act::Say(said.clone()));
        let front = in_front_of(&stub.url());
        let answer = front.send("POST", "/v2.0/tokens", &[JSON], V2_BODY);
        assert_eq!(answer.status(), 502, "{body}: {}", answer.text());
    }
}

#[test]
fn its_own_errors_are_passed_on() {
    for (status, code) in [
        ("500 Internal Server Error", 502),
        ("503 Service Unavailable", 503),
    ] {
        let said = json(
            status,
            "Retry-After: 0\r\n",
            r#"{"error": {"code": 5, "message": "of mine", "title": "x"}}"#,
        );
        let stub = Stub::of(move |_| Act::Say(said.clone()));
        let front = in_front_of(&stub.url());
        let v3 = front.get("/v3/users");
        assert_eq!(
            format!("{} of mine", v3.status()),
            format!(
                "{} {}",
                &status[..3],
                v3.json()["error"]["message"].as_str().unwrap()
            )
        );
        let v2 = front.send("POST", "/v2.0/tokens", &[JSON], V2_BODY);
        assert_eq!(v2.status(), code);
    }
    let page = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
    let stub = Stub::of(move |_| Act::Say(page.to_owned()));
    let front = in_front_of(&stub.url());
    let v3 = front.get("/v3");
    assert_eq!((v3.status(), v3.text()), (502, "<html>".to_owned()));
    assert_eq!(v3.header("content-type").as_deref(), Some("text/html"));
}

fn v2_of(said: String) -> Response {
    let stub = Stub::of(move |_| Act::Say(said.clone()));
    in_front_of(&stub.url()).send("POST", "/v2.0/tokens", &[JSON], V2_BODY)
}

#[test]
fn what_it_says_no_with_is_v2s() {
    let error = |message: &str| {
        format!(r#"{{"error": {{"code": 1, "message": "{message}", "title": "t"}}}}"#)
    };
    for (status, message, code, told) in [
        (
            "401 Unauthorized",
            "x",
            401,
            "The request you have made requires authentication.",
        ),
        (
            "404 Not Found",
            "x",
            401,
            "The request you have made requires authentication.",
        ),
        (
            "403 Forbidden",
            "x",
            401,
            "The request you have made requires authentication.",
        ),
        ("400 Bad Request", "Too long.", 400, "Too long."),
        ("429 Too Many Requests", "Slowly.", 429, "Slowly."),
    ] {
        let answer = v2_of(json(status, "", &error(message)));
        assert_eq!(answer.status(), code, "{status}");
        assert_eq!(answer.json()["error"]["message"], told, "{status}");
    }
    let answer = v2_of(json("413 Content Too Large", "", "<html>"));
    assert_eq!(answer.status(), 413);
}

/// Clouds differ in what their documents have: the Open Telekom Cloud's tokens have no audit ids.
#[test]
fn what_some_clouds_leave_out_is_no_fault() {
    let stub = Stub::of(|asked| {
        let is_sign_in = asked.head.starts_with("POST /v3/auth/tokens ");
        Act::Say(match is_sign_in {
            true => json(
                "201 Created",
                "X-Subject-Token: T\r\n",
                r#"{"token": {"methods": ["password"],
                "user": {"id": "u", "name": "ada", "domain": {"id": "d", "name": "D"}},
                "project": {"id": "p", "name": "demo", "domain": {"id": "d", "name": "D"}},
                "issued_at": "2026-01-01T12:00:00.123456Z", "expires_at": "2026-01-02T12:00:00.000000Z",
                "roles": [{"id": "0", "name": "member"}],
                "catalog": [
                    {"type": "compute", "name": "nova", "id": "1", "endpoints": [
                        {"id": "i", "interface": "internal", "region": "A", "url": "http://n:8774/v2.1/p"},
                        {"id": "j", "interface": "public", "region": "B", "url": "http://m:8774/v2.1/p"}]},
                    {"type": "identity", "id": "2", "endpoints": []},
                    {"type": "volumev3", "name": "cinder", "id": "3", "endpoints": [
                        {"id": "v", "interface": "public", "region_id": "A", "url": "http://c/v3/p"}]}]}}"#,
            ),
            // Nobody may see the project.
            false => json("403 Forbidden", "", "{}"),
        })
    });
    let front = in_front_of(&stub.url());
    let here = front.emulator().url();
    let access = front.send("POST", "/v2.0/tokens", &[JSON], V2_BODY).json()["access"].take();
    assert_eq!(access["token"]["id"], "T");
    assert_eq!(access["token"]["issued_at"], "2026-01-01T12:00:00.123456");
    assert_eq!(access["token"]["expires"], "2026-01-02T12:00:00Z");
    assert_eq!(access["token"]["audit_ids"], serde_json::json!([]));
    let tenant = serde_json::json!({"id": "p", "name": "demo", "description": "", "enabled": true});
    assert_eq!(access["token"]["tenant"], tenant);
    let expected = serde_json::json!([
        {"type": "compute", "name": "nova", "endpoints_links": [], "endpoints": [
            {"id": "i", "region": "A", "publicURL": "", "internalURL": format!("{here}/v2/p")},
            {"id": "j", "region": "B", "publicURL": format!("{here}/v2/p")}]},
        {"type": "volumev3", "name": "cinder", "endpoints_links": [], "endpoints": [
            {"id": "v", "region": "A", "publicURL": "http://c/v3/p"}]},
    ]);
    assert_eq!(access["serviceCatalog"], expected);
}
