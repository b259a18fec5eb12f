//! Waldur's users, tokens and counts, and inputs that nobody recorded.

use crate::golden::client::Client;
use crate::harness::{Response, Server, builder};
use nova_images::{AuthMode, EmulatorBuilder, Fixture};
use serde_json::Value;
use std::collections::BTreeSet;

const IMAGES: &str = "/api/openstack-images/";
const USAGE: &str = "/api/openstack-images/usage_stats/";

fn over(set: &str) -> EmulatorBuilder {
    builder().fixture(Fixture::named(set).unwrap())
}

fn rows(response: &Response) -> Vec<Value> {
    assert_eq!(response.status(), 200, "{}", response.text());
    response.json().as_array().unwrap().clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

fn count(server: &Server, target: &str, token: &str) -> String {
    let authorization = format!("Token {token}");
    let response = server.send("HEAD", target, &[("Authorization", &authorization)], "");
    response.header("x-result-count").unwrap()
}

#[test]
fn devcloud_counts_its_instances() {
    let server = Server::with("devcloud");
    let query = format!("{IMAGES}?page_size=300");
    let images = rows(&server.get(&query));
    assert_eq!(
        server.get(&query).header("x-result-count").unwrap(),
        images.len().to_string()
    );
    let settings = images[0]["settings"].as_str().unwrap();
    let provider = settings.trim_end_matches('/').rsplit('/').next().unwrap();
    let usage = rows(&server.get(&format!(
        "{USAGE}?page_size=300&service_provider={provider}"
    )));
    let all: BTreeSet<_> = names(&images).into_iter().collect();
    assert_eq!(names(&usage).into_iter().collect::<BTreeSet<_>>(), all);
    let sum = |key: &str| -> u64 { usage.iter().map(|row| row[key].as_u64().unwrap()).sum() };
    assert_eq!(sum("created_instances_count"), 13);
    let running = sum("running_instances_count");
    assert!(0 < running && running < 13, "{running}");
}

#[test]
fn users_and_tenants_are_those_of_the_directory() {
    let server = Server::start(over("devcloud").auth(AuthMode::Strict));
    let refused = server.get(IMAGES);
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.header("www-authenticate").unwrap(), "Token");
    let all: usize = count(&server, IMAGES, "admin-token").parse().unwrap();
    let mine: usize = count(&server, IMAGES, "demo-token").parse().unwrap();
    assert!(0 < mine && mine < all, "{mine} of {all}");
}

#[test]
fn an_open_server_honours_tokens_that_it_knows() {
    let server = Server::with("devcloud");
    let all: usize = count(&server, IMAGES, "nobody's").parse().unwrap();
    let mine: usize = count(&server, IMAGES, "demo-token").parse().unwrap();
    assert!(mine < all, "{mine} of {all}");
    assert_eq!(count(&server, IMAGES, "admin-token"), all.to_string());
}

#[test]
fn two_may_ask_at_once() {
    let server = Server::start(over("devcloud").workers(2));
    let whole = rows(&server.get(&format!("{IMAGES}?page_size=300")));
    let address = server.address();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut client = Client::new(address);
                for _ in 0..50 {
                    let target = format!("{IMAGES}?page_size=300");
                    let answer = client.send("GET", &target, &[], None).unwrap();
                    let rows: Value = serde_json::from_slice(&answer.body).unwrap();
                    assert_eq!(rows.as_array().unwrap(), &whole);
                }
            });
        }
    });
}

#[test]
fn tokens_live_from_their_last_use() {
    let fixture = r#"{"images": [], "projects": [{"id": "p", "name": "p"}], "waldur": {"users": [
        {"uuid": "05e70000000000000000000000000001", "name": "u", "token": "t", "staff": true,
         "token_lifetime": 100, "token_created": "2026-01-01T12:00:00Z"}]}}"#;
    let clock = nova_images::Clock::frozen(
        nova_images::Timestamp::parse_rfc3339("2026-01-01T12:00:00Z").unwrap(),
    );
    let server = Server::start(
        builder()
            .clock(clock.clone())
            .fixture(Fixture::parse("lifetime", fixture).unwrap())
            .auth(AuthMode::Strict),
    );
    let ask = |query: &str| {
        let target = format!("{IMAGES}{query}");
        let response = server.get_with(&target, &[("Authorization", "Token t")]);
        (response.status(), response.text())
    };
    clock.advance_seconds(90).unwrap();
    assert_eq!(ask("").0, 200);
    clock.advance_seconds(90).unwrap();
    // A use that fails later on is a use.
    assert_eq!(ask("?tenant_uuid=bad").0, 400);
    clock.advance_seconds(100).unwrap();
    assert_eq!(ask("").0, 200);
    clock.advance_seconds(101).unwrap();
    let expired = (401, r#"{"detail":"Token has expired."}"#.to_owned());
    assert_eq!(ask(""), expired);
    assert_eq!(ask(""), expired);
}

#[test]
fn staff_may_act_as_others() {
    let fixture = r#"{"images": [], "waldur": {"users": [
        {"uuid": "05e70000000000000000000000000001", "name": "s", "token": "s", "staff": true},
        {"uuid": "05e70000000000000000000000000002", "name": "u", "token": "u"}]}}"#;
    let server = Server::start(builder().fixture(Fixture::parse("acting", fixture).unwrap()));
    let impersonator = |token: &str, uuid: &str| {
        let headers = [("Authorization", token), ("X-Impersonated-User-Uuid", uuid)];
        let response = server.get_with(IMAGES, &headers);
        assert_eq!(response.status(), 200);
        response.header("x-impersonator-uuid")
    };
    let dashed = "05e70000-0000-0000-0000-000000000002";
    assert_eq!(
        impersonator("Token s", dashed).as_deref(),
        Some("05e70000000000000000000000000001")
    );
    assert_eq!(impersonator("Token s", "garbage"), None);
    assert_eq!(impersonator("Token u", dashed), None);
}

#[test]
fn answers_speak_the_languages_of_waldur() {
    let server = Server::start(over("docs").auth(AuthMode::Strict));
    let response = server.get_with(IMAGES, &[("Accept-Language", "et")]);
    assert_eq!(response.header("content-language").unwrap(), "et");
    assert_eq!(
        response.text(),
        r#"{"detail":"Autentimistunnus on esitamata."}"#
    );
}

#[test]
fn every_input_has_a_well_formed_answer() {
    let server = Server::with("edge");
    for target in [
        "/api",
        "/api/",
        "/api/%00/",
        "/api/openstack-images/%00",
        "/api/openstack-images/%ff%fe/",
        "/api/openstack-images/..%2f..%2f/",
        "/api/../v2/",
        "//api/openstack-images/",
        "/api/openstack-images/?%00=%00&page=%00&page_size=%00&format=%00",
        "/api/openstack-images/?settings=http://[",
        "/api/openstack-images/?settings=/%C3%A9?&tenant=%F0%9F%9A%80",
        "/api/openstack-images/usage_stats.json",
        "/api/openstack-images/usage_stats/?service_provider[99999999999999999999]=x",
        "/api/openstack-images.api/?format=%22%3C",
    ] {
        let response = server.get(target);
        assert!(response.header("content-type").is_some(), "{target}");
        assert!(response.status() <= 500, "{target}");
        if response.header("content-type").as_deref() == Some("application/json") {
            assert!(response.json().is_array() || response.json().is_object());
        }
    }
}
