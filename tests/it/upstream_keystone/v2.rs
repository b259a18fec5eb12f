//! v2.0, made of v3: field by field as the emulator's own v2.0 has it.

use super::cloud::{Cloud, real, sign_in_body, upstream};
use crate::harness::{Response, Server, builder};
use nova_images::{AuthMode, Fixture};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const XML: (&str, &str) = ("Content-Type", "application/xml");

/// One directory, once with v2.0 of its own and once behind a server that makes it of v3.
struct Pair {
    own: Server,
    cloud: Cloud,
}

impl Pair {
    fn new() -> Self {
        let fixture = || Fixture::named("devcloud").unwrap();
        let own = builder()
            .fixture(fixture())
            .auth(AuthMode::Strict)
            .catalog("image", "http://openstack.example.com/image");
        Self {
            own: Server::start(own),
            cloud: Cloud::of(fixture(), builder()),
        }
    }

    /// Asks both; the answers, in the words of the own one.
    fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> [Response; 2] {
        [&self.own, &self.cloud.front].map(|server| server.send(method, target, headers, body))
    }

    /// What depends on the port, on the moment and on chance is the same on both sides.
    fn text(&self, answer: &Response) -> String {
        let front = self.cloud.front.address().to_string();
        answer
            .text()
            .replace(&front, &self.own.address().to_string())
    }

    /// Both say the same.
    fn assert_same(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) {
        let [own, made] = self.ask(method, target, headers, body);
        let what = format!("{method} {target} {headers:?} {body}");
        assert_eq!(made.status(), own.status(), "{what}: {}", made.text());
        for header in ["content-type", "vary", "www-authenticate"] {
            let shown = |answer: &Response| {
                let text = answer.header(header).unwrap_or_default();
                let front = self.cloud.front.address().to_string();
                text.replace(&front, &self.own.address().to_string())
            };
            assert_eq!(shown(&made), shown(&own), "{what}: {header}");
        }
        let is_json = own.header("content-type").as_deref() == Some("application/json");
        match is_json && !own.text().is_empty() {
            true => assert_eq!(self.plain(&made), self.plain(&own), "{what}"),
            false => assert_eq!(self.plain_xml(&made), self.plain_xml(&own), "{what}"),
        }
    }

    fn plain(&self, answer: &Response) -> Value {
        let mut document: Value = serde_json::from_str(&self.text(answer)).unwrap();
        if let Some(token) = document.pointer_mut("/access/token") {
            token["id"] = json!("ID");
            let ids = token["audit_ids"].as_array().unwrap().len();
            token["audit_ids"] = json!(ids);
        }
        document
    }

    fn plain_xml(&self, answer: &Response) -> String {
        let text = self.text(answer);
        let mut parts = text.split("<token ");
        let mut plain = parts.next().unwrap().to_owned();
        for part in parts {
            let (before, rest) = part.split_once(" id=\"").unwrap();
            let (_, after) = rest.split_once('"').unwrap();
            let (inside, rest) = after.split_once("<audit_ids>").unwrap();
            let (_, rest) = rest.split_once("</audit_ids>").unwrap();
            plain.extend(["<token ", before, inside, rest]);
        }
        plain
    }
}

fn password(user: &str, rest: &str) -> String {
    format!(
        r#"{{"auth": {{"passwordCredentials": {{"username": "{user}", "password": "secret"}}{rest}}}}}"#
    )
}

const ACCEPT_XML: (&str, &str) = ("Accept", "application/xml");

