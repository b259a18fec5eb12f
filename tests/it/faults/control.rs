//! The control API's room, and the typed calls.

use super::{JSON, LIST, MARK, NONE, add, faults_of, post, statuses, with};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fault, FaultError, FaultState, Fixture};
use serde_json::{Value, json};

#[test]
fn a_fault_is_shown_as_it_was_asked_for() {
    let server = with(&[]);
    for (at, fault) in [
        json!({"operation": "nova.images.detail", "status": 503, "count": 3}),
        json!({
            "name": "all.of_it-1", "facade": ["nova", "glance"], "operation": ["nova.*", "glance.*"],
            "method": ["GET", "HEAD"], "path": "/v2*", "project": "openstack", "image": "*",
            "header": {"X-A": "b*", "X-C": null}, "after": 1, "cycle": {"fire": 1, "pass": 2},
            "count": 7, "probability": 0.5, "seed": 3, "ttl": "60s", "delay": "100ms..2s",
            "status": 429, "message": "No.", "retry_after": 5, "apply": true,
        }),
        json!({"nth": 2, "reply": {"status": 200, "headers": {"A": "b"}, "body": "c"}}),
        json!({"every": 2, "slow": 100}),
        json!({"reset": true}),
        json!({"cut": 0}),
        json!({"malformed": true}),
        json!({"raw": "x"}),
        json!({"content_type": "a/b"}),
        json!({"stale": true}),
        json!({"delay": "5s"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut expected = json!({"id": at + 1, "state": "live", "calls": 0, "hits": 0});
        if fault["ttl"].is_string() {
            expected["ends"] = "2026-01-01T12:01:00Z".into();
        }
        let members = fault.as_object().unwrap().clone();
        expected.as_object_mut().unwrap().extend(members);
        assert_eq!(add(&server, &fault), expected);
        let shown = server.get(&format!("/_control/faults/{}", at + 1)).json();
        assert_eq!(shown, expected);
        assert_eq!(server.get("/_control/faults").json()["faults"][at], expected);
    }
}

#[test]
fn what_is_no_schedule_is_refused() {
    refused(&[
        (json!({}), "does nothing"),
        (json!({"operation": "nova.images.detail"}), "does nothing"),
        (json!([]), "the body must be a fault such as"),
        (json!({"statuss": 503}), "statuss"),
        (json!({"status": "503"}), "at status"),
        (json!({"status": 200}), "from 400 to 599"),
        (json!({"status": 503, "count": 0}), "count"),
        (json!({"status": 503, "count": -1}), "at count"),
        (json!({"status": 503, "cycle": {"fire": 1}}), "pass"),
        (
            json!({"status": 503, "nth": 1, "every": 2}),
            "only one of nth, every and cycle",
        ),
        (json!({"status": 503, "probability": 2}), "probability"),
        (json!({"status": 503, "ttl": "soon"}), "ttl"),
    ]);
}

#[test]
fn what_is_no_effect_is_refused() {
    refused(&[
        (json!({"delay": 200}), "at delay"),
        (json!({"delay": "2s..1s"}), "delay"),
        (
            json!({"status": 503, "reset": true}),
            "only one of status, reset can be said",
        ),
        (json!({"message": "x", "reset": true}), "go with status"),
        (json!({"cut": 1, "apply": true}), r#""apply" must be"#),
        (json!({"reply": {"status": 100}}), "status"),
        (
            json!({"reply": {"status": 200, "headers": {"a b": "c"}}}),
            "what a header can hold",
        ),
        (
            json!({"reply": {"status": 200, "headers": {"Content-Length": "1"}}}),
            "frames the answer",
        ),
    ]);
}

#[test]
fn what_is_no_condition_is_refused() {
    refused(&[
        (json!({"status": 503, "operation": 7}), "at operation"),
        (
            json!({"status": 503, "operation": "nova.image.detail"}),
            r#"there is no operation "nova.image.detail"; near is "nova.images.detail""#,
        ),
        (
            json!({"status": 503, "operation": "control.*"}),
            "there is no operation",
        ),
        (
            json!({"status": 503, "facade": "glanse"}),
            r#"near is "glance""#,
        ),
        (
            json!({"status": 503, "facade": "swift"}),
            "there are glance, keystone, nova, waldur",
        ),
        (
            json!({"status": 503, "facade": "glance", "operation": "nova.*"}),
            "no operation is of such a facade",
        ),
        (
            json!({"status": 503, "method": "G T"}),
            r#""method" must be"#,
        ),
        (
            json!({"status": 503, "header": {"a b": null}}),
            r#""header" must be"#,
        ),
        (json!({"status": 503, "name": "17"}), r#""name" must be"#),
        (json!({"status": 503, "name": "a b"}), r#""name" must be"#),
        (
            json!({"status": 503, "name": "presets"}),
            r#""name" must be"#,
        ),
        (
            json!({"status": 503, "name": "request"}),
            "none of presets, request",
        ),
        (json!({"status": 503, "name": ".."}), "a letter among them"),
    ]);
}

/// Each is refused with the reason, and nothing is added.
fn refused(faults: &[(Value, &str)]) {
    let server = with(&[]);
    for (fault, why) in faults {
        let refused = post(&server, fault);
        assert_eq!(refused.status(), 400, "{fault}");
        let message = refused.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.contains(why), "{fault}: {message}");
    }
    assert_eq!(server.get("/_control/faults").json(), json!({"faults": []}));
}

#[test]
fn a_body_is_json() {
    let plain = [("Content-Type", "text/plain")];
    let refused = with(&[]).send("POST", &faults_of(""), &plain, "{}");
    assert_eq!(refused.status(), 415);
}

#[test]
fn faults_are_removed_one_by_one_and_all_at_once() {
    let server = with(&[
        json!({"status": 500}),
        json!({"name": "b", "status": 501}),
        json!({"status": 502}),
    ]);
    let delete = |id: &str| {
        server
            .send("DELETE", &format!("/_control/faults/{id}"), NONE, "")
            .status()
    };
    assert_eq!(
        (delete("1"), delete("1"), delete("b"), delete("none")),
        (204, 404, 204, 404)
    );
    assert_eq!(statuses(&server, LIST, 1), [502]);
    assert_eq!(server.get("/_control/faults/b").status(), 404);
    super::clear(&server);
    super::clear(&server);
    assert_eq!(statuses(&server, LIST, 1), [200]);
    let other = server.send("PUT", "/_control/faults", JSON, "{}");
    assert_eq!(
        other.header("allow").as_deref(),
        Some("GET, HEAD, POST, DELETE")
    );
}

#[test]
fn a_reset_removes_all() {
    let server = with(&[json!({"status": 503})]);
    let reset = server.send("POST", "/_control/reset", JSON, "");
    assert_eq!(reset.status(), 204);
    assert_eq!(statuses(&server, LIST, 1), [200]);
    assert_eq!(add(&server, &json!({"status": 503}))["id"], 1);
}

#[test]
fn presets_are_faults_like_others() {
    let server = with(&[]);
    let listed = server.get("/_control/faults/presets").json();
    let presets = listed["presets"].as_array().unwrap();
    assert_eq!(presets.len(), 5);
    for preset in presets {
        let name = preset["name"].as_str().unwrap();
        let path = format!("/_control/faults/presets/{name}");
        // Again in its place.
        for _ in 0..2 {
            let added = server.send("POST", &path, NONE, "");
            assert_eq!(added.status(), 201, "{}", added.text());
            let (added, fault) = (added.json(), preset["fault"].as_object().unwrap());
            for (key, value) in fault {
                assert_eq!(added[key], *value, "{name}");
            }
        }
        assert_eq!(
            server.get("/_control/faults").json()["faults"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        super::clear(&server);
        // What is shown can be asked for.
        add(&server, &preset["fault"]);
        super::clear(&server);
    }
    let missing = server.send("POST", "/_control/faults/presets/flaky-lists", NONE, "");
    assert_eq!(missing.status(), 404);
    assert!(
        missing.text().contains("near is \\\"flaky-list\\\""),
        "{}",
        missing.text()
    );
}

fn preset(server: &Server, name: &str) {
    server.emulator().faults().clear();
    server.emulator().faults().preset(name).unwrap();
}

#[test]
fn presets_do_what_they_say() {
    let server = with(&[]);
    preset(&server, "flaky-list");
    for list in [
        LIST,
        "/v2.1/images",
        "/image/v2/images",
        "/api/openstack-images/",
    ] {
        assert_eq!(statuses(&server, list, 4), [503, 200, 503, 200], "{list}");
    }
    preset(&server, "rate-limited");
    let limited = server.get(LIST);
    assert_eq!(
        (limited.status(), limited.header("retry-after").as_deref()),
        (429, Some("30"))
    );
    assert!(limited.text().contains("overLimit"), "{}", limited.text());
    assert_eq!(server.get("/image/v2/images").status(), 200);
    preset(&server, "maintenance");
    for (_, target, headers) in super::ASKED {
        let away = server.get_with(target, headers);
        assert_eq!(
            (away.status(), away.header("retry-after").as_deref()),
            (503, Some("120"))
        );
        assert_eq!(away.header(MARK).as_deref(), Some("maintenance"));
    }
    preset(&server, "slow-glance");
    assert_eq!(server.get(LIST).header(MARK), None);
    let (slow, took) = super::timed(|| server.get("/image/v2/images"));
    assert_eq!(slow.header(MARK).as_deref(), Some("slow-glance"));
    assert!(took >= std::time::Duration::from_millis(500));
}

#[test]
fn the_journal_says_which_fault_it_was() {
    let server = with(&[
        json!({"name": "flaky", "status": 503, "count": 1}),
        json!({"reset": true, "nth": 1}),
    ]);
    statuses(&server, LIST, 1);
    let _ = super::raw(&server, LIST, NONE);
    statuses(&server, LIST, 1);
    let entries = server.get("/_control/requests").json();
    let entries = entries["requests"].as_array().unwrap();
    let faults: Vec<_> = entries
        .iter()
        .map(|entry| entry["fault"].as_str())
        .collect();
    assert_eq!(faults, [Some("flaky"), Some("2"), None]);
    let why = entries[1]["why"].as_str().unwrap();
    assert_eq!(why, "the connection is reset in place of an answer");
}

/// As when its token has ended: it is refused once, signs in, and goes on.
#[test]
fn a_token_expires() {
    let builder = builder()
        .fixture(Fixture::named("devcloud").unwrap())
        .auth(AuthMode::Strict);
    let server = Server::start(builder);
    let body = json!({"auth": {"passwordCredentials": {"username": "demo", "password": "secret"}, "tenantName": "demo"}});
    let sign_in = || {
        let signed = server.send("POST", "/v2.0/tokens", JSON, &body.to_string());
        let signed: Value = serde_json::from_str(&signed.good()).unwrap();
        signed["access"]["token"]["id"].as_str().unwrap().to_owned()
    };
    let list = |token: &str| server.get_with("/v2.1/images", &[("X-Auth-Token", token)]);
    let token = sign_in();
    assert_eq!(list(&token).status(), 200);
    preset(&server, "token-expires");
    let refused = list(&token);
    let unknown = list("no such token");
    assert_eq!((refused.status(), refused.text()), (401, unknown.text()));
    assert_eq!(
        refused.header("www-authenticate"),
        unknown.header("www-authenticate")
    );
    assert_eq!(list(&sign_in()).status(), 200);
}

#[test]
fn the_library_has_the_same() {
    let server = with(&[]);
    let faults = server.emulator().faults();
    let first = faults
        .add(Fault::on("nova.images.detail").status(503).times(1))
        .unwrap();
    let second = faults
        .add(Fault::on("nova.*").status(500).named("later").times(1))
        .unwrap();
    assert_eq!(statuses(&server, LIST, 3), [503, 500, 200]);
    let reports: Vec<_> = faults
        .list()
        .into_iter()
        .map(|it| (it.id, it.name, it.hits, it.state))
        .collect();
    let later = Some("later".to_owned());
    assert_eq!(
        reports,
        [
            (first, None, 1, FaultState::Spent),
            (second, later, 1, FaultState::Spent)
        ]
    );
    assert!(faults.remove(first) && !faults.remove(first) && faults.find(first).is_none());
    assert_eq!(faults.find(second).map(|it| it.calls), Some(1));
    assert_eq!((faults.clear(), faults.list().len()), (1, 0));
    let wrong = faults
        .add(Fault::on("nova.images.detial").status(503))
        .unwrap_err();
    assert!(matches!(wrong, FaultError::Wrong(_)), "{wrong}");
    assert!(
        wrong.to_string().contains("near is \"nova.images.detail\""),
        "{wrong}"
    );
    assert!(matches!(
        faults.preset("none").unwrap_err(),
        FaultError::NoPreset { .. }
    ));
}
