//! API v3 as it is passed on.

use super::cloud::{Cloud, ask_at, real, sign_in_body};
use super::stub::{Act, Stub, json};
use crate::golden::client::Answer;
use crate::harness::{Response, Server, builder};
use nova_images::{EmulatorBuilder, Fixture, UpstreamConfig};
use serde_json::Value;

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn cloud(front: EmulatorBuilder) -> Cloud {
    Cloud::of(Fixture::named("devcloud").unwrap(), front)
}

fn sign_in(server: &Server, user: &str, project: &str) -> Response {
    let body = sign_in_body(user, "secret", project);
    server.send("POST", "/v3/auth/tokens", &[JSON], &body)
}

fn in_front_of(url: &str) -> Server {
    Server::start(builder().upstream(UpstreamConfig::new("http://127.0.0.1:1", url)))
}

/// The public URL of a service in a catalogue.
fn url_of<'c>(catalog: &'c Value, kind: &str) -> &'c str {
    let mut services = catalog.as_array().unwrap().iter();
    let service = services.find(|service| service["type"] == kind).unwrap();
    let mut endpoints = service["endpoints"].as_array().unwrap().iter();
    let public = endpoints.find(|endpoint| endpoint["interface"] == "public");
    public.unwrap()["url"].as_str().unwrap()
}

