//! Plans: by the clock, by reads, by hand.

use super::{ADMIN, ID, JSON, OTHER, advance, at, control, create, image, nova, status};
use crate::golden::client::Client;
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Clock, Fixture, GlanceStatus, Image, Transition, Visibility};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

#[test]
fn by_the_clock() {
    let server = Server::with("docs");
    let steps = json!([
        {"to": "saving", "after_seconds": 2}, {"to": "active", "after_seconds": 5},
        {"to": "deactivated", "after_seconds": 100},
    ]);
    create(
        &server,
        ID,
        &json!({"status": "queued", "transitions": steps}),
    );
    assert_eq!(nova(&server, ID), ("SAVING".to_owned(), 25));
    assert_eq!(image(&server, ID)["transitions"], steps);
    advance(&server, 1);
    assert_eq!(image(&server, ID)["transitions"][0]["after_seconds"], 1);
    assert_eq!(nova(&server, ID), ("SAVING".to_owned(), 25));
    advance(&server, 1);
    assert_eq!(nova(&server, ID), ("SAVING".to_owned(), 50));
    assert_eq!(image(&server, ID)["updated_at"], at(2));
    advance(&server, 4);
    assert_eq!(nova(&server, ID).1, 50);
    // What is late has happened when it fell due.
    advance(&server, 20);
    assert_eq!(nova(&server, ID), ("ACTIVE".to_owned(), 100));
    let shown = image(&server, ID);
    assert_eq!(shown["updated_at"], at(7));
    let left = json!([{"to": "deactivated", "after_seconds": 81}]);
    assert_eq!(shown["transitions"], left);
    advance(&server, 81);
    let shown = image(&server, ID);
    assert_eq!(shown["updated_at"], at(107));
    assert_eq!(shown.get("transitions"), None);
}

#[test]
fn a_clock_that_runs_needs_nobody_to_advance_it() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .clock(Clock::real()),
    );
    let steps = json!([{"to": "saving", "after_seconds": 0}, {"to": "active", "after_seconds": 0}]);
    create(
        &server,
        ID,
        &json!({"status": "queued", "transitions": steps}),
    );
    assert_eq!(nova(&server, ID).0, "ACTIVE");
}

#[test]
fn by_reads_through_any_api() {
    let server = Server::with("docs");
    let xml = [("Accept", "application/xml")];
    let reads: [(&str, &[(&str, &str)]); 12] = [
        ("/v2/openstack/images/ID", &[]),
        ("/v2/openstack/images/ID", &xml),
        ("/v2/openstack/images", &[]),
        ("/v2/openstack/images/detail", &[]),
        ("/v2/openstack/images/detail", &xml),
        ("/v2/openstack/images?status=SAVING", &[]),
        ("/v2.1/images/detail?limit=1000", &[]),
        ("/image/v2/images", &ADMIN),
        ("/image/v2/images/ID", &ADMIN),
        ("/image/v1/images/detail", &ADMIN),
        ("/api/openstack-images/", &ADMIN),
        ("/api/openstack-images/?name_exact=ID", &ADMIN),
    ];
    let least = u32::try_from(reads.len()).unwrap();
    let steps = json!([{"to": "active", "after_reads": least + 1}]);
    create(
        &server,
        ID,
        &json!({"status": "saving", "transitions": steps}),
    );
    for (done, (path, headers)) in (1..).zip(reads) {
        let shown = server.get_with(&path.replace("ID", ID), headers).good();
        assert!(shown.contains(ID), "{path}: {shown}");
        let left = json!([{"to": "active", "after_reads": least + 1 - done}]);
        assert_eq!(image(&server, ID)["transitions"], left, "{path}");
    }
    // These show it to nobody, or show nothing of it.
    for (path, headers) in [
        ("/v2/openstack/images?status=ACTIVE", &[][..]),
        ("/v2/openstack/images/ID/metadata", &[]),
        ("/image/v1/images/ID/members", &ADMIN),
        ("/_control/images", &[]),
    ] {
        server.get_with(&path.replace("ID", ID), headers).good();
        let left = json!([{"to": "active", "after_reads": 1}]);
        assert_eq!(image(&server, ID)["transitions"], left, "{path}");
    }
    assert_eq!(nova(&server, ID), ("SAVING".to_owned(), 50));
    assert_eq!(nova(&server, ID), ("ACTIVE".to_owned(), 100));
    assert_eq!(image(&server, ID).get("transitions"), None);
}

