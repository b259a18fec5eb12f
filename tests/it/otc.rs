//! The Open Telekom Cloud's flavour: what its documents, its recorded list and its clients say.
//!
//! Where nobody has published the body of an answer, it is Nova's own.

use crate::harness::{Response, Server, builder};
use nova_images::{AuthMode, EmulatorBuilder, Fixture, Profile};
use serde_json::{Value, json};

const P: &str = "d9ebe43510414ef590a4aa158605329e";
const OTHER: &str = "9c53a566cb3443ab910cf0daebca90c4";
/// The image of the recorded list.
const A: &str = "11e8f727-d439-4ed1-b3b8-33f46c0379c4";
const QUEUED: &str = "00000000-0000-4000-8000-000000000001";
const SAVING: &str = "00000000-0000-4000-8000-000000000002";
const DELETED: &str = "00000000-0000-4000-8000-000000000003";
const SNAPSHOT: &str = "ee10f19c-503c-44af-af2f-73d5e42f7a17";
const INSTANCE: &str = "b600b5b1-ed8c-4814-aefa-8b903c894c20";

fn image(id: &str, name: &str, status: &str, created: &str) -> Value {
    json!({
        "id": id, "name": name, "status": status, "visibility": "private", "owner": P,
        "created_at": created, "updated_at": created, "min_ram": 0, "min_disk": 0,
        "container_format": "bare", "disk_format": "qcow2", "size": 20_578_304
    })
}

fn fixture() -> Fixture {
    let mut recorded = image(
        A,
        "DBS-MySQL-Image_2.1.3.3",
        "active",
        "2018-05-14T06:13:50Z",
    );
    for (key, value) in [
        ("updated_at", json!("2018-05-14T06:13:52Z")),
        ("visibility", json!("public")),
        ("owner", json!(OTHER)),
        ("min_disk", json!(40)),
        ("size", Value::Null),
        ("__os_type", json!("Linux")),
        ("__imagetype", json!("gold")),
        ("__os_bit", json!("64")),
        ("__isregistered", json!("false")),
    ] {
        recorded[key] = value;
    }
    let mut snapshot = image(SNAPSHOT, "image1", "active", "2014-02-10T17:05:01Z");
    snapshot["min_ram"] = json!(512);
    snapshot["min_disk"] = json!(2);
    snapshot["instance_uuid"] = json!(INSTANCE);
    let text = json!({
        "images": [
            recorded,
            snapshot,
            image(QUEUED, "queued", "queued", "2013-06-09T06:42:18Z"),
            image(SAVING, "saving", "saving", "2013-06-09T06:42:17Z"),
            image(DELETED, "deleted", "deleted", "2019-01-01T00:00:00Z"),
        ],
        "projects": [{"id": P, "name": "mine"}, {"id": OTHER, "name": "other"}],
        "users": [{"name": "me", "roles": [{"project": "mine", "role": "member"}]}],
        "tokens": [{"id": "token", "user": "me", "project": "mine"}]
    });
    Fixture::parse("otc", &text.to_string()).unwrap()
}

fn otc() -> EmulatorBuilder {
    builder().fixture(fixture()).profile(Profile::Otc)
}

fn detail(server: &Server, query: &str) -> Value {
    let response = server.get(&format!("/v2.1/{P}/images/detail{query}"));
    serde_json::from_str(&response.good()).unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    let images = list["images"].as_array().unwrap().iter();
    images.map(|image| image["id"].as_str().unwrap()).collect()
}

fn found(server: &Server, query: &str) -> Vec<String> {
    let list = detail(server, query);
    ids(&list).into_iter().map(str::to_owned).collect()
}

fn one<'l>(list: &'l Value, id: &str) -> &'l Value {
    let mut images = list["images"].as_array().unwrap().iter();
    images.find(|image| image["id"] == id).unwrap()
}

fn fault(response: &Response, status: u16, name: &str) {
    assert_eq!(response.status(), status, "{}", response.text());
    assert_eq!(response.json()[name]["code"], status);
}