#[test]
fn a_sign_in_leads_here_for_keystone_and_nova() {
    let cloud = cloud(builder());
    let answer = sign_in(&cloud.front, "demo", "demo");
    assert_eq!(answer.status(), 201);
    let token = answer.header("x-subject-token").unwrap();
    let project = answer.json()["token"]["project"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let here = cloud.front.emulator().url();
    let headers = [("X-Auth-Token", &*token), ("X-Subject-Token", &*token)];
    let shown = cloud
        .front
        .get_with("/identity/v3/auth/tokens", &headers)
        .json();
    let listed = cloud.front.get_with("/v3/auth/catalog", &headers).json();
    for catalog in [
        &answer.json()["token"]["catalog"],
        &shown["token"]["catalog"],
        &listed["catalog"],
    ] {
        assert_eq!(url_of(catalog, "identity"), format!("{here}/identity/v3"));
        assert_eq!(url_of(catalog, "compute"), format!("{here}/v2.1/{project}"));
        assert_eq!(
            url_of(catalog, "image"),
            "http://openstack.example.com/image"
        );
    }
    assert_eq!(listed["links"]["self"], format!("{here}/v3/auth/catalog"));
    // It is the real one's token.
    let direct = ask_at(
        cloud.real.address(),
        "GET",
        "/v3/auth/projects",
        &headers,
        "",
    );
    assert_eq!(direct.status, 200);
}

#[test]
fn links_and_challenges_name_this_server() {
    let cloud = cloud(builder().public_url("https://old.example.org/cloud"));
    let base = "https://old.example.org/cloud";
    let root = cloud.front.get("/identity");
    assert_eq!(root.status(), 300);
    assert_eq!(
        root.header("location").unwrap(),
        format!("{base}/identity/v3/")
    );
    let values = root.json()["versions"]["values"].clone();
    assert_eq!(
        values[0]["links"][0]["href"],
        format!("{base}/identity/v3/")
    );
    assert_eq!(values[1]["id"], "v2.0");
    assert_eq!(values[1]["links"][0]["href"], format!("{base}/v2.0/"));
    let version = cloud.front.get("/v3/").json();
    assert_eq!(
        version["version"]["links"][0]["href"],
        format!("{base}/v3/")
    );
    let wrong = sign_in_body("demo", "wrong", "demo");
    let wrong = cloud
        .front
        .send("POST", "/identity/v3/auth/tokens", &[JSON], &wrong);
    assert_eq!(wrong.status(), 401);
    let challenge = wrong.header("www-authenticate").unwrap();
    assert_eq!(challenge, format!("Keystone uri=\"{base}/identity/v3\""));
    let headers = [("X-Auth-Token", "demo-token")];
    let projects = cloud.front.get_with("/v3/auth/projects", &headers).json();
    let id = projects["projects"][0]["id"].as_str().unwrap();
    assert_eq!(
        projects["projects"][0]["links"]["self"],
        format!("{base}/v3/projects/{id}")
    );
}

#[test]
fn an_administrator_sees_endpoints_that_lead_here() {
    let cloud = cloud(builder());
    let here = cloud.front.emulator().url();
    let headers = [("X-Auth-Token", "admin-token")];
    let list = cloud.front.get_with("/v3/endpoints", &headers).json();
    let services = cloud.front.get_with("/v3/services", &headers).json();
    let id_of = |kind: &str| {
        let mut services = services["services"].as_array().unwrap().iter();
        services.find(|service| service["type"] == kind).unwrap()["id"].clone()
    };
    let endpoints = list["endpoints"].as_array().unwrap();
    let of = |kind: &str| {
        endpoints
            .iter()
            .find(|one| one["service_id"] == id_of(kind))
            .unwrap()
    };
    assert_eq!(of("compute")["url"], format!("{here}/v2.1/$(project_id)s"));
    assert_eq!(of("identity")["url"], format!("{here}/identity/v3"));
    assert_eq!(of("image")["url"], "http://openstack.example.com/image");
    let path = format!("/v3/endpoints/{}", of("compute")["id"].as_str().unwrap());
    let one = cloud.front.get_with(&path, &headers).json();
    assert_eq!(
        one["endpoint"]["url"],
        format!("{here}/v2.1/$(project_id)s")
    );
    assert_eq!(one["endpoint"]["links"]["self"], format!("{here}{path}"));
}

#[test]
fn another_regions_services_stay_where_they_are() {
    let cloud = cloud(builder().region("Elsewhere"));
    let real = cloud.real.url();
    let answer = sign_in(&cloud.front, "demo", "demo").json();
    let catalog = &answer["token"]["catalog"];
    assert!(url_of(catalog, "compute").starts_with(&real));
    assert_eq!(url_of(catalog, "identity"), format!("{real}/identity/v3"));
}

#[test]
fn a_listener_of_its_own_is_passed_on_as_well() {
    let cloud = cloud(builder().identity_listen("127.0.0.1:0"));
    let own = cloud.front.emulator().identity_url();
    let front = cloud.front.emulator();
    let body = sign_in_body("demo", "secret", "demo");
    let address = front.identity_address().unwrap();
    let body_of = |answer: Answer| -> Value { serde_json::from_slice(&answer.body).unwrap() };
    let root = body_of(ask_at(address, "GET", "/", &[], ""));
    assert_eq!(
        root["versions"]["values"][0]["links"][0]["href"],
        format!("{own}/v3/")
    );
    let answer = body_of(ask_at(address, "POST", "/v3/auth/tokens", &[JSON], &body));
    let catalog = &answer["token"]["catalog"];
    assert_eq!(
        url_of(catalog, "identity"),
        format!("{}/identity/v3", front.url())
    );
}

#[test]
fn a_revoked_token_is_forgotten_at_once() {
    let cloud = cloud(builder());
    let answer = sign_in(&cloud.front, "admin", "admin");
    let token = answer.header("x-subject-token").unwrap();
    let headers = [("X-Auth-Token", &*token), ("X-Subject-Token", &*token)];
    let show = format!("/v2.0/tokens/{token}");
    assert_eq!(cloud.front.get_with(&show, &headers).status(), 200);
    let revoked = cloud.front.send("DELETE", "/v3/auth/tokens", &headers, "");
    assert_eq!(revoked.status(), 204);
    assert_eq!(cloud.front.get_with(&show, &headers).status(), 401);
}

#[test]
fn only_what_is_for_keystone_is_passed_on() {
    let stub = Stub::of(|_| {
        Act::Say(json(
            "200 OK",
            "Connection: X-Hop\r\nX-Hop: 1\r\nX-Kept: 2\r\n",
            "{}",
        ))
    });
    let keystone = format!("{}/identity/v3", stub.url());
    let front = in_front_of(&keystone);
    let headers = [
        ("X-Auth-Token", "t"),
        ("Connection", "keep-alive, X-Own"),
        ("X-Own", "1"),
        ("X-Forwarded-Host", "evil.example.org"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("Accept-Encoding", "gzip"),
        ("OpenStack-Something", "kept"),
        ("Content-Type", "application/json"),
    ];
    let answer = front.send(
        "PATCH",
        "/identity//v3/users/a%20b?x=%2F",
        &headers,
        "{\"user\": {}}",
    );
    assert_eq!(
        (answer.status(), answer.header("x-kept")),
        (200, Some("2".to_owned()))
    );
    assert_eq!(answer.header("x-hop"), None);
    let asked = stub.asked();
    let [asked] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    let head = asked.head.to_ascii_lowercase();
    assert!(
        head.starts_with("patch /identity//v3/users/a%20b?x=%2f http/1.1\r\n"),
        "{head}"
    );
    assert_eq!(asked.body, "{\"user\": {}}");
    for kept in [
        "x-auth-token: t",
        "x-forwarded-for: 10.0.0.1",
        "openstack-something: kept",
        "content-type: application/json",
    ] {
        assert!(head.contains(&format!("{kept}\r\n")), "{kept}: {head}");
    }
    assert!(
        head.contains(&format!("host: {}\r\n", stub.address)),
        "{head}"
    );
    for left in ["x-own", "x-forwarded-host", "accept-encoding", "evil"] {
        assert!(!head.contains(left), "{left}: {head}");
    }
}

#[test]
fn paths_that_climb_are_not_passed_on() {
    let stub = Stub::of(|_| Act::Say(json("200 OK", "", "{}")));
    let keystone = format!("{}/identity/v3", stub.url());
    let front = in_front_of(&keystone);
    for climbing in [
        "/identity/../compute/v2.1",
        "/v3/%2e%2E/x",
        "/v3/a%2F..%2F..%2Fx",
    ] {
        assert_eq!(front.get(climbing).status(), 404, "{climbing}");
    }
    assert!(stub.asked().is_empty());
}

#[test]
fn a_real_keystone_at_another_name_is_led_here_as_well() {
    // What it says of itself need not be how it is reached.
    let stub = Stub::of(|_| {
        let body = r#"{"project": {"id": "p", "links": {"self": "https://public.example.org:5000/v3/projects/p"}}}"#;
        let location = "Location: https://public.example.org:5000/v3/projects/p\r\n";
        Act::Say(json("201 Created", location, body))
    });
    let front = in_front_of(&stub.url());
    let here = front.emulator().url();
    let answer = front.send("POST", "/v3/projects", &[JSON], "{}");
    assert_eq!(
        answer.header("location").unwrap(),
        format!("{here}/v3/projects/p")
    );
    assert_eq!(
        answer.json()["project"]["links"]["self"],
        format!("{here}/v3/projects/p")
    );
}

#[test]
fn a_browser_is_sent_to_its_identity_provider() {
    let stub = Stub::of(|_| {
        let location = "Location: https://idp.example.org/v3/login?next=1\r\n";
        Act::Say(json("302 Found", location, ""))
    });
    let front = in_front_of(&stub.url());
    let answer = front.get("/v3/auth/OS-FEDERATION/websso/openid?origin=x");
    assert_eq!(
        answer.header("location").unwrap(),
        "https://idp.example.org/v3/login?next=1"
    );
}

#[test]
fn a_body_that_is_too_long_is_refused_here() {
    let cloud = Cloud::around(real(Fixture::default()).start().unwrap(), builder());
    let body = format!("{{\"auth\": \"{}\"}}", "x".repeat(200_000));
    let answer = cloud.front.send("POST", "/v3/auth/tokens", &[JSON], &body);
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.json()["error"]["code"], 413);
}
