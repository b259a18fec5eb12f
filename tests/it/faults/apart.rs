//! Faults of spaces, which never meet.

use super::{JSON, LIST, MARK, faults_of};
use crate::harness::Server;
use nova_images::{Fault, FaultError};
use serde_json::json;

fn with_spaces(names: &[&str]) -> Server {
    let server = Server::with("docs");
    for name in names {
        server.emulator().make_space(*name).make().unwrap();
    }
    server
}

#[test]
fn a_space_has_its_own() {
    let server = with_spaces(&["a", "b"]);
    for (space, status) in [("", 500), ("a", 501), ("b", 503)] {
        let fault = json!({"status": status, "name": format!("of-{status}")});
        let added = server.send("POST", &faults_of(space), JSON, &fault.to_string());
        assert_eq!((added.status(), &added.json()["id"]), (201, &json!(1)));
    }
    for (space, status) in [("", 500), ("/_space/a", 501), ("/_space/b", 503)] {
        let answer = server.get(&format!("{space}{LIST}"));
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header(MARK), Some(format!("of-{status}")));
    }
    let reset = server.send("POST", "/_space/a/_control/reset", JSON, "");
    assert_eq!(reset.status(), 204);
    for (space, status) in [("", 500), ("/_space/a", 200), ("/_space/b", 503)] {
        assert_eq!(server.get(&format!("{space}{LIST}")).status(), status);
    }
    // A space that there is none of has none, not even those of the server's own.
    let missing = server.get(&format!("/_space/c{LIST}"));
    assert_eq!((missing.status(), missing.header(MARK)), (404, None));
}

#[test]
fn made_again_it_has_none() {
    let server = with_spaces(&["a"]);
    let nova = server.emulator();
    let space = nova.space("a").unwrap();
    space.faults().add(Fault::anywhere().stale()).unwrap();
    space.faults().add(Fault::anywhere().status(503)).unwrap();
    assert_eq!(space.faults().list().len(), 2);
    assert!(nova.remove_space("a"));
    // Whoever still holds it is told.
    let refused = space.faults().add(Fault::anywhere().status(503));
    assert!(matches!(refused, Err(FaultError::Removed)));
    assert!(matches!(
        space.faults().preset("maintenance"),
        Err(FaultError::Removed)
    ));
    assert_eq!(
        (space.faults().list().len(), space.faults().clear()),
        (0, 0)
    );
    nova.make_space("a").make().unwrap();
    assert_eq!(server.get(&format!("/_space/a{LIST}")).status(), 200);
}

/// What is stale in one is no business of another's, nor of what is kept of answers.
#[test]
fn what_is_stale_stays_in_its_space() {
    let server = with_spaces(&["a", "b"]);
    let colours = |expected: [bool; 3]| {
        for (space, is_red) in ["", "/_space/a", "/_space/b"].into_iter().zip(expected) {
            for _ in 0..3 {
                let list = server.get(&format!("{space}{LIST}")).good();
                assert_eq!(list.contains("crimson"), is_red, "{space:?}");
            }
        }
    };
    colours([false, false, false]);
    let a = server.emulator().space("a").unwrap();
    let id = a.faults().add(Fault::anywhere().stale()).unwrap();
    for space in ["", "/_space/a", "/_space/b"] {
        assert_eq!(super::paint(&server, space, "crimson").status(), 200);
    }
    colours([true, false, true]);
    assert!(a.faults().remove(id));
    colours([true, true, true]);
}