#[test]
fn answers_that_are_kept_count_as_well() {
    let server = Server::with("docs");
    let list = || server.get("/v2/openstack/images/detail").good();
    // Asked so often, it is kept.
    for _ in 0..3 {
        list();
    }
    let steps = json!([{"to": "active", "after_reads": 4}]);
    create(
        &server,
        ID,
        &json!({"status": "saving", "transitions": steps}),
    );
    for _ in 0..4 {
        assert!(list().contains("SAVING"));
    }
    for _ in 0..4 {
        assert!(!list().contains("SAVING"));
    }
}

/// However many ask at once, just so many see it as it was.
#[test]
fn reads_at_once_are_counted_one_by_one() {
    const READERS: usize = 2;
    const READS: u32 = 41;
    let server = Server::with("docs");
    for path in [
        format!("/v2/openstack/images/{ID}"),
        "/v2/openstack/images/detail".to_owned(),
        "/image/v2/images?limit=100".to_owned(),
    ] {
        let image = json!({
            "owner": "openstack", "visibility": "public", "status": "killed", "name": "waiting",
            "transitions": [{"to": "saving", "manual": true}, {"to": "active", "after_reads": READS}],
        });
        control(&server, "PUT", &format!("/images/{ID}"), &image).json();
        control(
            &server,
            "POST",
            &format!("/images/{ID}/transition"),
            &Value::Null,
        )
        .good();
        let (address, barrier) = (server.address(), Barrier::new(READERS));
        let read = || {
            let mut client = Client::new(address);
            barrier.wait();
            let saw = |_: &u32| {
                let answer = client.send("GET", &path, &[], None).unwrap();
                answer.text().to_lowercase().contains("\"saving\"")
            };
            (0..READS).filter(saw).count()
        };
        let seen: usize = thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
            readers
                .into_iter()
                .map(|reader| reader.join().unwrap())
                .sum()
        });
        assert_eq!(seen, READS as usize, "{path}");
    }
}

#[test]
fn by_hand() {
    let server = Server::with("docs");
    let steps = json!([{"to": "saving", "manual": true}, {"to": "active", "after_seconds": 5},
        {"to": "killed", "manual": true}]);
    create(
        &server,
        ID,
        &json!({"status": "queued", "transitions": steps}),
    );
    let turn =
        |body: &Value| control(&server, "POST", &format!("/images/{ID}/transition"), body).json();
    advance(&server, 1000);
    assert_eq!(status(&server, ID), "queued");
    // The status that comes next: the plan goes on behind it.
    let turned = turn(&json!({"to": "saving"}));
    assert_eq!(
        (&turned["status"], &turned["updated_at"]),
        (&json!("saving"), &json!(at(1000)))
    );
    assert_eq!(
        turned["transitions"][0],
        json!({"to": "active", "after_seconds": 5})
    );
    // The next one, whatever it waits for.
    assert_eq!(turn(&Value::Null)["status"], "active");
    // Another one: that ends the plan.
    let turned = turn(&json!({"to": "queued"}));
    assert_eq!(
        (&turned["status"], turned.get("transitions")),
        (&json!("queued"), None)
    );
    advance(&server, 1000);
    assert_eq!(status(&server, ID), "queued");
}

