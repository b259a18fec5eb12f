//! `nova-images export` and `nova-images generate`.

use crate::command::process::{Running, command, refused, text};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{Fixture, GlanceStatus};
use std::collections::HashSet;

/// What a command prints that ends well.
fn printed(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_exported_loads_back_equal() {
    let scratch = Scratch::new("exported");
    let path = scratch.path("cloud.db");
    for set in ["docs", "devcloud", "edge"] {
        _ = std::fs::remove_file(&path);
        let fixture = Fixture::named(set).unwrap();
        let server = Server::start(builder().fixture(fixture).database(&path));
        let images = server.emulator().dump().unwrap();
        drop(server);
        let told = printed(&["export", "--database", text(&path)]);
        let read = Fixture::parse("export", &told).unwrap();
        assert_eq!(read.images(), images.images(), "{set}");
        // To a file it is the same, and nothing else is left there.
        let out = scratch.path("out.json");
        assert_eq!(
            printed(&["export", "--database", text(&path), "--out", text(&out)]),
            ""
        );
        assert_eq!(std::fs::read_to_string(&out).unwrap(), told);
        assert!(!scratch.path("out.json.unfinished").exists());
    }
    let mut variable = command(&["export"]);
    variable.env("NOVA_IMAGES_DATABASE", &path);
    assert!(variable.output().unwrap().status.success());
}

#[test]
fn a_database_that_is_not_there_or_in_use_is_refused() {
    let scratch = Scratch::new("not-exported");
    let path = scratch.path("cloud.db");
    let said = refused(&["export", "--database", text(&path)]);
    assert!(
        said.contains("cloud.db") && said.contains("No such file"),
        "{said}"
    );
    assert!(!path.exists());
    let server = Running::serve(&["--database", text(&path)]);
    let said = refused(&["export", "--database", text(&path)]);
    assert!(said.contains("in use by another process"), "{said}");
    drop(server);
    let other = scratch.file("other.db", "something else");
    let said = refused(&["export", "--database", text(&other)]);
    assert!(said.contains("not a database of nova-images"), "{said}");
    let said = refused(&[
        "export",
        "--database",
        text(&path),
        "--out",
        "/no/such/folder",
    ]);
    assert!(said.contains("/no/such/folder"), "{said}");
}

#[test]
fn the_same_seed_makes_the_same_catalogue() {
    let scratch = Scratch::new("generated");
    let out = scratch.path("cloud.json");
    let told = printed(&["generate", "400", "--seed", "7"]);
    assert_eq!(
        printed(&["generate", "400", "--seed", "7", "--out", text(&out)]),
        ""
    );
    assert_eq!(std::fs::read_to_string(&out).unwrap(), told);
    assert_ne!(printed(&["generate", "400"]), told);
    let fixture = Fixture::parse("generated", &told).unwrap();
    assert_eq!(fixture.images().len(), 400);
    assert_eq!(fixture.to_json(), told);
    let images = fixture.images();
    let distros: HashSet<_> = images
        .iter()
        .filter_map(|image| image.properties.text("os_distro"))
        .collect();
    assert!(distros.len() > 6, "{distros:?}");
    let of = |status| images.iter().filter(|image| image.status == status).count();
    assert!(of(GlanceStatus::Active) > 320 && of(GlanceStatus::Queued) > 2);
    let members: usize = images.iter().map(|image| image.members.len()).sum();
    assert!(members > 10, "{members}");
    // It serves.
    let server = Running::serve(&["--fixture", text(&out)]);
    let (status, list) = server.ask("GET", "/v2.1/images/detail?limit=5", &[], "");
    assert_eq!(
        (status, list.matches("\"created\"").count()),
        (200, 5),
        "{list}"
    );
    let none = Fixture::parse("none", &printed(&["generate", "0"])).unwrap();
    assert_eq!(none.images().len(), 0);
}

#[test]
fn what_makes_no_sense_is_said() {
    for arguments in [&["generate"][..], &["generate", "many"], &["export"]] {
        let output = command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
