//! Snapshots that outlive the server.

use super::{ADMIN, dump, list_with, paint, sign_in_v3};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{AuthMode, ControlAccess, EmulatorBuilder, Fixture, StartError};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn of(scratch: &Scratch) -> EmulatorBuilder {
    builder()
        .auth(AuthMode::Strict)
        .fixture(Fixture::docs().unwrap())
        .snapshot_dir(scratch.path("snapshots"))
}

fn files(scratch: &Scratch, ending: &str) -> Vec<PathBuf> {
    let folder = scratch.path("snapshots");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

fn upload(server: &Server, data: &str) -> String {
    let create = r#"{"name": "with data", "disk_format": "raw", "container_format": "bare"}"#;
    let created = server.send("POST", "/image/v2/images", &ADMIN, create);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let upload = [ADMIN[0], ("Content-Type", "application/octet-stream")];
    let file = format!("/image/v2/images/{id}/file");
    assert_eq!(server.send("PUT", &file, &upload, data).status(), 204);
    file
}

#[test]
fn they_are_there_after_a_start() {
    let scratch = Scratch::new("snapshots-across-starts");
    for with_database in [false, true] {
        let start = || {
            let mut builder = of(&scratch);
            if with_database {
                builder = builder
                    .database(scratch.path("cloud.db"))
                    .control(ControlAccess::Full);
            }
            Server::start(builder)
        };
        let server = start();
        paint(&server, "red");
        let file = upload(&server, "some data");
        let user = r#"{"name": "ada", "password": "pass", "roles": [{"role": "member", "project": "openstack"}]}"#;
        assert_eq!(super::post(&server, "/_control/users", user).status(), 201);
        let (_, token) = sign_in_v3(&server, "ada", "pass", "openstack");
        let nova = server.emulator();
        nova.clock().advance(Duration::from_secs(60)).unwrap();
        let info = nova.snapshot("kept").unwrap();
        let drawn = sign_in_v3(&server, "ada", "pass", "openstack").1;
        let state = dump(&server);
        drop(server);

        let server = start();
        let nova = server.emulator();
        assert_eq!(nova.snapshots(), [info]);
        assert_eq!(list_with(&server, &token), 401);
        for _ in 0..2 {
            nova.restore("kept").unwrap();
            assert_eq!(sign_in_v3(&server, "ada", "pass", "openstack").1, drawn);
            assert_eq!(dump(&server), state);
            assert_eq!(list_with(&server, &token), 200);
            assert_eq!(server.get_with(&file, &ADMIN).good(), "some data");
            assert_eq!(nova.clock().now().to_string(), "2026-01-01T12:01:00Z");
            nova.reset().unwrap();
        }
        // In place of it, and without it, nothing of it stays.
        nova.snapshot("kept").unwrap();
        assert_eq!(files(&scratch, ".pages").len(), 1);
        nova.remove_snapshot("kept").unwrap();
        drop(server);
        let left = start().emulator().snapshots().len();
        assert_eq!((left, files(&scratch, ".pages").len()), (0, 0));
        let data = std::fs::read_dir(scratch.path("snapshots/data")).unwrap();
        assert_eq!(data.count(), 0);
    }
}

/// Damages four of five snapshots, each in its way.
fn damage(scratch: &Scratch) {
    let manifest = |name: &str| scratch.path(&format!("snapshots/{name}.snapshot"));
    let change = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = std::fs::read(path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    };
    change(&manifest("cut"), &|bytes| bytes.truncate(bytes.len() / 2));
    change(&manifest("other"), &|bytes| {
        *bytes = b"something else".to_vec();
    });
    change(&manifest("later"), &|bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replacen("snapshot 1 ", "snapshot 2 ", 1).into_bytes();
    });
    let pages = files(scratch, ".pages");
    let mixed = pages
        .iter()
        .find(|path| path.to_string_lossy().contains("mixed-"));
    change(mixed.unwrap(), &|bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
}

#[test]
fn what_is_damaged_is_named() {
    let scratch = Scratch::new("damaged-snapshots");
    let server = Server::start(of(&scratch));
    for name in ["cut", "mixed", "later", "other", "whole"] {
        server.emulator().snapshot(name).unwrap();
    }
    drop(server);
    damage(&scratch);
    // What a crash left behind is in nobody's way.
    std::fs::write(scratch.path("snapshots/whole.snapshot.unfinished"), "").unwrap();

    let server = Server::start(of(&scratch));
    let listed = server.get("/_control/snapshots").json();
    let names = |key: &str| -> Vec<String> {
        let found = listed[key].as_array().unwrap().iter();
        found
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("snapshots"), ["mixed", "whole"]);
    assert_eq!(names("damaged"), ["cut", "later", "other"]);
    let before = dump(&server);
    for (name, file, why) in [
        ("cut", "cut.snapshot", "its digest is another"),
        ("mixed", ".pages", "its digest is another"),
        (
            "later",
            "later.snapshot",
            "it has version 2, this release knows version 1",
        ),
        ("other", "other.snapshot", "it ends in its first line"),
    ] {
        let path = format!("/_control/snapshots/{name}/restore");
        let answer = server.send("POST", &path, &[], "");
        assert_eq!(answer.status(), 409, "{}", answer.text());
        assert!(
            answer.text().contains(file) && answer.text().contains(why),
            "{}",
            answer.text()
        );
        assert_eq!(dump(&server), before);
    }
    server.emulator().restore("whole").unwrap();
    server.emulator().snapshot("cut").unwrap();
    server.emulator().restore("cut").unwrap();
}

#[test]
fn a_folder_has_one_server() {
    let scratch = Scratch::new("folder-of-snapshots");
    let first = of(&scratch).start().unwrap();
    let second = of(&scratch).start();
    assert!(
        matches!(second, Err(StartError::Snapshots(_))),
        "{second:?}"
    );
    drop(first);
    _ = of(&scratch).start().unwrap();
}

/// Data that are no longer what they were are not given.
#[test]
fn data_that_are_others_are_refused() {
    let scratch = Scratch::new("damaged-data");
    let server = Server::start(of(&scratch));
    upload(&server, "some data");
    server.emulator().snapshot("kept").unwrap();
    drop(server);
    let data = std::fs::read_dir(scratch.path("snapshots/data")).unwrap();
    let data: Vec<_> = data.map(|entry| entry.unwrap().path()).collect();
    std::fs::write(&data[0], "other data").unwrap();
    let server = Server::start(of(&scratch));
    let error = server.emulator().restore("kept").unwrap_err().to_string();
    assert!(error.contains("others than their name says"), "{error}");
}