#[test]
fn plans_end_with_their_images() {
    let server = Server::with("docs");
    let steps = json!([{"to": "killed", "after_seconds": 5}, {"to": "queued", "after_reads": 1}]);
    let with_plan = |id| create(&server, id, &json!({"transitions": steps}));
    let path = format!("/images/{ID}");
    // Deleted by a client.
    with_plan(ID);
    let deleted = server.send("DELETE", &format!("/v2/openstack/images/{ID}"), &ADMIN, "");
    assert_eq!(deleted.status(), 204);
    advance(&server, 10);
    let shown = image(&server, ID);
    assert_eq!(
        (&shown["status"], shown.get("transitions")),
        (&json!("deleted"), None)
    );
    // Replaced, removed, brought elsewhere, or told so.
    for end in ["replace", "remove", "status", "plan"] {
        control(&server, "DELETE", &path, &Value::Null).status();
        with_plan(ID);
        match end {
            "replace" => control(&server, "PUT", &path, &json!({})).json(),
            "remove" => {
                control(&server, "DELETE", &path, &Value::Null).status();
                control(&server, "PUT", &path, &json!({})).json()
            }
            "status" => control(&server, "PATCH", &path, &json!({"status": "queued"})).json(),
            _ => control(&server, "PATCH", &path, &json!({"transitions": null})).json(),
        };
        advance(&server, 10);
        assert_ne!(status(&server, ID), "killed", "{end}");
    }
    // Another plan takes its place; one that is not spoken of goes on.
    control(&server, "DELETE", &path, &Value::Null).status();
    with_plan(ID);
    let other = json!({"transitions": [{"to": "deactivated", "after_seconds": 7}]});
    control(&server, "PATCH", &path, &other).good();
    control(&server, "PATCH", &path, &json!({"name": "still"})).good();
    advance(&server, 6);
    assert_eq!(status(&server, ID), "active");
    advance(&server, 1);
    assert_eq!(status(&server, ID), "deactivated");
    // A reset ends all of them.
    create(
        &server,
        OTHER,
        &json!({"transitions": [{"to": "killed", "after_reads": 1}]}),
    );
    assert_eq!(
        control(&server, "POST", "/reset", &Value::Null).status(),
        204
    );
    create(&server, OTHER, &json!({}));
    for _ in 0..3 {
        assert_eq!(nova(&server, OTHER).0, "ACTIVE");
    }
}

/// Everything that time brings, brought by one advance: in order, and each at its moment.
#[test]
fn a_long_advance_brings_everything_in_order() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .auth(AuthMode::Strict)
            .token_ttl(30)
            .rate_limit(1),
    );
    let body = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "admin", "domain": {"id": "default"}, "password": "secret"}}},
        "scope": {"project": {"name": "openstack", "domain": {"id": "default"}}}}}"#;
    let signed_in = server.send("POST", "/identity/v3/auth/tokens", &[JSON], body);
    let token = signed_in.header("x-subject-token").unwrap();
    let step = |seconds| json!([{"to": "saving", "after_seconds": seconds}, {"to": "active", "after_seconds": 10}]);
    create(
        &server,
        ID,
        &json!({"status": "queued", "transitions": step(20)}),
    );
    create(
        &server,
        OTHER,
        &json!({"status": "queued", "transitions": step(15)}),
    );
    let ask = |token: &str| {
        let headers = [("X-Auth-Token", token)];
        server.get_with("/v2.1/images/detail", &headers).status()
    };
    // The clock stands: one request a minute is one.
    let fixed = "admin-token";
    assert_eq!((ask(&token), ask(&token)), (200, 429));
    assert_eq!((ask(fixed), ask(fixed)), (200, 429));
    advance(&server, 29);
    assert_eq!((ask(&token), ask(fixed)), (429, 429));
    assert_eq!(
        (
            image(&server, ID)["updated_at"].clone(),
            status(&server, ID)
        ),
        (json!(at(20)), "saving".to_owned())
    );
    assert_eq!(
        (
            image(&server, OTHER)["updated_at"].clone(),
            status(&server, OTHER)
        ),
        (json!(at(25)), "active".to_owned())
    );
    advance(&server, 3600);
    // The token has ended, the minute is over, and the image was active when it fell due.
    assert_eq!((ask(&token), ask(fixed)), (401, 200));
    assert_eq!(
        (
            image(&server, ID)["updated_at"].clone(),
            status(&server, ID)
        ),
        (json!(at(30)), "active".to_owned())
    );
}

