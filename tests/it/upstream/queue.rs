//! More requests at once than the cloud is to have: they wait for their turn.

use super::DEMO;
use super::scene::{LIST, Scene};
use super::stub::{Act, json, page};
use crate::golden::client::Client;
use nova_images::Profile;
use serde_json::Value;
use std::io::Write as _;
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::sync::{Arc, Barrier};

/// Another project than [`DEMO`]'s.
const OTHER: &str = "alt-token";

fn scene(script: impl IntoIterator<Item = Act>, most: usize) -> Scene {
    Scene::set(Profile::Default, script, |config| {
        config.connections = NonZeroUsize::new(most).unwrap();
    })
}

/// A client that asks, and does not listen yet.
fn ask(scene: &Scene, token: &str, name: &str) -> TcpStream {
    let mut stream = TcpStream::connect(scene.proxy.address()).unwrap();
    let request =
        format!("GET {LIST}?name={name} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn upstream(scene: &Scene) -> Value {
    scene.proxy.get("/_control/health/ready").json()["upstream"].clone()
}

fn until(scene: &Scene, in_flight: u64, waiting: u64) {
    loop {
        let seen = upstream(scene);
        if seen["in_flight"] == in_flight && seen["waiting"] == waiting {
            return;
        }
    }
}

#[test]
fn each_project_in_turn_and_who_leaves_is_not_asked_for() {
    let good = || json("200 OK", "", &page(&["good"], None));
    let go_on = Arc::new(Barrier::new(2));
    let script = [
        Act::Say(good()),
        Act::Say(good()),
        Act::Meet(Arc::clone(&go_on), good()),
    ];
    let scene = scene(script, 1);
    // Whose tokens these are is known from now on.
    for token in [DEMO.1, OTHER] {
        _ = scene.proxy.get_with(LIST, &[(DEMO.0, token)]).good();
    }
    let mut clients = vec![ask(&scene, DEMO.1, "first")];
    until(&scene, 1, 0);
    for (number, name) in (1..).zip(["d1", "d2", "d3", "d4"]) {
        clients.push(ask(&scene, DEMO.1, name));
        until(&scene, 1, number);
    }
    clients.push(ask(&scene, OTHER, "other"));
    until(&scene, 1, 5);
    let d2 = clients.remove(2);
    drop(d2);
    until(&scene, 1, 4);
    go_on.wait();
    until(&scene, 0, 0);
    let heads = scene.glance.heads();
    let names: Vec<_> = heads[2..]
        .iter()
        .map(|head| {
            let query = head.split_ascii_whitespace().nth(1).unwrap();
            let name = query
                .split(['?', '&'])
                .find_map(|part| part.strip_prefix("name="));
            name.unwrap().to_owned()
        })
        .collect();
    assert_eq!(names, ["first", "d1", "other", "d3", "d4"]);
    assert_eq!(scene.glance.connections(), 1);
}

#[test]
fn a_service_that_hangs_keeps_nobody_from_another() {
    let scene = scene([Act::Hold], 1);
    let _held = ask(&scene, DEMO.1, "held");
    while scene.glance.asked() == 0 {}
    let _waits = ask(&scene, DEMO.1, "waits");
    until(&scene, 1, 1);
    // Another token, which nobody has asked about yet.
    let headers = [("X-Auth-Token", OTHER)];
    let projects = scene
        .proxy
        .get_with("/identity/v3/auth/projects", &headers)
        .good();
    assert!(projects.contains("\"projects\""), "{projects}");
    until(&scene, 1, 1);
}

#[test]
fn no_more_are_under_way_than_there_may_be() {
    let scene = scene([], 2);
    let address = scene.proxy.address();
    std::thread::scope(|scope| {
        for _ in 0..30 {
            scope.spawn(|| {
                let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
                let answer = Client::new(address).send("GET", LIST, &headers, None);
                assert_eq!(answer.unwrap().status, 200);
            });
        }
    });
    assert_eq!(scene.glance.asked(), 30);
    assert!(scene.glance.connections() <= 2);
}
