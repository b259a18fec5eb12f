//! What happens in one space stays there.

use super::{ADMIN, IMAGE, list, paint, show, sign_in, with_spaces, within};
use crate::golden::client::Client;
use crate::harness::{Server, builder};
use nova_images::{
    AuthMode, Fixture, Image, Profile, PutImageError, ResetError, SpaceError, Visibility,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn two_spaces_never_see_each_other() {
    let server = with_spaces(&["a", "b"]);
    let before = list(&server, "b").replace("/_space/b", "");
    assert_eq!(list(&server, "a").replace("/_space/a", ""), before);
    let target = format!("/v2/openstack/images/{IMAGE}");
    paint(&server, "a", "red");
    assert_eq!(
        server
            .send("DELETE", &within("b", &target), &ADMIN, "")
            .status(),
        204
    );
    assert!(show(&server, "a").good().contains("\"red\""));
    assert_eq!(show(&server, "b").status(), 404);
    assert!(!show(&server, "").good().contains("\"red\""));
    assert_eq!(list(&server, ""), before);
    for _ in 0..3 {
        for (space, has_it) in [("", true), ("a", true), ("b", false)] {
            for path in ["/api/openstack-images/", "/image/v2/images"] {
                let list = server.get(&within(space, path)).good();
                assert_eq!(list.contains(IMAGE), has_it, "{space} {path}");
            }
        }
    }
    // A reset is one space's own.
    assert_eq!(
        server
            .send("POST", "/_space/b/_control/reset", &[], "")
            .status(),
        204
    );
    assert!(show(&server, "a").good().contains("\"red\""));
    assert_eq!(list(&server, "b").replace("/_space/b", ""), before);
}

#[test]
fn tokens_are_good_in_their_space_only() {
    let strict = builder().fixture(Fixture::named("devcloud").unwrap());
    let server = Server::start(strict.auth(AuthMode::Strict));
    for name in ["a", "b"] {
        server.emulator().make_space(name).make().unwrap();
    }
    let spaces = ["", "a", "b"];
    let tokens = spaces.map(|space| sign_in(&server, space));
    for (at, token) in tokens.iter().enumerate() {
        for (place, space) in spaces.iter().enumerate() {
            let path = within(space, "/v2.1/images");
            let status = server.get_with(&path, &[("X-Auth-Token", token)]).status();
            assert_eq!(status, if at == place { 200 } else { 401 }, "{at} {space}");
        }
    }
    // Time passes in one of them.
    let space = server.emulator().space("a").unwrap();
    space.clock().advance(Duration::from_secs(86_401)).unwrap();
    for (token, (space, status)) in tokens.iter().zip([("", 200), ("a", 401), ("b", 200)]) {
        let path = within(space, "/v2.1/images");
        let answer = server.get_with(&path, &[("X-Auth-Token", token)]);
        assert_eq!(answer.status(), status, "{space}");
    }
}

#[test]
fn a_space_is_made_as_it_is_wanted() {
    let server = with_spaces(&[]);
    let image = Image::builder("own").visibility(Visibility::Public).build();
    let own = server
        .emulator()
        .make_space("own")
        .fixture(Fixture::of([image]));
    let own = own
        .profile(Profile::Nova34)
        .auth(AuthMode::Strict)
        .max_limit(7);
    let own = own.make().unwrap();
    assert_eq!(server.get("/_space/own/v2.1/images").status(), 401);
    assert_eq!(own.default_project_id(), "demo");
    let versions = server.get("/_space/own/").good();
    assert!(versions.contains("2.104"), "{versions}");
    assert!(!server.get("/").good().contains("2.104"));
    assert_eq!(server.emulator().spaces(), ["own"]);
}

#[test]
fn a_space_made_again_under_its_name_serves_nothing_old() {
    let server = with_spaces(&["a"]);
    let fixture =
        |id: &str| Fixture::of([Image::builder(id).visibility(Visibility::Public).build()]);
    for round in 0..3 {
        let token = sign_in(&server, "a");
        // Often enough to be kept.
        let old: Vec<_> = (0..4).map(|_| list(&server, "a")).collect();
        assert_eq!(old[0], old[3]);
        assert!(server.emulator().remove_space("a"));
        assert!(!server.emulator().remove_space("a"));
        for path in [
            "/v2/openstack/images/detail",
            "/v3",
            "/api/openstack-images/",
            "/_control/reset",
        ] {
            assert_eq!(server.get(&within("a", path)).status(), 404, "{path}");
        }
        assert!(server.emulator().space("a").is_none());
        let id = format!("image-{round}");
        server
            .emulator()
            .make_space("a")
            .fixture(fixture(&id))
            .make()
            .unwrap();
        for _ in 0..4 {
            let new = list(&server, "a");
            assert!(new.contains(&id) && !new.contains(IMAGE), "{new}");
        }
        let known = [
            ("X-Auth-Token", "admin-token"),
            ("X-Subject-Token", token.as_str()),
        ];
        let path = within("a", "/identity/v3/auth/tokens");
        assert_ne!(server.get_with(&path, &known).status(), 200);
        server.emulator().remove_space("a");
        server.emulator().make_space("a").make().unwrap();
    }
}

#[test]
fn names() {
    let server = with_spaces(&["a"]);
    let make = |name: &str| server.emulator().make_space(name).make().map(|_| ());
    assert!(matches!(make("a"), Err(SpaceError::Taken { .. })));
    for name in [
        "",
        ".",
        "..",
        ".a",
        "a/b",
        "a b",
        "ä",
        "-a",
        "a%20",
        &"x".repeat(65),
    ] {
        let refused = make(name);
        assert!(
            matches!(refused, Err(SpaceError::Name { .. })),
            "{name:?} {refused:?}"
        );
    }
    for name in ["A", "0", "a.b-c_d", &"x".repeat(64)] {
        make(name).unwrap();
        list(&server, name);
    }
}

/// Four clients list, write and look at spaces of theirs, while a fifth resets, removes and makes again
/// one that is nobody's.
#[test]
fn spaces_side_by_side() {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()).workers(2));
    let nova = server.emulator();
    let others: Vec<_> = (0..4).map(|number| format!("worker-{number}")).collect();
    for name in &others {
        nova.make_space(name).make().unwrap();
    }
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = others
            .iter()
            .map(|name| scope.spawn(|| work_in(nova.address(), name)))
            .collect();
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let space = nova.make_space("restless").make().unwrap();
                space.reset().unwrap();
                nova.reset().unwrap();
                assert!(nova.remove_space("restless"));
            }
        });
        let ended: Vec<_> = clients
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect();
        is_over.store(true, Ordering::Release);
        assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    });
}

