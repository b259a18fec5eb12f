//! What is dumped and loaded again is the same.

use super::{ADMIN, IMAGE, JSON, dump, load, paint, post};
use crate::golden::client::Client;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{
    AuthMode, ControlAccess, Emulator, Fixture, GlanceStatus, Image, MemberStatus, Profile,
    Timestamp, Visibility,
};
use serde_json::{Value, json};

#[test]
fn what_is_loaded_of_a_dump_is_equal() {
    for set in ["docs", "devcloud", "edge", "none"] {
        let server = Server::with(set);
        let text = dump(&server);
        let again = Server::with("docs");
        load(&again, &text);
        assert_eq!(dump(&again), text, "{set}");
        let lists = ["/v2/p/images/detail", "/v2.1/images", "/image/v2/images"];
        for target in lists {
            assert_eq!(seen(&again, target), seen(&server, target), "{set}");
        }
        // So is a server that starts from it.
        let fixture = Fixture::parse("dump", &text).unwrap();
        assert_eq!(
            dump(&Server::start(builder().fixture(fixture))),
            text,
            "{set}"
        );
    }
}

/// What a server answers, whatever its port.
fn seen(server: &Server, target: &str) -> String {
    let port = format!(":{}", server.address().port());
    server.get(target).text().replace(&port, "")
}