/// Checks 1 and 2.
#[test]
fn both_versions_list_the_same_images() {
    let server = Server::start(otc());
    let v2 = server.get(&format!("/v2/{P}/images/detail"));
    assert_eq!(v2.header("content-type").unwrap(), "application/json");
    let v2 = v2.json();
    assert!(v2.get("image").is_none());
    let v21 = detail(&server, "");
    assert_eq!(ids(&v2), [A, SNAPSHOT, QUEUED, SAVING]);
    assert_eq!(ids(&v2), ids(&v21));
    for (list, version) in [(v2, "v2"), (v21, "v2.1")] {
        for image in list["images"].as_array().unwrap() {
            let href = image["links"][0]["href"].as_str().unwrap();
            assert!(href.contains(&format!("/{version}/{P}/images/")), "{href}");
        }
    }
}

/// Checks 3 and 4.
#[test]
fn each_image_has_three_links() {
    let server = Server::start(otc());
    for image in detail(&server, "")["images"].as_array().unwrap() {
        let links = image["links"].as_array().unwrap();
        let rels: Vec<_> = links
            .iter()
            .map(|link| link["rel"].as_str().unwrap())
            .collect();
        assert_eq!(rels, ["self", "bookmark", "alternate"]);
        assert_eq!(links[2]["type"], "application/vnd.openstack.image");
        assert!(links[0].get("type").is_none() && links[1].get("type").is_none());
        let id = image["id"].as_str().unwrap();
        let bookmark = format!("http://{}/{P}/images/{id}", server.address());
        assert_eq!(links[1]["href"], bookmark);
    }
}

/// Checks 5, 6 and 15.
#[test]
fn an_image_has_the_documented_fields() {
    let server = Server::start(otc());
    let list = detail(&server, "");
    let image = one(&list, A).as_object().unwrap();
    let mut keys: Vec<_> = image.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "OS-EXT-IMG-SIZE:size",
            "created",
            "id",
            "links",
            "metadata",
            "minDisk",
            "minRam",
            "name",
            "progress",
            "status",
            "updated"
        ]
    );
    for number in ["OS-EXT-IMG-SIZE:size", "minDisk", "minRam", "progress"] {
        assert!(image[number].is_i64(), "{number}");
    }
    let mut metadata = image["metadata"].as_object().unwrap().values();
    assert!(metadata.all(Value::is_string));
    assert_eq!(image["metadata"]["__os_bit"], "64");
    assert_eq!(image["OS-EXT-IMG-SIZE:size"], 0);
    assert_eq!(image["minDisk"], 40);
    assert_eq!(image["created"], "2018-05-14T06:13:50Z");
    assert_eq!(image["updated"], "2018-05-14T06:13:52Z");
}

/// Check 7.
#[test]
fn a_snapshot_names_its_server() {
    let server = Server::start(otc());
    let list = detail(&server, "");
    let host = format!("http://{}", server.address());
    let expected = json!({
        "id": INSTANCE,
        "links": [
            {"rel": "self", "href": format!("{host}/v2.1/{P}/servers/{INSTANCE}")},
            {"rel": "bookmark", "href": format!("{host}/{P}/servers/{INSTANCE}")},
        ]
    });
    assert_eq!(one(&list, SNAPSHOT)["server"], expected);
    assert!(one(&list, A).get("server").is_none());
}

/// Check 8.
#[test]
fn status_and_progress_follow_the_image_service() {
    let server = Server::start(otc());
    let list = detail(&server, "");
    for (id, status, progress) in [
        (A, "ACTIVE", 100),
        (SAVING, "SAVING", 50),
        (QUEUED, "SAVING", 25),
    ] {
        assert_eq!(one(&list, id)["status"], status);
        assert_eq!(one(&list, id)["progress"], progress);
    }
}

/// Checks 9 to 14 and 20.
#[test]
fn filters() {
    let server = Server::start(otc());
    let all = [A, SNAPSHOT, QUEUED, SAVING];
    for (query, expected) in [
        ("?name=DBS-MySQL-Image_2.1.3.3", &[A][..]),
        ("?name=nope", &[]),
        ("?status=active", &[A, SNAPSHOT]),
        ("?status=ACTIVE", &[A, SNAPSHOT]),
        ("?status=saving", &[SAVING]),
        ("?status=queued", &[QUEUED]),
        ("?status=deleted", &[]),
        (
            "?changes-since=2013-06-09T06:42:18Z",
            &[A, SNAPSHOT, QUEUED],
        ),
        ("?changes-since=2099-01-01T00:00:00Z", &[]),
        ("?minRam=512", &[SNAPSHOT]),
        ("?minDisk=40", &[A]),
        ("?minDisk=40960", &[]),
        ("?__imagetype=gold", &all),
    ] {
        assert_eq!(found(&server, query), expected, "{query}");
    }
}

