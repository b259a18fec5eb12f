//! Made, replaced, changed, brought to a status, removed: and seen by every API at once.

use super::{ADMIN, ID, at, control, create, image, nova};
use crate::harness::{NOW, Server, builder};
use nova_images::{ControlAccess, Fixture};
use serde_json::{Value, json};

/// What each API shows of an image's status, and of its name.
fn everywhere(server: &Server, id: &str) -> Vec<String> {
    let xml = [("Accept", "application/xml")];
    let v2 = server.get_with(&format!("/v2/openstack/images/{id}"), &xml);
    let element = v2.good();
    let attribute = |name: &str| {
        let (_, rest) = element.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let v21 = server.get(&format!("/v2.1/images/{id}")).good();
    let v21: Value = serde_json::from_str(&v21).unwrap();
    let glance = server.get_with(&format!("/image/v2/images/{id}"), &ADMIN);
    let glance: Value = serde_json::from_str(&glance.good()).unwrap();
    let v1 = server.send("HEAD", &format!("/image/v1/images/{id}"), &ADMIN, "");
    vec![
        format!("{} {}", attribute("status"), attribute("name")),
        format!(
            "{} {}",
            v21["image"]["status"].as_str().unwrap(),
            v21["image"]["name"].as_str().unwrap()
        ),
        format!(
            "{} {}",
            glance["status"].as_str().unwrap(),
            glance["name"].as_str().unwrap()
        ),
        format!(
            "{} {}",
            v1.header("x-image-meta-status").unwrap(),
            v1.header("x-image-meta-name").unwrap()
        ),
    ]
}

fn waldur(server: &Server, name: &str) -> usize {
    let path = format!("/api/openstack-images/?name_exact={name}");
    let rows: Value = serde_json::from_str(&server.get_with(&path, &ADMIN).good()).unwrap();
    rows.as_array().unwrap().len()
}

#[test]
fn every_verb_is_seen_by_every_api() {
    let server = Server::with("docs");
    let body = json!({
        "id": ID, "name": "made", "status": "saving", "visibility": "public", "owner": "openstack",
        "min_ram": 64, "tags": ["t"], "os_distro": "debian",
        "members": [{"member_id": "p2", "status": "accepted"}],
    });
    let made = control(&server, "POST", "/images", &body);
    assert_eq!(made.status(), 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["created_at"], NOW);
    assert_eq!(made["members"][0]["status"], "accepted");
    assert_eq!(made["os_distro"], "debian");
    let seen = ["SAVING made", "SAVING made", "saving made", "saving made"];
    assert_eq!(everywhere(&server, ID), seen);
    assert_eq!((nova(&server, ID).1, waldur(&server, "made")), (50, 1));

    changed(&server);
    replaced(&server);
    removed(&server);
}

fn changed(server: &Server) {
    let changed = json!({"name": "changed", "status": "active", "os_distro": null, "arch": "arm"});
    let path = format!("/images/{ID}");
    let shown = control(server, "PATCH", &path, &changed).json();
    assert_eq!(
        (&shown["arch"], shown.get("os_distro")),
        (&json!("arm"), None)
    );
    assert_eq!(
        (&shown["min_ram"], &shown["tags"]),
        (&json!(64), &json!(["t"]))
    );
    let seen = [
        "ACTIVE changed",
        "ACTIVE changed",
        "active changed",
        "active changed",
    ];
    assert_eq!(everywhere(server, ID), seen);
    assert_eq!((waldur(server, "made"), waldur(server, "changed")), (0, 1));

    let killed = json!({"to": "killed"});
    let turned = control(server, "POST", &format!("{path}/transition"), &killed);
    assert_eq!(turned.json()["status"], "killed");
    assert_eq!(nova(server, ID), ("ERROR".to_owned(), 0));
}

fn replaced(server: &Server) {
    let path = format!("/images/{ID}");
    let replaced = json!({"name": "replaced", "visibility": "public"});
    let shown = control(server, "PUT", &path, &replaced);
    assert_eq!(shown.status(), 200);
    let shown = shown.json();
    assert_eq!(
        (&shown["owner"], shown.get("members")),
        (&Value::Null, None)
    );
    let seen = [
        "ACTIVE replaced",
        "ACTIVE replaced",
        "active replaced",
        "active replaced",
    ];
    assert_eq!(everywhere(server, ID), seen);
}

fn removed(server: &Server) {
    let path = format!("/images/{ID}");
    assert_eq!(control(server, "DELETE", &path, &Value::Null).status(), 204);
    assert_eq!(control(server, "DELETE", &path, &Value::Null).status(), 404);
    assert_eq!(control(server, "GET", &path, &Value::Null).status(), 404);
    for gone in [
        format!("/v2/openstack/images/{ID}"),
        format!("/v2.1/images/{ID}"),
        format!("/image/v2/images/{ID}"),
        format!("/image/v1/images/{ID}"),
    ] {
        assert_eq!(server.get_with(&gone, &ADMIN).status(), 404, "{gone}");
    }
    assert_eq!(waldur(server, "replaced"), 0);
    // As if it had never been: its id is free.
    let again = control(server, "PUT", &path, &json!({"visibility": "public"}));
    assert_eq!(again.status(), 201);
}

#[test]
fn lists_show_a_change_at_once() {
    let server = Server::with("docs");
    let lists = [
        "/v2/openstack/images/detail",
        "/v2.1/images/detail",
        "/image/v2/images",
        "/image/v1/images/detail",
        "/api/openstack-images/",
    ];
    let shown = |name: &str| -> Vec<bool> {
        let list = |path: &&str| server.get_with(path, &ADMIN).good().contains(name);
        lists.iter().map(list).collect()
    };
    // Asked twice, an answer is kept.
    for _ in 0..2 {
        assert_eq!(shown("brand-new"), [false; 5]);
    }
    create(&server, ID, &json!({"name": "brand-new"}));
    for _ in 0..2 {
        assert_eq!(shown("brand-new"), [true; 5]);
    }
    control(
        &server,
        "PATCH",
        &format!("/images/{ID}"),
        &json!({"name": "elder"}),
    )
    .good();
    assert_eq!(shown("brand-new"), [false; 5]);
    assert_eq!(shown("elder"), [true; 5]);
}

#[test]
fn every_status_and_time_will_do() {
    let server = Server::with("docs");
    for (status, word, progress) in [
        ("queued", "SAVING", 25),
        ("saving", "SAVING", 50),
        ("active", "ACTIVE", 100),
        ("killed", "ERROR", 0),
        ("deactivated", "UNKNOWN", 0),
        ("importing", "UNKNOWN", 0),
        ("uploading", "UNKNOWN", 0),
    ] {
        let body = json!({"status": status, "visibility": "public"});
        control(&server, "PUT", &format!("/images/{ID}"), &body).json();
        assert_eq!(nova(&server, ID), (word.to_owned(), progress), "{status}");
    }
    let gone = json!({
        "status": "deleted", "visibility": "public", "created_at": "2001-02-03T04:05:06Z",
        "updated_at": "2002-02-03T04:05:06.5Z", "deleted_at": "2003-02-03T04:05:06Z",
    });
    let shown = control(&server, "PUT", &format!("/images/{ID}"), &gone).json();
    assert_eq!(shown["updated_at"], "2002-02-03T04:05:06.500000Z");
    assert_eq!(shown["deleted_at"], "2003-02-03T04:05:06Z");
    assert_eq!(server.get(&format!("/v2.1/images/{ID}")).status(), 404);
    let back = json!({"to": "active"});
    let turn = format!("/images/{ID}/transition");
    let back = control(&server, "POST", &turn, &back).json();
    assert_eq!(
        (&back["deleted_at"], &back["updated_at"]),
        (&Value::Null, &json!(NOW))
    );
    assert_eq!(nova(&server, ID).0, "ACTIVE");
    let gone = control(&server, "POST", &turn, &json!({"to": "pending_delete"})).json();
    assert_eq!(gone["deleted_at"], NOW);
    super::advance(&server, 60);
    let patched = json!({"min_disk": 3});
    let patched = control(&server, "PATCH", &format!("/images/{ID}"), &patched).json();
    assert_eq!(
        (&patched["deleted_at"], &patched["updated_at"]),
        (&json!(NOW), &json!(at(60)))
    );
}

#[test]
fn what_is_shown_can_be_put_back() {
    let server = Server::with("edge");
    let mut marker = None;
    let mut seen = Vec::new();
    loop {
        let behind = marker.map_or_else(String::new, |marker| format!("&marker={marker}"));
        let page = server
            .get(&format!("/_control/images?limit=3{behind}"))
            .json();
        seen.extend(page["images"].as_array().unwrap().clone());
        match page["next_marker"].as_str() {
            Some(next) => marker = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen.len(), Fixture::named("edge").unwrap().images().len());
    let all = server.get("/_control/images").json()["images"].clone();
    assert_eq!(all, Value::Array(seen.clone()));
    for image in seen {
        let path = format!("/images/{}", image["id"].as_str().unwrap());
        let put = control(&server, "PUT", &path, &image);
        assert_eq!(put.status(), 200, "{}", put.text());
        assert_eq!(put.json(), image);
    }
    assert_eq!(server.get("/_control/images").json()["images"], all);
}

#[test]
fn a_merge_patch_may_say_that_it_is_one() {
    let server = Server::with("docs");
    create(&server, ID, &json!({}));
    let path = format!("/_control/images/{ID}");
    let merge = [("Content-Type", "application/merge-patch+json")];
    server
        .send("PATCH", &path, &merge, r#"{"name": "x"}"#)
        .good();
    assert_eq!(image(&server, ID)["name"], "x");
    let other = [("Content-Type", "text/plain")];
    assert_eq!(server.send("PATCH", &path, &other, "{}").status(), 415);
}

#[test]
fn a2_the_gate_is_in_front_of_them() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .control(ControlAccess::Read),
    );
    server.get("/_control/images").good();
    server.get("/_control/transitions").good();
    for (method, path) in [
        ("POST", "/images"),
        ("PUT", "/images/a"),
        ("PATCH", "/images/a"),
        ("DELETE", "/images/a"),
        ("POST", "/images/a/transition"),
        ("PUT", "/transitions"),
    ] {
        assert_eq!(
            control(&server, method, path, &json!({})).status(),
            403,
            "{method} {path}"
        );
    }
}