#[test]
fn sign_ins_are_the_same() {
    let pair = Pair::new();
    let demo = "eb0bef0260fa3e457c2b1910c4bdd72c";
    // A reader has no roles but the one that was given.
    for rest in [
        r#", "tenantName": "demo""#,
        &format!(r#", "tenantId": "{demo}""#),
        &format!(r#", "tenantName": "demo", "tenantId": "{demo}""#),
        "",
        r#", "tenantName": """#,
        r#", "tenantName": null"#,
        r#", "tenantName": "web""#,
        r#", "tenantId": "nonsense""#,
        r#", "tenantId": 5"#,
        r#", "token": {"id": "reader-token"}"#,
        r#", "token": {"id": "reader-token"}, "tenantName": "demo""#,
        r#", "token": {"id": "nonsense"}"#,
        r#", "token": {"id": "non sense\n"}"#,
        r#", "token": {}"#,
    ] {
        let body = password("demo_reader", rest);
        pair.assert_same("POST", "/v2.0/tokens", &[JSON], &body);
        pair.assert_same("POST", "/identity/v2.0/tokens", &[JSON, ACCEPT_XML], &body);
    }
    for body in [
        "",
        "{",
        "[]",
        "5",
        r#"{"auth": {}}"#,
        r#"{"auth": {"passwordCredentials": {"username": "demo"}}}"#,
        r#"{"auth": {"passwordCredentials": {"username": "demo", "password": null}}}"#,
        r#"{"auth": {"passwordCredentials": {"username": "demo", "password": "wrong"}}}"#,
        r#"{"auth": {"passwordCredentials": {"username": "nobody", "password": "secret"}}}"#,
        r#"{"auth": {"passwordCredentials": {"userId": "demo_reader", "password": "secret"}}}"#,
        r#"{"auth": {"passwordCredentials": {"username": "demo_reader", "password": "wrong"}, "tenantId": 5}}"#,
    ] {
        pair.assert_same("POST", "/v2.0/tokens", &[JSON], body);
        pair.assert_same(
            "POST",
            "/v2.0/tokens",
            &[JSON, ("X-Auth-Token", "nonsense")],
            body,
        );
    }
    for body in [
        r#"<auth xmlns="http://docs.openstack.org/identity/api/v2.0" tenantName="demo"><passwordCredentials username="demo_reader" password="secret"/></auth>"#,
        r#"<auth><token id="reader-token"/></auth>"#,
        "<auth>",
        "{}",
    ] {
        pair.assert_same("POST", "/v2.0/tokens", &[XML, ACCEPT_XML], body);
        pair.assert_same("POST", "/v2.0/tokens", &[XML], body);
    }
}

#[test]
fn roles_that_others_imply_are_counted() {
    let pair = Pair::new();
    let body = password("demo", r#", "tenantName": "demo""#);
    let [own, made] = pair.ask("POST", "/v2.0/tokens", &[JSON], &body);
    let roles = |answer: &Response| answer.json()["access"]["user"]["roles"].clone();
    assert_eq!(roles(&own), json!([{"name": "member"}]));
    assert_eq!(
        roles(&made),
        json!([{"name": "member"}, {"name": "reader"}])
    );
    let [own, made] = [pair.plain(&own), pair.plain(&made)].map(|mut document| {
        document["access"]["user"]["roles"].take();
        document["access"]["metadata"]["roles"].take();
        document
    });
    assert_eq!(made, own);
}

#[test]
fn tenants_and_documents_are_the_same() {
    let pair = Pair::new();
    for target in [
        "/v2.0/tenants",
        "/v2.0/tenants?limit=1",
        "/v2.0/tenants?limit=x",
        "/v2.0/tenants?marker=eb0bef0260fa3e457c2b1910c4bdd72c",
        "/v2.0/tenants?marker=nonsense",
        "/v2.0",
        "/v2.0/",
        "/v2.0/extensions",
        "/v2.0/nothing",
        "/v2.0/tenants/x",
    ] {
        for token in ["demo-token", "admin-token", "nonsense", ""] {
            let headers = [("X-Auth-Token", token), ACCEPT_XML];
            pair.assert_same("GET", target, &headers, "");
            pair.assert_same("GET", target, &headers[..1], "");
        }
        pair.assert_same("GET", target, &[], "");
        pair.assert_same("PUT", target, &[], "");
    }
}

#[test]
fn administrators_see_tokens_the_same() {
    let pair = Pair::new();
    for (asker, token) in [
        ("admin-token", "reader-token"),
        ("admin-token", "nonsense"),
        ("reader-token", "reader-token"),
        ("demo-token", "nonsense"),
        ("nonsense", "reader-token"),
        ("", "reader-token"),
    ] {
        for rest in [
            "",
            "/endpoints",
            "?belongsTo=eb0bef0260fa3e457c2b1910c4bdd72c",
            "?belongsTo=nonsense",
            "?belongsTo=",
            "/nothing",
        ] {
            let target = format!("/v2.0/tokens/{token}{rest}");
            let headers = [("X-Auth-Token", asker), ACCEPT_XML];
            pair.assert_same("GET", &target, &headers, "");
            pair.assert_same("GET", &target, &headers[..1], "");
            pair.assert_same("HEAD", &target, &headers[..1], "");
        }
    }
    for (asker, token) in [
        ("reader-token", "reader-token"),
        ("admin-token", "nonsense"),
        ("admin-token", "reader-token"),
        ("admin-token", "reader-token"),
        ("reader-token", "reader-token"),
    ] {
        let target = format!("/v2.0/tokens/{token}");
        pair.assert_same("DELETE", &target, &[("X-Auth-Token", asker)], "");
    }
}

#[test]
fn a_token_that_ends_elsewhere_is_known_for_a_minute_at_most() {
    let cloud = Cloud::of(Fixture::named("devcloud").unwrap(), builder());
    let (real, front) = (Server::around(cloud.real), cloud.front);
    let issue = |user: &str| {
        let body = sign_in_body(user, "secret", user);
        let signed_in = real.send("POST", "/v3/auth/tokens", &[JSON], &body);
        signed_in.header("x-subject-token").unwrap()
    };
    let (member, admin) = (issue("demo"), issue("admin"));
    let show = |token: &str| {
        let headers = [("X-Auth-Token", token)];
        front.get_with("/v2.0/tokens/nonsense", &headers).status()
    };
    assert_eq!((show(&member), show(&admin)), (403, 404));
    for token in [&member, &admin] {
        let headers = [("X-Auth-Token", "admin-token"), ("X-Subject-Token", token)];
        let revoked = real.send("DELETE", "/v3/auth/tokens", &headers, "");
        assert_eq!(revoked.status(), 204);
    }
    // That it is no administrator's is known. Of others the real one is asked, which says no.
    assert_eq!((show(&member), show(&admin)), (403, 401));
    let headers = [("X-Auth-Token", &*member)];
    let tenants = front.get_with("/v2.0/tenants", &headers);
    assert_eq!(tenants.status(), 401);
    assert_eq!(show(&member), 401);
    let other = issue("demo");
    assert_eq!(show(&other), 403);
    let headers = [
        ("X-Auth-Token", "admin-token"),
        ("X-Subject-Token", &*other),
    ];
    assert_eq!(
        real.send("DELETE", "/v3/auth/tokens", &headers, "")
            .status(),
        204
    );
    for (seconds, status) in [(59, 403), (1, 401)] {
        let body = format!("{{\"seconds\": {seconds}}}");
        let advanced = front.send("POST", "/_control/clock/advance", &[JSON], &body);
        assert_eq!(advanced.status(), 204);
        assert_eq!(show(&other), status);
    }
}

#[test]
fn all_of_v2_is_in_one_domain() {
    let fixture = r#"{"images": [], "domains": [{"id": "d1", "name": "One"}],
        "projects": [{"id": "p1", "name": "demo", "domain": "d1"}, {"id": "p2", "name": "demo"}],
        "users": [{"id": "u1", "name": "ada", "domain": "d1", "password": "one",
                   "roles": [{"project": "p1", "role": "reader"}, {"project": "p2", "role": "reader"}]},
                  {"id": "u2", "name": "ada", "password": "two",
                   "roles": [{"project": "p2", "role": "reader"}]}]}"#;
    let real = real(Fixture::parse("two domains", fixture).unwrap())
        .start()
        .unwrap();
    let mut config = upstream(&real);
    config.domain = "d1".to_owned();
    let front = Server::start(builder().upstream(config));
    let sign_in = |password: &str| {
        let body = format!(
            r#"{{"auth": {{"tenantName": "demo", "passwordCredentials": {{"username": "ada", "password": "{password}"}}}}}}"#
        );
        front.send("POST", "/v2.0/tokens", &[JSON], &body)
    };
    assert_eq!(sign_in("two").status(), 401);
    let signed_in = sign_in("one").json();
    assert_eq!(signed_in["access"]["token"]["tenant"]["id"], "p1");
    let token = signed_in["access"]["token"]["id"].as_str().unwrap();
    let tenants = front
        .get_with("/v2.0/tenants", &[("X-Auth-Token", token)])
        .json();
    let ids: Vec<_> = tenants["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["p1"]);
}
