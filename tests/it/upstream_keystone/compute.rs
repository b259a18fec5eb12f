//! What is no image's, passed on to a real Nova.

use super::cloud::Cloud;
use super::stub::{Act, Stub, json};
use crate::harness::{Server, builder};
use nova_images::{Fixture, Profile, UpstreamConfig};
use std::net::TcpListener;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Says of each request what it was, with links of its own.
fn nova() -> Stub {
    Stub::of(|asked| {
        let line = asked.head.lines().next().unwrap_or_default();
        let host = asked
            .head
            .lines()
            .find_map(|line| line.strip_prefix("host: "));
        let host = host.unwrap_or_default();
        let body = format!(
            r#"{{"asked": "{line}", "servers": [{{"links": [
                {{"rel": "self", "href": "http://{host}/compute/v2.1/servers/1"}},
                {{"rel": "bookmark", "href": "http://{host}/compute/servers/1"}}],
                "image": {{"links": [{{"rel": "alternate", "href": "http://glance/images/1"}}]}}}}]}}"#
        );
        let headers = format!(
            "Location: http://{host}/compute/v2.1/servers/1\r\n\
             WWW-Authenticate: Keystone uri='http://keystone:5000/v3'\r\n\
             OpenStack-API-Version: compute 2.96\r\nx-compute-request-id: req-1\r\n"
        );
        Act::Say(json("202 Accepted", &headers, &body))
    })
}

fn in_front_of(compute: Option<String>, profile: Profile) -> Server {
    let mut config = UpstreamConfig::new("http://127.0.0.1:1", "http://127.0.0.1:1");
    config.compute_url = compute;
    Server::start(builder().profile(profile).upstream(config))
}

#[test]
fn servers_and_the_rest_are_the_real_novas() {
    let stub = nova();
    let front = in_front_of(
        Some(format!("{}/compute/v2.1", stub.url())),
        Profile::Default,
    );
    let here = front.emulator().url();
    let answer = front.send(
        "POST",
        "/compute/v2.1/servers?x=1",
        &[
            JSON,
            ("X-Auth-Token", "t"),
            ("OpenStack-API-Version", "compute 2.96"),
        ],
        r#"{"server": {"name": "a"}}"#,
    );
    assert_eq!(answer.status(), 202);
    let body = answer.json();
    assert_eq!(body["asked"], "POST /compute/v2.1/servers?x=1 HTTP/1.1");
    let base = format!("{here}/compute");
    let links = &body["servers"][0]["links"];
    assert_eq!(links[0]["href"], format!("{base}/v2.1/servers/1"));
    assert_eq!(links[1]["href"], format!("{base}/servers/1"));
    let image = &body["servers"][0]["image"]["links"][0]["href"];
    assert_eq!(image, "http://glance/images/1");
    assert_eq!(
        answer.header("location").unwrap(),
        format!("{base}/v2.1/servers/1")
    );
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(challenge, format!("Keystone uri=\"{here}/identity\""));
    assert_eq!(
        answer.header("x-compute-request-id").as_deref(),
        Some("req-1")
    );
    let asked = &stub.asked()[0];
    assert_eq!(asked.body, r#"{"server": {"name": "a"}}"#);
    assert!(asked.head.contains("x-auth-token: t\r\n"), "{}", asked.head);
    assert!(
        asked
            .head
            .contains("openstack-api-version: compute 2.96\r\n")
    );
}

#[test]
fn by_every_tree() {
    let stub = nova();
    let front = in_front_of(Some(stub.url()), Profile::Default);
    for (target, asked) in [
        ("/v2/p/servers/detail", "/v2/p/servers/detail"),
        ("/v1.1/p/flavors", "/v2/p/flavors"),
        ("/v2.1/limits", "/v2.1/limits"),
        ("/v2.1/p/os-keypairs", "/v2.1/p/os-keypairs"),
        ("/v2/p/extensions", "/v2/p/extensions"),
    ] {
        let answer = front.get(target);
        assert_eq!(
            answer.json()["asked"],
            format!("GET {asked} HTTP/1.1"),
            "{target}"
        );
    }
    for climbing in ["/v2/p/../../x", "/v2.1/%2e%2e/x"] {
        assert_ne!(front.get(climbing).status(), 202, "{climbing}");
    }
}

#[test]
fn documents_and_images_stay_here() {
    let stub = nova();
    let front = in_front_of(Some(stub.url()), Profile::Default);
    for target in [
        "/",
        "/v2/",
        "/v2.1/",
        "/v2/p/images",
        "/v2/p/images/1",
        "/v2.1/images/detail",
        "/v2.1/p/images/1/metadata",
        "/v2.1/images/1/nonsense",
    ] {
        _ = front.get(target).status();
        let version = [("OpenStack-API-Version", "compute 2.35")];
        _ = front.get_with(target, &version).status();
    }
    assert!(stub.asked().is_empty(), "{:?}", stub.asked());
}

#[test]
fn later_microversions_are_the_real_novas() {
    let stub = nova();
    let front = in_front_of(Some(stub.url()), Profile::Default);
    for (target, version, passed) in [
        ("/v2.1/images", "2.36", true),
        ("/v2.1/images", "latest", true),
        ("/v2.1/images/1/metadata", "2.38", false),
        ("/v2.1/images/1/metadata", "2.39", true),
        ("/v2/p/images", "2.90", false),
    ] {
        let asked = stub.asked().len();
        let headers = [("X-OpenStack-Nova-API-Version", version)];
        let answer = front.get_with(target, &headers);
        assert_eq!(answer.status() == 202, passed, "{target} {version}");
        assert_eq!(stub.asked().len() > asked, passed, "{target} {version}");
    }
}

#[test]
fn a_nova_that_is_not_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let front = in_front_of(Some(url), Profile::Default);
    let answer = front.get("/v2.1/servers");
    assert_eq!(answer.status(), 503);
    let message = answer.text();
    assert!(
        message.contains("The compute service behind this one"),
        "{message}"
    );
}

#[test]
fn without_its_url_there_are_images_alone() {
    let cloud = Cloud::of(Fixture::named("devcloud").unwrap(), builder());
    let project = "eb0bef0260fa3e457c2b1910c4bdd72c";
    for path in ["servers", "os-keypairs"] {
        let target = format!("/v2/{project}/{path}");
        let headers = [("X-Auth-Token", "demo-token")];
        assert_eq!(cloud.front.get_with(&target, &headers).status(), 404);
    }
}