/// Check 16.
#[test]
fn pages_are_linked() {
    let server = Server::start(otc());
    let mut target = format!("/v2.1/{P}/images/detail?limit=1");
    let mut seen: Vec<String> = Vec::new();
    loop {
        let page = server.get(&target).json();
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(link) = page.get("images_links") else {
            break;
        };
        assert_eq!(link.as_array().unwrap().len(), 1);
        assert_eq!(link[0]["rel"], "next");
        let href = link[0]["href"].as_str().unwrap();
        let last = seen.last().unwrap();
        assert!(
            href.ends_with(&format!("limit=1&marker={last}")),
            "{href} after {last}"
        );
        target = href
            .split_once(&server.address().to_string())
            .unwrap()
            .1
            .to_owned();
        assert!(seen.len() <= 4, "{seen:?}");
    }
    assert_eq!(seen, [A, SNAPSHOT, QUEUED, SAVING]);
}

/// Checks 17 to 19.
#[test]
fn wrong_pages_are_refused() {
    let server = Server::start(otc().max_limit(3));
    let ask = |query: &str| server.get(&format!("/v2.1/{P}/images/detail{query}"));
    fault(&ask("?marker=unknown"), 400, "badRequest");
    fault(&ask("?limit=4"), 403, "forbidden");
    fault(&ask("?limit=-1"), 400, "badRequest");
    fault(&ask("?limit=x"), 400, "badRequest");
    assert_eq!(ask("?limit=3").status(), 200);
}

/// Checks 21 and 22.
#[test]
fn index_and_show() {
    let server = Server::start(otc());
    let index = server.get(&format!("/v2.1/{P}/images")).json();
    assert_eq!(ids(&index), [A, SNAPSHOT, QUEUED, SAVING]);
    for image in index["images"].as_array().unwrap() {
        let keys: Vec<_> = image.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "name", "links"]);
    }
    let shown = server.get(&format!("/v2.1/{P}/images/{A}")).json();
    assert_eq!(&shown["image"], one(&detail(&server, ""), A));
    assert_eq!(shown.as_object().unwrap().len(), 1);
}

/// Checks 23 and 24.
#[test]
fn callers_need_a_token_of_the_project() {
    let server = Server::start(otc().auth(AuthMode::Strict));
    let target = format!("/v2.1/{P}/images/detail");
    assert_eq!(server.get(&target).status(), 401);
    let token = [("X-Auth-Token", "token")];
    assert_eq!(server.get_with(&target, &token).status(), 200);
    let other = format!("/v2.1/{OTHER}/images/detail");
    fault(&server.get_with(&other, &token), 400, "badRequest");
}

/// Check 25: the document lists 405, Nova itself knows no such route.
#[test]
fn a_list_is_not_posted_to() {
    let server = Server::start(otc());
    let target = format!("/v2.1/{P}/images/detail");
    assert_eq!(server.send("POST", &target, &[], "{}").status(), 404);
}

/// Check 26.
#[test]
fn the_image_proxy_ends_before_microversion_2_36() {
    let server = Server::start(otc());
    let target = format!("/v2.1/{P}/images/detail");
    for (version, status) in [("2.35", 200), ("2.36", 404), ("2.60", 404), ("2.61", 406)] {
        let header = [("X-OpenStack-Nova-API-Version", version)];
        assert_eq!(
            server.get_with(&target, &header).status(),
            status,
            "{version}"
        );
    }
}

/// Check 27.
#[test]
fn it_never_speaks_xml() {
    let server = Server::start(otc());
    for target in [
        format!("/v2/{P}/images/detail"),
        format!("/v2.1/{P}/images/detail"),
        format!("/v2.1/{P}/images/{A}"),
        format!("/v2.1/{P}/images/unknown"),
        "/v2.1/".to_owned(),
        "/".to_owned(),
    ] {
        let response = server.get_with(&target, &[("Accept", "application/xml")]);
        let content_type = response.header("content-type").unwrap();
        assert!(content_type.starts_with("application/json"), "{target}");
        assert!(response.json().is_object());
    }
}
