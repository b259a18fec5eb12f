//! At which calls a fault fires.

use super::{LIST, MARK, NONE, add, clear, statuses, with};
use crate::harness::{Server, builder};
use nova_images::{Fault, FaultState, Fixture};
use serde_json::json;
use std::time::Duration;

#[test]
fn calls_are_counted_as_is_said() {
    let server = with(&[]);
    for (schedule, expected) in [
        (json!({"count": 3}), "xxx....."),
        (json!({"nth": 3}), "..x....."),
        (json!({"after": 2}), "..xxxxxx"),
        (json!({"after": 2, "nth": 2}), "...x...."),
        (json!({"every": 3}), "..x..x.."),
        (json!({"cycle": {"fire": 2, "pass": 1}}), "xx.xx.xx"),
        (
            json!({"cycle": {"fire": 1, "pass": 2}, "count": 2}),
            "x..x....",
        ),
        (json!({"probability": 0}), "........"),
        (json!({"probability": 1, "count": 2}), "xx......"),
    ] {
        let mut fault = schedule.clone();
        fault["operation"] = "nova.images.detail".into();
        fault["status"] = 503.into();
        add(&server, &fault);
        let marks = statuses(&server, LIST, 8).into_iter();
        let marks: String = marks
            .map(|status| if status == 503 { 'x' } else { '.' })
            .collect();
        assert_eq!(marks, expected, "{schedule}");
        // Other operations count for nothing.
        assert_eq!(server.get("/v2/openstack/images").status(), 200);
        clear(&server);
    }
}