#[test]
fn a_dump_tells_what_has_changed() {
    let server = Server::with("docs");
    paint(&server, "red");
    let other = "155d900f-4e14-4e4c-a73d-069cbf4541e6";
    let path = format!("/v2/openstack/images/{other}");
    assert_eq!(server.send("DELETE", &path, &ADMIN, "").status(), 204);
    let text = dump(&server);
    let state: Value = serde_json::from_str(&text).unwrap();
    let image = |id: &str| {
        let images = state["images"].as_array().unwrap();
        images
            .iter()
            .find(|image| image["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(image(IMAGE)["colour"], "red");
    assert_eq!(image(other)["status"], "deleted");
    let again = Server::with("none");
    load(&again, &text);
    let target = "/v2/openstack/images/detail";
    assert_eq!(seen(&again, target), seen(&server, target));
    assert_eq!(dump(&again), text);
}

/// What cannot stand among an image's own keys, and whom nobody names.
#[test]
fn oddities_are_kept() {
    let moment = Timestamp::from_micros(1_700_000_000_123_456);
    let image = Image::builder("odd")
        .created_at(moment)
        .owner("nobody's project")
        .visibility(Visibility::Shared)
        .status(GlanceStatus::Saving)
        .property("size", "big")
        .property("tags", "none")
        .property("self", "")
        .property("ünïcode \u{1f600}", "\"\\\n\u{7f}")
        .member("p1", MemberStatus::Rejected)
        .member("p2", MemberStatus::Pending)
        .tag("b")
        .tag("a");
    let mut deleted = Image::builder("gone").status(GlanceStatus::Deleted).build();
    deleted.properties.set("still", "there".into());
    let server = Server::with("docs");
    let nova = server.emulator();
    nova.put_image(image.build()).unwrap();
    nova.put_image(deleted).unwrap();
    let text = dump(&server);
    let state: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(state["properties"]["odd"]["size"], "big");
    assert_eq!(state["strangers"], json!(["nobody's project"]));
    let again = Server::with("none");
    load(&again, &text);
    assert_eq!(dump(&again), text);
    assert_eq!(again.emulator().dump().unwrap().to_json(), text);
    let projects = again.get("/_control/projects").json();
    let is_named = |name: &str| projects.to_string().contains(name);
    assert!(
        !is_named("nobody's project") && is_named("openstack"),
        "{projects}"
    );
}

/// Nova 2014.2's fake image service keeps whatever JSON it is given.
#[test]
fn properties_of_other_kinds_are_kept() {
    let start = |set: &str| {
        Server::start(
            builder()
                .profile(Profile::Juno)
                .fixture(Fixture::named(set).unwrap()),
        )
    };
    let server = start("docs");
    let path = format!("/v2/openstack/images/{IMAGE}/metadata");
    let body = r#"{"metadata": {"list": [1, 2.50, null], "flag": true, "nothing": null}}"#;
    _ = server.send("POST", &path, &ADMIN, body).good();
    let text = dump(&server);
    let again = start("docs");
    load(&again, &text);
    assert_eq!(dump(&again), text);
    assert_eq!(again.get(&path).good(), server.get(&path).good());
    assert!(server.get(&path).good().contains("2.5"));
}

#[test]
fn passwords_are_told_as_hashes_that_are_as_good() {
    let start = |fixture| Server::start(builder().auth(AuthMode::Strict).fixture(fixture));
    let text = r#"{"projects": [{"id": "p1", "name": "web"}],
        "users": [{"name": "ada", "password": "pass", "roles": [{"role": "member", "project": "web"}]}]}"#;
    let server = start(Fixture::parse("people", text).unwrap());
    let told = dump(&server);
    assert!(!told.contains("\"password\""), "{told}");
    let again = start(Fixture::parse("dump", &told).unwrap());
    assert_eq!(dump(&again), told);
    assert_eq!(super::sign_in_v3(&again, "ada", "pass", "web").0, 201);
    assert_eq!(super::sign_in_v2(&again, "ada", "word", "web").0, 401);
    for (wrong, why) in [
        (
            r#"{"users": [{"name": "a", "password_hash": "x"}]}"#,
            "$.users[0].password_hash",
        ),
        (
            r#"{"users": [{"name": "a", "password": "p", "password_hash": "x"}]}"#,
            "stands beside a password",
        ),
    ] {
        let error = Fixture::parse("wrong", wrong).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

/// Whoever may not change anything is not told who signs in by what.
#[test]
fn a_dump_is_not_for_everybody() {
    let server = Server::start(
        builder()
            .fixture(Fixture::docs().unwrap())
            .control(ControlAccess::Read),
    );
    let refused = server.get("/_control/fixtures");
    assert_eq!(refused.status(), 403);
    assert!(!refused.text().contains("token\""), "{}", refused.text());
    assert_eq!(server.get("/_control/users").status(), 200);
}

#[test]
fn a_fixture_that_is_wrong_loads_nothing() {
    let server = Server::with("docs");
    let before = (dump(&server), server.emulator().dump().unwrap().to_json());
    for (body, why) in [
        ("", "empty"),
        ("[", "not JSON"),
        (r#"{"fixture": "x"}"#, "no fixture \"x\" is built in"),
        (r#"{"fixture": "/etc/passwd"}"#, "is built in"),
        (r#"{"fixture": 7}"#, "unknown section"),
        (r#"{"image": []}"#, "nearest known one is \"images\""),
        (
            r#"{"images": [{"id": "a", "created_at": "2026-01-01T00:00:00Z"}, {"id": "b"}]}"#,
            "$.images[1].created_at",
        ),
        (
            r#"{"images": [{"id": "a", "created_at": "2026-01-01T00:00:00Z"}], "members": {"c": []}}"#,
            "$.members.c: no such image",
        ),
        (
            r#"{"images": [{"id": "a", "created_at": "2026-01-01T00:00:00Z"}],
                "properties": {"a": {"k": {"json": "{"}}}}"#,
            "$.properties.a.k.json: is not JSON",
        ),
        (
            r#"{"images": [{"id": "a", "created_at": "2026-01-01T00:00:00Z"}],
                "properties": {"a": {"k": 7}}}"#,
            "$.properties.a.k: must be a string",
        ),
        (r#"{"strangers": [""]}"#, "$.strangers[0]"),
    ] {
        for what in ["load", "merge"] {
            let answer = post(&server, &format!("/_control/fixtures/{what}"), body);
            assert_eq!(answer.status(), 400, "{what} {body}: {}", answer.text());
            assert!(
                answer.text().contains(&why.replace('"', "\\\"")),
                "{}",
                answer.text()
            );
        }
        assert_eq!(dump(&server), before.0);
    }
    let form = [("Content-Type", "text/plain")];
    let refused = server.send("POST", "/_control/fixtures/load", &form, "{}");
    assert_eq!(refused.status(), 415);
    assert_eq!(server.emulator().dump().unwrap().to_json(), before.1);
}

#[test]
fn a_long_dump_is_sent_as_it_is_written() {
    let numbered = |number: i64| {
        Image::builder(format!("image-{number:05}"))
            .name("x".repeat(200))
            .created_at(Timestamp::from_micros(number / 3))
            .property("description", "y".repeat(1000))
            .member("p", MemberStatus::Accepted)
            .build()
    };
    let fixture = Fixture::of((0..1000).map(numbered));
    let server = Server::start(builder().fixture(fixture));
    let answer = server.get("/_control/fixtures");
    assert_eq!(answer.header("content-length"), None);
    let text = answer.good();
    let state: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(state["images"].as_array().unwrap().len(), 1000);
    assert_eq!(state["members"].as_object().unwrap().len(), 1000);
    let again = Server::with("none");
    load(&again, &text);
    assert_eq!(dump(&again), text);
    let head = server.send("HEAD", "/_control/fixtures", &[], "");
    assert_eq!(head.status(), 200);
}

/// Back to where the server began, not to what was loaded.
#[test]
fn a_reset_goes_back_to_the_start() {
    let scratch = Scratch::new("loaded-and-reset");
    for database in [None, Some(scratch.path("cloud.db"))] {
        let mut builder = builder().fixture(Fixture::docs().unwrap());
        if let Some(path) = database {
            builder = builder.database(path).control(ControlAccess::Full);
        }
        let server = Server::start(builder);
        let first = dump(&server);
        load(&server, r#"{"fixture": "devcloud"}"#);
        assert!(!dump(&server).contains("fakeimage7"));
        assert_ne!(server.emulator().default_project_id(), "openstack");
        server.emulator().reset().unwrap();
        // The salts of the hashes are those of the start, too.
        assert_eq!(dump(&server), first);
        assert_eq!(server.emulator().default_project_id(), "openstack");
    }
}

#[test]
fn servers_of_one_fixture_dump_one_text() {
    for fixture in ["docs", "devcloud", "edge"] {
        assert_eq!(
            dump(&Server::with(fixture)),
            dump(&Server::with(fixture)),
            "{fixture}"
        );
    }
}

#[test]
fn spaces_are_apart() {
    let server = Server::with("docs");
    let nova = server.emulator();
    let space = nova.make_space("a").make().unwrap();
    let before = dump(&server);
    done_in(
        &server,
        "/_space/a/_control/fixtures/load",
        r#"{"fixture": "edge"}"#,
    );
    assert_eq!(dump(&server), before);
    let edge = Fixture::named("edge").unwrap();
    assert_eq!(space.dump().unwrap().images().len(), edge.images().len());
    space.reset().unwrap();
    assert_eq!(space.dump().unwrap().images().len(), 8);
    space.load_fixture(Fixture::named("none").unwrap()).unwrap();
    space
        .merge_fixture(Fixture::of([Image::builder("a").build()]))
        .unwrap();
    assert_eq!(space.dump().unwrap().images().len(), 1);
    nova.remove_space("a");
    assert!(space.dump().is_err());
}

fn done_in(server: &Server, path: &str, body: &str) {
    super::done(&server.send("POST", path, &[JSON], body));
}

/// The users of a file are those of the start: of what is loaded, the images stay.
#[test]
fn what_is_loaded_into_a_file_stays() {
    let scratch = Scratch::new("loaded-into-a-file");
    let start = || -> Emulator {
        builder()
            .fixture(Fixture::docs().unwrap())
            .database(scratch.path("cloud.db"))
            .control(ControlAccess::Full)
            .start()
            .unwrap()
    };
    let nova = start();
    let mut client = Client::new(nova.address());
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    let body =
        br#"{"images": [{"id": "a", "name": "mine", "created_at": "2026-01-01T00:00:00Z"}]}"#;
    let answer = client.send("POST", "/_control/fixtures/load", &headers, Some(body));
    assert_eq!(answer.unwrap().status, 204);
    drop(nova);
    // What the fixture of the start has comes beside it, as at every start.
    let images = start().dump().unwrap();
    let ids: Vec<_> = images
        .images()
        .iter()
        .map(|image| image.id.as_str())
        .collect();
    assert!(ids.contains(&"a") && ids.len() == 9, "{ids:?}");
}