/// Steps of several images that fall due at once are taken by time, and of one moment by age.
#[test]
fn steps_are_taken_in_order() {
    let server = Server::with("docs");
    let ids: Vec<String> = (0..8_u32)
        .map(|number| format!("{number}0000000-0000-4000-8000-000000000000"))
        .collect();
    for (seconds, id) in (0..).map(|number| 10 + (number * 5) % 8).zip(&ids) {
        let steps = json!([{"to": "saving", "after_seconds": seconds},
            {"to": "active", "after_seconds": seconds}]);
        create(
            &server,
            id,
            &json!({"status": "queued", "transitions": steps}),
        );
    }
    advance(&server, 100);
    for (seconds, id) in (0..).map(|number| 10 + (number * 5) % 8).zip(&ids) {
        assert_eq!(image(&server, id)["updated_at"], at(2 * seconds));
    }
    let sorted = server.get_with("/image/v2/images?sort_key=updated_at&sort_dir=asc&status=active&limit=8&updated_at=gt:2026-01-01T12:00:00Z", &ADMIN);
    let sorted: Value = serde_json::from_str(&sorted.good()).unwrap();
    let sorted = sorted["images"].as_array().unwrap();
    let times: Vec<_> = sorted
        .iter()
        .map(|image| image["updated_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted() && times.len() == 8, "{times:?}");
}

#[test]
fn as_typed_calls() {
    let fixture = Fixture::docs().unwrap();
    let server = Server::start(builder().fixture(fixture));
    let emulator = server.emulator();
    let space = emulator.make_space("a").make().unwrap();
    for images in [emulator.images(), space.images()] {
        let image = Image::builder(ID)
            .status(GlanceStatus::Queued)
            .visibility(Visibility::Public)
            .build();
        let steps = [
            Transition::after_seconds(GlanceStatus::Saving, 60),
            Transition::manual(GlanceStatus::Active),
        ];
        images.put_planned(image, steps).unwrap();
        assert_eq!(images.steps(ID).unwrap(), steps);
        emulator.clock().advance(Duration::from_secs(60)).unwrap();
        space.clock().advance(Duration::from_secs(60)).unwrap();
        // Nobody has asked anything since.
        let image = images.get(ID).unwrap().unwrap();
        assert_eq!(image.status, GlanceStatus::Saving);
        let image = images.transition(ID, GlanceStatus::Active).unwrap();
        assert_eq!(
            (image.status, images.steps(ID).unwrap()),
            (GlanceStatus::Active, vec![])
        );
        images
            .plan(ID, [Transition::after_reads(GlanceStatus::Killed, 1)])
            .unwrap();
        images.change(ID, |image| image.min_ram_mib = 7).unwrap();
        assert_eq!(images.steps(ID).unwrap().len(), 1);
        let renamed = images.change(ID, |image| image.id = OTHER.to_owned());
        assert!(
            renamed
                .unwrap_err()
                .to_string()
                .contains("would be another one")
        );
        let gone = [
            Transition::manual(GlanceStatus::Deleted),
            Transition::manual(GlanceStatus::Active),
        ];
        assert!(images.plan(ID, gone).is_err());
        assert!(images.remove(ID).unwrap());
        assert!(!images.remove(ID).unwrap());
        assert!(images.get(ID).unwrap().is_none());
        assert!(images.steps(ID).is_err() && images.transition(ID, GlanceStatus::Active).is_err());
    }
    emulator.remove_space("a");
    assert!(space.images().get(ID).is_err());
}
