//! No token and no password comes out of a journal.

use super::JSON;
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture};

/// In all tokens and passwords of this test.
const SECRET: &str = "S3CRET";

fn server() -> Server {
    let people = format!(
        r#"{{"projects": [{{"id": "p1", "name": "web"}}],
            "users": [{{"id": "u1", "name": "ada", "password": "{SECRET}-pass",
                       "roles": [{{"project": "web", "role": "admin"}}]}}],
            "tokens": [{{"id": "{SECRET}-token", "user": "ada", "project": "web"}}]}}"#
    );
    let people = Fixture::parse("people", &people).unwrap();
    Server::start(builder().fixture(people).auth(AuthMode::Strict))
}

fn v3(password: &str) -> String {
    format!(
        r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user": {{"name": "ada",
            "domain": {{"id": "default"}}, "password": "{password}"}}}}}},
            "scope": {{"project": {{"name": "web", "domain": {{"id": "default"}}}}}}}}}}"#
    )
}

/// Everything that the journal says, in every form.
fn everything(server: &Server) -> String {
    let mut text = server
        .get("/_control/requests?bodies=true&limit=1000")
        .good();
    let newest = server.emulator().requests().list().len();
    for number in 1..=newest {
        text += &server.get(&format!("/_control/requests/{number}")).good();
    }
    let verify = r#"{"exactly": 0}"#;
    text += &server
        .send("POST", "/_control/requests/verify", &[JSON], verify)
        .text();
    for entry in server.emulator().requests().list() {
        text += &format!("{entry} {entry:?} {:?}", entry.request_body());
        text += &format!("{:?}", entry.answer_body());
    }
    text
}

#[test]
fn no_token_and_no_password_comes_out() {
    let server = server();
    let token = format!("{SECRET}-token");
    let with = |headers: &[(&str, &str)], target: &str| server.get_with(target, headers).status();
    for name in [
        "X-Auth-Token",
        "X-Subject-Token",
        "X-Service-Token",
        "X-Storage-Token",
        "X-Auth-Key",
        "X-Control-Token",
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "My-Token",
    ] {
        _ = with(&[(name, &token)], "/v2.1/images");
    }
    let admin = [("X-Auth-Token", &*token)];
    assert_eq!(with(&admin, "/v2.1/images"), 200);
    assert_eq!(
        with(&[admin[0], ("X-Subject-Token", &*token)], "/v3/auth/tokens"),
        200
    );
    assert_eq!(with(&admin, &format!("/v2.0/tokens/{token}")), 200);
    assert_eq!(
        with(&admin, &format!("/identity/v2.0/tokens/{SECRET}-none")),
        404
    );
    assert_eq!(
        with(
            &admin,
            &format!("/identity/v2.0/tokens/{SECRET}%2Dnone/endpoints")
        ),
        404
    );
    _ = with(&[], &format!("/v2.1/images?token={token}"));
    _ = with(&[], &format!("/v2/x?auth%5Ftoken={token}"));
    // A new token is in a header, and in v2.0 in the body.
    let post = |target: &str, kind: &str, body: &str| {
        server.send("POST", target, &[("Content-Type", kind)], body)
    };
    let json = "application/json";
    let good = post("/v3/auth/tokens", json, &v3(&format!("{SECRET}-pass")));
    assert_eq!(good.status(), 201, "{}", good.text());
    let new = good.header("x-subject-token").unwrap();
    let v2 = format!(
        r#"{{"auth": {{"tenantName": "web", "passwordCredentials": {{"username": "ada", "password": "{SECRET}-pass"}}}}}}"#
    );
    let good = post("/v2.0/tokens", json, &v2);
    assert_eq!(good.status(), 200);
    let other = good.json()["access"]["token"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let xml = format!(
        "<auth xmlns=\"http://docs.openstack.org/identity/api/v2.0\" tenantName=\"web\">\
         <passwordCredentials username=\"ada\" password=\"{SECRET}-pass\"/></auth>"
    );
    let good = server.send(
        "POST",
        "/v2.0/tokens",
        &[
            ("Content-Type", "application/xml"),
            ("Accept", "application/xml"),
        ],
        &xml,
    );
    assert_eq!(good.status(), 200, "{}", good.text());
    assert!(good.text().contains("<token"));
    let third = good.text();
    let third = third
        .split("id=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    for body in [
        &v3(&format!("{SECRET}-wrong")),
        &v2[..v2.len() - 4],
        &v2[..v2.len() - 9],
        &xml[..xml.len() - 20],
        &format!("{{\"auth\": {{\"token\": {{\"id\": \"{token}\"}}}}}}"),
        &format!("{{'auth': {{'password': '{SECRET}'}}}}"),
        &format!("password={SECRET}&user=ada"),
        &v2.chars()
            .flat_map(|letter| [letter, '\0'])
            .collect::<String>(),
    ] {
        for (target, kind) in [
            ("/v3/auth/tokens", json),
            ("/v2.0/tokens", json),
            ("/v2.0/tokens", "application/xml"),
            ("/v2.1/p1/images", json),
        ] {
            _ = post(target, kind, body).status();
        }
    }
    let text = everything(&server);
    assert!(text.len() > 50_000 && text.contains("passwordCredentials"));
    for secret in [SECRET, &new, &other, &third] {
        let place = text.find(secret);
        let near = place.map(|place| &text[place.saturating_sub(300)..place + 50]);
        assert_eq!(near, None);
    }
    // In no order, and by no filter, does it say what a token is.
    let guess = format!("/_control/requests/count?path=/v2.0/tokens/{SECRET}*");
    assert_eq!(server.get(&guess).json()["count"], 0);
}
