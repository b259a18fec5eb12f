//! Who may use the control API, and see what it shows.

use super::{ADVANCE, FAKEIMAGE7, JSON, LIVE, READY, RESET, ask, docs, said};
use crate::harness::{Response, Server};
use crate::scratch::Scratch;
use nova_images::{ControlAccess, EmulatorBuilder};
use std::net::SocketAddr;

#[test]
fn a2_pages_of_strangers_change_nothing() {
    let server = Server::start(docs());
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let text = ("Content-Type", "text/plain");
    let seconds = r#"{"seconds": 1}"#;
    for (target, headers, body, status) in [
        (
            RESET,
            &[("Origin", "http://evil.example"), form][..],
            "a=b",
            403,
        ),
        (
            ADVANCE,
            &[("Origin", "http://evil.example"), text],
            seconds,
            403,
        ),
        (
            ADVANCE,
            &[("Origin", "http://evil.example"), JSON],
            seconds,
            403,
        ),
        (RESET, &[("Origin", "http://localhost:1")], "", 403),
        (RESET, &[("Sec-Fetch-Site", "cross-site")], "", 403),
        (RESET, &[("Host", "evil.example")], "", 403),
        (ADVANCE, &[("Host", "evil.example:80"), JSON], seconds, 403),
        (RESET, &[form], "a=b", 415),
        (ADVANCE, &[text], seconds, 415),
        (ADVANCE, &[JSON], seconds, 204),
        (RESET, &[], "", 204),
        (RESET, &[("Host", "nova.localhost")], "", 204),
    ] {
        let response = server.send("POST", target, headers, body);
        assert_eq!(response.status(), status, "{target} {headers:?}");
        if status != 204 {
            assert!(!said(&response).is_empty());
        }
    }
    // Whoever only looks may be anybody.
    assert_eq!(
        server.get_with(READY, &[("Host", "evil.example")]).status(),
        200
    );
}

/// What tells nothing of users, nor of what a harness has put into the server.
const FOR_ANYBODY: [&str; 9] = [
    "/clock",
    "/faults/presets",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/snapshots",
    "/spaces",
    "/transitions",
];

#[test]
fn a2_strangers_see_no_data_of_users() {
    let server = Server::start(docs());
    let document = server.get("/_control/openapi.json").json();
    let afar = docs().listen("0.0.0.0:0").control(ControlAccess::Read);
    let afar = Server::start(afar.control_token("t0ken"));
    let paths = document["paths"].as_object().unwrap();
    let looks = paths
        .iter()
        .filter(|(_, methods)| methods["get"].is_object());
    let mut open = Vec::new();
    for (path, _) in looks {
        let target = format!("/_control{}", path.replace(['{', '}'], ""));
        let strange = server
            .get_with(&target, &[("Host", "evil.example")])
            .status();
        let far = afar.get(&target).status();
        assert_eq!(strange == 403, far == 403, "{path}");
        if strange != 403 {
            open.push(path.as_str());
        }
    }
    open.sort_unstable();
    assert_eq!(open, FOR_ANYBODY);
    for path in ["/_control/images", "/_control/users", "/_control/projects"] {
        let shown = afar.get_with(path, &[("X-Control-Token", "t0ken")]);
        assert_eq!(shown.status(), 200, "{path}");
    }
}

#[test]
fn a2_what_is_allowed_is_said() {
    let server = Server::start(
        docs()
            .allow_host("nova")
            .allow_origin("http://localhost:3000")
            .control_token("t0ken"),
    );
    let post = |headers: &[(&str, &str)]| server.send("POST", RESET, headers, "").status();
    assert_eq!(post(&[("Host", "nova:8774")]), 204);
    assert_eq!(post(&[("Origin", "http://localhost:3000")]), 204);
    assert_eq!(
        post(&[("Host", "other"), ("X-Control-Token", "t0ken")]),
        204
    );
    assert_eq!(
        post(&[("Host", "other"), ("Authorization", "Bearer t0ken")]),
        204
    );
    assert_eq!(
        post(&[("Host", "other"), ("X-Control-Token", "token")]),
        403
    );

    let far = |builder: EmulatorBuilder| {
        let server = builder.listen("0.0.0.0:0").start().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], server.address().port()));
        let bare = ask(address, "POST", RESET, &[]).status;
        let shown = ask(address, "POST", RESET, &[("X-Control-Token", "t0ken")]).status;
        (bare, shown)
    };
    assert_eq!(far(docs()), (403, 403));
    assert_eq!(far(docs().control_token("t0ken")), (403, 204));
    assert_eq!(far(docs().control(ControlAccess::Full)), (204, 204));
}

#[test]
fn a2_an_allowed_page_may_ask_and_read() {
    let page = "http://localhost:3000";
    let server = Server::start(docs().allow_origin(page));
    let asks = [("Origin", page), ("Access-Control-Request-Method", "POST")];
    let may = server.send("OPTIONS", RESET, &asks, "");
    assert_eq!(may.status(), 204);
    let origin = |response: &Response| response.header("access-control-allow-origin");
    assert_eq!(origin(&may).as_deref(), Some(page));
    let methods = may.header("access-control-allow-methods");
    assert!(methods.is_some_and(|list| list.contains("POST")));
    let read = server.get_with(READY, &[("Origin", page)]);
    assert_eq!(origin(&read).as_deref(), Some(page));
    assert_eq!(read.header("vary").as_deref(), Some("origin"));
    // Nobody else is told anything.
    for stranger in ["http://localhost:3001", "null"] {
        let other = server.get_with(READY, &[("Origin", stranger)]);
        assert_eq!(other.status(), 200);
        assert_eq!(origin(&other), None);
        let headers = [("Origin", stranger), asks[1]];
        let refused = server.send("OPTIONS", RESET, &headers, "");
        assert_eq!(refused.status(), 405);
        assert_eq!(origin(&refused), None);
    }
}

#[test]
fn a2_access_is_off_read_or_full() {
    let scratch = Scratch::new("control-access");
    let path = scratch.path("images.db");
    let status = |builder: EmulatorBuilder, target: &str| {
        let server = Server::start(builder);
        assert_eq!(server.get(LIVE).status(), 200);
        assert_eq!(server.get(READY).status(), 200);
        server.send("POST", target, &[], "").status()
    };
    assert_eq!(status(docs().control(ControlAccess::Off), RESET), 403);
    assert_eq!(
        status(docs().control(ControlAccess::Off), "/_control/any"),
        403
    );
    assert_eq!(status(docs().control(ControlAccess::Read), RESET), 403);
    assert_eq!(
        status(docs().control(ControlAccess::Read), "/_control/any"),
        404
    );
    assert_eq!(status(docs(), RESET), 204);
    assert_eq!(status(docs().database(&path), RESET), 403);
    let full = docs().database(&path).control(ControlAccess::Full);
    assert_eq!(status(full, RESET), 204);
}

#[test]
fn a2_the_control_api_has_a_listener_of_its_own() {
    let emulator = docs().control_listen("127.0.0.1:0").start().unwrap();
    let (shared, own) = (emulator.address(), emulator.control_address().unwrap());
    for address in [shared, own] {
        assert_eq!(ask(address, "GET", LIVE, &[]).status, 200);
        assert_eq!(ask(address, "GET", READY, &[]).status, 200);
    }
    assert_eq!(ask(shared, "POST", RESET, &[]).status, 403);
    assert_eq!(ask(own, "POST", RESET, &[]).status, 204);
    assert_eq!(ask(shared, "GET", FAKEIMAGE7, &[]).status, 200);
    assert_eq!(ask(own, "GET", FAKEIMAGE7, &[]).status, 404);
}