#[test]
fn hits_and_calls_are_shown() {
    let server = with(&[json!({"name": "flaky", "status": 503, "every": 2, "count": 2})]);
    let shown = || {
        let fault = server.get("/_control/faults/flaky").json();
        let number = |key: &str| fault[key].as_u64().unwrap();
        (
            number("calls"),
            number("hits"),
            fault["state"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(shown(), (0, 0, "live".to_owned()));
    statuses(&server, LIST, 3);
    assert_eq!(shown(), (3, 1, "live".to_owned()));
    statuses(&server, LIST, 3);
    assert_eq!(shown(), (4, 2, "spent".to_owned()));
}

#[test]
fn chance_is_the_same_at_every_run() {
    let run = |seed: u64, fault: Fault| {
        let server = Server::start(builder().seed(seed).fixture(Fixture::docs().unwrap()));
        let fault = fault.status(503).probability(0.5);
        let add = || server.emulator().faults().add(fault.clone()).unwrap();
        add();
        let first = statuses(&server, LIST, 32);
        // A reset begins it again.
        server.emulator().reset().unwrap();
        add();
        assert_eq!(statuses(&server, LIST, 32), first);
        first
    };
    let one = run(1, Fault::anywhere());
    assert_eq!(one, run(1, Fault::anywhere()));
    assert_ne!(one, run(2, Fault::anywhere()));
    assert!(one.contains(&503) && one.contains(&200));
    assert_eq!(
        run(1, Fault::anywhere().seed(9)),
        run(2, Fault::anywhere().seed(9))
    );
}

/// Ids are drawn as if there were no faults.
#[test]
fn chance_takes_no_ids() {
    let ids = |fault: Option<Fault>| {
        let server = Server::with("docs");
        fault.map(|fault| server.emulator().faults().add(fault).unwrap());
        [0, 1, 2].map(|_| server.get(LIST).header("x-compute-request-id").unwrap())
    };
    let millis = Duration::from_millis;
    let slow = Fault::anywhere()
        .delay_between(millis(0), millis(1))
        .probability(0.5);
    assert_eq!(ids(None), ids(Some(slow)));
}

#[test]
fn time_ends_a_fault() {
    let server = with(&[json!({"status": 503, "ttl": "30s"})]);
    let clock = server.emulator().clock();
    clock.advance_seconds(29).unwrap();
    assert_eq!(server.get(LIST).status(), 503);
    clock.advance_seconds(1).unwrap();
    assert_eq!(server.get(LIST).status(), 200);
    let shown = server.get("/_control/faults/1").json();
    assert_eq!(
        (&shown["state"], &shown["ends"]),
        (&"ended".into(), &"2026-01-01T12:00:30Z".into())
    );
    let report = &server.emulator().faults().list()[0];
    assert_eq!((report.state, report.hits), (FaultState::Ended, 1));
}

#[test]
fn the_first_that_fires_wins() {
    let server = with(&[
        json!({"name": "first", "status": 500, "nth": 2}),
        json!({"status": 503, "count": 2}),
    ]);
    let marks: Vec<_> = (0..4).map(|_| server.get(LIST).header(MARK)).collect();
    let marks: Vec<_> = marks.iter().map(Option::as_deref).collect();
    assert_eq!(marks, [Some("2"), Some("first"), Some("2"), None]);
    // In the place of its name, and counted anew.
    add(
        &server,
        &json!({"name": "first", "status": 404, "count": 1}),
    );
    assert_eq!(statuses(&server, LIST, 2), [404, 200]);
    let order = server.get("/_control/faults").json();
    assert_eq!(
        (&order["faults"][0]["id"], &order["faults"][1]["id"]),
        (&3.into(), &2.into())
    );
}

#[test]
fn conditions_are_all_that_is_said() {
    let show = format!("/v2/openstack/images/{}", super::IMAGE);
    let other = "/v2/openstack/images/155d900f-4e14-4e4c-a73d-069cbf4541e6";
    let server = with(&[]);
    for (condition, hit, missed) in [
        (json!({"facade": "glance"}), "/image/v2/images", LIST),
        (json!({"facade": ["glance", "nova"]}), LIST, "/v3/projects"),
        (
            json!({"operation": "nova.images.*"}),
            LIST,
            "/v2/openstack/limits",
        ),
        (
            json!({"operation": ["nova.limits.index", "*.show"]}),
            &show,
            LIST,
        ),
        (json!({"method": "GET"}), LIST, ""),
        (json!({"method": ["PUT", "delete"]}), "", LIST),
        (json!({"path": "/v2/*/images*"}), LIST, "/v2.1/images"),
        (
            json!({"path": "/compute/*"}),
            "/compute/v2.1/images",
            "/v2.1/images",
        ),
        (json!({"project": "openstack"}), LIST, "/v2.1/images"),
        (json!({"image": super::IMAGE}), &show, other),
        (json!({"header": {"X-Missing": null}}), "", LIST),
    ] {
        let mut fault = condition.clone();
        fault["status"] = 503.into();
        add(&server, &fault);
        for (target, expected) in [(hit, true), (missed, false)] {
            if !target.is_empty() {
                let mark = server.get(target).header(MARK);
                assert_eq!(mark.is_some(), expected, "{condition} {target}");
            }
        }
        clear(&server);
    }
    add(
        &server,
        &json!({"header": {"X-Test": "worker-*", "Accept": null}, "status": 503}),
    );
    for (headers, expected) in [
        (&[("x-test", "worker-1"), ("accept", "*/*")][..], 503),
        (&[("x-test", "worker-1")], 200),
        (&[("x-test", "worker"), ("accept", "*/*")], 200),
        (
            &[("x-test", "a"), ("x-test", "worker-2"), ("accept", "*/*")],
            503,
        ),
    ] {
        assert_eq!(
            server.get_with(LIST, headers).status(),
            expected,
            "{headers:?}"
        );
    }
    assert_eq!(server.get_with(LIST, NONE).status(), 200);
}

/// However many ask at once, three fail.
#[test]
fn three_is_three_in_parallel() {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()).workers(4));
    add(&server, &json!({"status": 503, "count": 3}));
    let address = server.address();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(move || {
                let mut client = crate::golden::client::Client::new(address);
                let statuses = (0..10).map(|_| client.send("GET", LIST, &[], None).unwrap().status);
                statuses.filter(|status| *status == 503).count()
            })
        })
        .collect();
    let failed: usize = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .sum();
    assert_eq!(failed, 3);
}
