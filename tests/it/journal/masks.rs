//! No token and no password comes out of a journal.

use super::JSON;
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture};
use std::fmt::Write as _;

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
        let (sent, got) = (entry.request_body(), entry.answer_body());
        write!(text, "{entry} {entry:?} {sent:?} {got:?}").unwrap();
    }
    text
}

fn v2() -> String {
    let credentials = format!(r#"{{"username": "ada", "password": "{SECRET}-pass"}}"#);
    format!(r#"{{"auth": {{"tenantName": "web", "passwordCredentials": {credentials}}}}}"#)
}

fn v2_xml() -> String {
    format!(
        "<auth xmlns=\"http://docs.openstack.org/identity/api/v2.0\" tenantName=\"web\">\
         <passwordCredentials username=\"ada\" password=\"{SECRET}-pass\"/></auth>"
    )
}

/// Tokens in headers, in paths and in queries.
fn show_tokens(server: &Server) {
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
    let subject = [admin[0], ("X-Subject-Token", &*token)];
    assert_eq!(with(&admin, "/v2.1/images"), 200);
    assert_eq!(with(&subject, "/v3/auth/tokens"), 200);
    assert_eq!(with(&admin, &format!("/v2.0/tokens/{token}")), 200);
    let none = format!("/identity/v2.0/tokens/{SECRET}");
    assert_eq!(with(&admin, &format!("{none}-none")), 404);
    assert_eq!(with(&admin, &format!("{none}%2Dnone/endpoints")), 404);
    _ = with(&[], &format!("/v2.1/images?token={token}"));
    _ = with(&[], &format!("/v2/x?auth%5Ftoken={token}"));
}

/// Signs in in every way, and gives the tokens.
fn sign_in(server: &Server) -> [String; 3] {
    let json = [JSON];
    let password = v3(&format!("{SECRET}-pass"));
    let answer = server.send("POST", "/v3/auth/tokens", &json, &password);
    assert_eq!(answer.status(), 201, "{}", answer.text());
    let in_header = answer.header("x-subject-token").unwrap();
    let answer = server.send("POST", "/v2.0/tokens", &json, &v2()).json();
    let in_json = answer["access"]["token"]["id"].as_str().unwrap();
    let xml = ["Content-Type", "Accept"].map(|name| (name, "application/xml"));
    let answer = server.send("POST", "/v2.0/tokens", &xml, &v2_xml()).good();
    let (_, token) = answer.split_once("<token").unwrap();
    let (_, token) = token.split_once("id=\"").unwrap();
    let (in_xml, _) = token.split_once('"').unwrap();
    [in_header, in_json.to_owned(), in_xml.to_owned()]
}

/// Sends what is refused, and what nobody can read.
fn send_nonsense(server: &Server) {
    let (v2, xml) = (v2(), v2_xml());
    let (as_list, as_object) = (
        format!("[\"{SECRET}\"]"),
        format!("{{\"a\": [\"{SECRET}\"]}}"),
    );
    let text = format!("\"{SECRET}-pass\"");
    let method = |method: &str, value: &str| {
        format!(
            r#"{{"auth": {{"identity": {{"methods": ["{method}"], "{method}": {{"id": "x", {value}}}}}}}}}"#
        )
    };
    for body in [
        // What is wrong with them is said, and what they are.
        &v3(&format!("{SECRET}-pass")).replace(&text, &as_list),
        &v3(&format!("{SECRET}-pass")).replace(&text, &as_object),
        &v2.replace(&text, &as_list),
        &method("application_credential", &format!("\"secret\": {as_list}")),
        &method("token", &format!("\"id\": {as_list}")),
        &method("token", &format!("\"id\": {as_object}")),
        &format!("{{\"auth\": {{\"token\": {{\"id\": {as_list}}}}}}}"),
        &v3(&format!("{SECRET}-wrong")),
        &v2[..v2.len() - 4],
        &v2[..v2.len() - 9],
        &xml[..xml.len() - 20],
        &format!("{{\"auth\": {{\"token\": {{\"id\": \"{SECRET}\"}}}}}}"),
        &format!("{{'auth': {{'password': '{SECRET}'}}}}"),
        &format!("password={SECRET}&user=ada"),
        &v2.chars()
            .flat_map(|letter| [letter, '\0'])
            .collect::<String>(),
    ] {
        for (target, kind) in [
            ("/v3/auth/tokens", "application/json"),
            ("/v2.0/tokens", "application/json"),
            ("/v2.0/tokens", "application/xml"),
            ("/v2.1/p1/images", "application/json"),
        ] {
            let answer = server.send("POST", target, &[("Content-Type", kind)], body);
            assert!(answer.status() >= 400);
        }
    }
}

#[test]
fn no_token_and_no_password_comes_out() {
    let server = server();
    show_tokens(&server);
    let tokens = sign_in(&server);
    send_nonsense(&server);
    let text = everything(&server);
    assert!(text.len() > 50_000 && text.contains("passwordCredentials"));
    for secret in tokens.iter().map(String::as_str).chain([SECRET]) {
        let place = text.find(secret);
        let near = place.map(|place| &text[place.saturating_sub(300)..place + 50]);
        assert_eq!(near, None);
    }
    // No filter says what a token is, either.
    let guess = format!("/_control/requests/count?path=/v2.0/tokens/{SECRET}*");
    assert_eq!(server.get(&guess).json()["count"], 0);
}