fn work_in(address: std::net::SocketAddr, name: &str) {
    let mut client = Client::new(address);
    let headers = ADMIN.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut ask = |method: &str, path: &str, body: &str| {
        let body = (!body.is_empty()).then_some(body.as_bytes());
        let target = within(name, path);
        let answer = client.send(method, &target, &headers, body).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    };
    for round in 0..25 {
        let colour = format!("{name} {round}");
        let path = format!("/v2/openstack/images/{IMAGE}/metadata/colour");
        ask(
            "PUT",
            &path,
            &format!(r#"{{"meta": {{"colour": "{colour}"}}}}"#),
        );
        for _ in 0..3 {
            let list = ask("GET", "/v2/openstack/images/detail", "");
            assert!(list.contains(&colour), "{list}");
        }
    }
}

/// Equal data are there once for all spaces, and go with the last that has them.
#[test]
fn data_of_images_are_a_spaces_own() {
    const DATA: &str = "what both of them have";
    let server = with_spaces(&["a", "b"]);
    let images = ["a", "b"].map(|space| {
        let path = within(space, "/image/v2/images");
        let body = r#"{"name": "own", "disk_format": "raw", "container_format": "bare"}"#;
        let made = server.send("POST", &path, &ADMIN, body);
        assert_eq!(made.status(), 201, "{}", made.text());
        let own = format!("{}/_space/{space}/", server.emulator().url());
        assert!(made.header("location").unwrap().starts_with(&own));
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let file = format!("{path}/{id}/file");
        let headers = [ADMIN[0], ("Content-Type", "application/octet-stream")];
        assert_eq!(server.send("PUT", &file, &headers, DATA).status(), 204);
        (id, file)
    });
    let [(a_id, a_file), (b_id, b_file)] = &images;
    assert_ne!(a_id, b_id);
    let data = |file: &str| server.get_with(file, &ADMIN[..1]);
    assert_eq!(data(a_file).good(), DATA);
    server.emulator().space("a").unwrap().reset().unwrap();
    assert_eq!(data(a_file).status(), 404);
    assert_eq!(data(b_file).good(), DATA);
    assert!(server.emulator().remove_space("a"));
    assert_eq!(data(b_file).good(), DATA);
    server.emulator().reset().unwrap();
    assert_eq!(data(b_file).good(), DATA);
}

#[test]
fn a_handle_keeps_no_space() {
    let server = with_spaces(&["a"]);
    let space = server.emulator().space("a").unwrap();
    server.emulator().remove_space("a");
    let refused = space.reset();
    assert!(matches!(refused, Err(ResetError::Removed)), "{refused:?}");
    drop(server);
    assert!(space.clock().is_frozen());
}

#[test]
fn e2_images_are_put_into_a_running_server() {
    let server = with_spaces(&["a"]);
    let image = |name: &str| {
        Image::builder("put")
            .name(name)
            .visibility(Visibility::Public)
            .build()
    };
    let list = |space: &str| server.get(&within(space, "/v2.1/images")).good();
    // Often enough to be kept.
    for space in ["", "a", "", "a", "", "a"] {
        assert!(!list(space).contains("put"));
    }
    server.emulator().put_image(image("first")).unwrap();
    assert!(list("").contains("first"));
    assert!(!list("a").contains("first"));
    let space = server.emulator().space("a").unwrap();
    space.put_image(image("of a")).unwrap();
    space.put_image(image("again")).unwrap();
    assert!(list("a").contains("again") && !list("a").contains("of a"));
    assert!(list("").contains("first"));
    space.reset().unwrap();
    assert!(!list("a").contains("again"));
    assert!(server.emulator().remove_space("a"));
    let removed = space.put_image(image("late"));
    assert!(matches!(removed, Err(PutImageError::Removed)));
}
