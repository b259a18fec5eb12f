//! What is told of the real cloud: its health never decides about this server's.

use super::DEMO;
use super::scene::{LIST, Scene, unavailable};
use super::stub::{Act, json};
use crate::harness::{NOW, Server};
use nova_images::Profile;
use serde_json::Value;
use std::time::Duration;

const READY: &str = "/_control/health/ready";

fn ready(server: &Server) -> Value {
    let answer = server.get(READY);
    assert_eq!(answer.status(), 200);
    let health = answer.json();
    assert_eq!(health["status"], "ok");
    health["upstream"].clone()
}

/// The value of a sample.
fn sample(server: &Server, name: &str) -> Option<f64> {
    let answer = server.get("/_control/metrics");
    let content_type = answer.header("content-type").unwrap();
    assert!(
        content_type.starts_with("text/plain; version=0.0.4"),
        "{content_type}"
    );
    let text = answer.good();
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let line = lines.find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    });
    line.map(|line| line[name.len()..].trim().parse().unwrap())
}

#[test]
fn health_tells_of_the_cloud_and_does_not_follow_it() {
    let refused = Act::Say(json("403 Forbidden", "", "{}"));
    let scene = Scene::of([
        Act::Say(json("502 Bad Gateway", "Retry-After: 60\r\n", "{}")),
        refused,
    ]);
    let server = &scene.proxy;
    assert_eq!(ready(server)["state"], "unknown");
    assert!(ready(server)["last_success"].is_null());
    unavailable(&scene.list());
    let cloud = ready(server);
    assert_eq!(cloud["state"], "down");
    let error = serde_json::json!({"at": NOW, "service": "image", "outcome": "5xx"});
    assert_eq!(cloud["last_error"], error);
    // Keystone knew the token.
    assert_eq!(cloud["last_success"], NOW);
    assert_eq!(scene.list().status(), 403);
    let cloud = ready(server);
    assert_eq!(cloud["state"], "up", "it refuses: it is there");
    assert_eq!(cloud["last_error"], error);
    assert_eq!(
        (&cloud["in_flight"], &cloud["waiting"]),
        (&0.into(), &0.into())
    );
    assert!(
        !cloud.to_string().contains("127.0.0.1"),
        "nobody is told where it is"
    );
}

#[test]
fn what_is_no_answer_counts_as_none() {
    let scene = Scene::of([Act::Say(json("200 OK", "", "[]"))]);
    unavailable(&scene.list());
    let cloud = ready(&scene.proxy);
    assert_eq!(cloud["state"], "down");
    assert_eq!(cloud["last_error"]["outcome"], "strange");
    scene.is_well();
    assert_eq!(ready(&scene.proxy)["state"], "up");
    let strange = r#"nova_images_upstream_strange_answers_total{service="image"}"#;
    assert_eq!(sample(&scene.proxy, strange), Some(1.0));
}

#[test]
fn requests_are_counted_by_what_became_of_them() {
    let script = [
        Act::Reset,
        Act::Say(json("404 Not Found", "", "{}")),
        Act::Hold,
    ];
    let scene = Scene::set(Profile::Default, script, |config| {
        config.total_timeout = Duration::from_secs(2);
    });
    let server = &scene.proxy;
    // The first one breaks and is asked again.
    _ = scene.list();
    unavailable(&scene.list());
    scene.is_well();
    let count = |service: &str, outcome: &str| {
        let labels = format!(r#"{{service="{service}",outcome="{outcome}"}}"#);
        sample(
            server,
            &format!("nova_images_upstream_requests_total{labels}"),
        )
    };
    for (service, outcome, counted) in [
        ("image", "broken", 1.0),
        ("image", "4xx", 1.0),
        ("image", "late", 1.0),
        ("image", "2xx", 1.0),
        ("image", "unreachable", 0.0),
        ("identity", "2xx", 1.0),
    ] {
        assert_eq!(
            count(service, outcome),
            Some(counted),
            "{service} {outcome}"
        );
    }
    // This server knows no compute service, and no outcome that is none.
    assert_eq!(count("compute", "2xx"), None);
    assert_eq!(count("image", "strange"), None);
    let of_image = |name: &str| {
        sample(
            server,
            &format!(r#"nova_images_upstream_{name}{{service="image"}}"#),
        )
    };
    assert_eq!(of_image("in_flight"), Some(0.0));
    assert_eq!(of_image("up"), Some(1.0));
    assert_eq!(of_image("request_seconds_count"), Some(4.0));
    assert!(of_image("request_seconds_sum").unwrap() >= 1.9);
    let long = r#"nova_images_upstream_request_seconds_bucket{service="image",le="1"}"#;
    let all = r#"nova_images_upstream_request_seconds_bucket{service="image",le="+Inf"}"#;
    assert_eq!(sample(server, long), Some(3.0));
    assert_eq!(sample(server, all), Some(4.0));
    // Noon of the first of January.
    let noon = Some(1_767_268_800.0);
    assert_eq!(of_image("last_success_timestamp_seconds"), noon);
    assert_eq!(of_image("waiting"), Some(0.0));
}

#[test]
fn a_server_without_a_cloud_tells_of_itself() {
    let server = Server::with("none");
    server.emulator().make_space("a").make().unwrap();
    _ = server.get("/v2/openstack/images").good();
    assert_eq!(sample(&server, "nova_images_spaces"), Some(1.0));
    assert_eq!(sample(&server, "nova_images_connections"), Some(1.0));
    assert_eq!(sample(&server, "nova_images_journal_entries"), Some(1.0));
    assert!(sample(&server, "nova_images_journal_bytes").unwrap() > 100.0);
    let build = format!(
        r#"nova_images_build_info{{version="{}"}}"#,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(sample(&server, &build), Some(1.0));
    assert_eq!(sample(&server, "nova_images_upstream_waiting"), None);
    assert!(server.get(READY).json()["upstream"].is_null());
    // They are the server's, and no space's.
    assert_eq!(server.get("/_space/a/_control/metrics").status(), 404);
    let wrong = server.send("POST", "/_control/metrics", &[], "");
    assert_eq!(wrong.status(), 405);
}

#[test]
fn a_client_that_leaves_is_counted_and_ends_its_request() {
    let scene = Scene::of([Act::Hold, Act::Hold]);
    let mut leaving = std::net::TcpStream::connect(scene.proxy.address()).unwrap();
    let request = format!(
        "GET {LIST} HTTP/1.1\r\nHost: x\r\n{}: {}\r\n\r\n",
        DEMO.0, DEMO.1
    );
    std::io::Write::write_all(&mut leaving, request.as_bytes()).unwrap();
    let in_flight = r#"nova_images_upstream_in_flight{service="image"}"#;
    let wait_for = |count: f64| while sample(&scene.proxy, in_flight) != Some(count) {};
    wait_for(1.0);
    while scene.glance.asked() == 0 {
        std::thread::yield_now();
    }
    drop(leaving);
    wait_for(0.0);
    let left = r#"nova_images_upstream_requests_total{service="image",outcome="left"}"#;
    assert_eq!(sample(&scene.proxy, left), Some(1.0));
    assert_eq!(scene.glance.asked(), 1);
}
