//! The recordings of Nova 34, replayed through a server in front of a real Glance, and Keystone's API v2.0
//! made of a real Keystone's v3; started by `run`.

#[path = "../it/golden/mod.rs"]
mod golden;

use golden::Target;
use golden::client::{Answer, Client};
use golden::target::Control;
use std::env;
use std::io::Write as _;
use std::process::Command;

/// Of a hundred cases so many match at least. Those that do not are in `docs/fidelity.md`.
const MOST_OF: usize = 97;

/// What `run` says.
fn told(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is missing: tests/upstream/run starts this"))
}

/// Writes the fixture's images into Glance's database.
struct Seeding(String);

impl Control for Seeding {
    fn reset(&self) -> Result<(), String> {
        let status = Command::new("sh").args(["-c", &self.0]).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("{}: {other:?}", self.0)),
        }
    }

    fn advance(&self, _: u64) -> Result<(), String> {
        Err("nobody turns the clock of a real Glance".to_owned())
    }
}

#[test]
fn nova_34_over_a_real_glance() {
    let address = told("UPSTREAM_TARGET").parse().unwrap();
    let target = Target {
        tokens: serde_json::from_str(&told("UPSTREAM_TOKENS")).unwrap(),
        control: Box::new(Seeding(told("UPSTREAM_SEED"))),
        ..Target::new(address)
    };
    let set = "nova-34";
    let report = golden::run(&golden::set_dir(set), golden::rules(set), &target, false);
    // Past the test harness, which hides what passing tests print.
    _ = writeln!(std::io::stderr(), "{report}\n{}", report.listing());
    let tally = report.total;
    assert!(
        report.filtered || tally.matched * 100 >= tally.total * MOST_OF,
        "only {tally} match"
    );
}

/// A sign-in by v2.0; what stands behind the password in its body.
fn sign_in(client: &mut Client, password: &str, rest: &str) -> Answer {
    let body = format!(
        r#"{{"auth": {{"passwordCredentials": {{"username": "demo", "password": "{password}"}}{rest}}}}}"#
    );
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    let target = "/v2.0/tokens";
    let sent = client.send("POST", target, &headers, Some(body.as_bytes()));
    sent.unwrap_or_else(|error| panic!("POST {target}: {error}"))
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

#[test]
fn v2_of_a_real_keystone() {
    let address = told("UPSTREAM_LEGACY");
    let mut client = Client::new(address.parse().unwrap());
    let scoped = json(&sign_in(&mut client, "oracle", r#", "tenantName": "demo""#));
    let access = &scoped["access"];
    assert_eq!(access["token"]["tenant"]["name"], "demo", "{scoped}");
    let services = access["serviceCatalog"].as_array().unwrap();
    let identity = services
        .iter()
        .find(|service| service["type"] == "identity");
    let here = format!("http://{address}/v2.0");
    assert_eq!(identity.unwrap()["endpoints"][0]["publicURL"], here);
    let token = access["token"]["id"].as_str().unwrap();
    let headers = [("X-Auth-Token".to_owned(), token.to_owned())];
    let tenants = client.send("GET", "/v2.0/tenants", &headers, None).unwrap();
    assert_eq!(json(&tenants)["tenants"][0]["name"], "demo");
    let again = format!(r#", "token": {{"id": "{token}"}}"#);
    let unscoped = json(&sign_in(&mut client, "", &again));
    assert_eq!(
        unscoped["access"]["serviceCatalog"]
            .as_array()
            .map(Vec::len),
        Some(0)
    );
    for (password, rest) in [
        ("wrong", ""),
        ("oracle", r#", "tenantName": "nonsense""#),
        ("oracle", r#", "token": {"id": "nonsense"}"#),
    ] {
        assert_eq!(sign_in(&mut client, password, rest).status, 401, "{rest}");
    }
}
