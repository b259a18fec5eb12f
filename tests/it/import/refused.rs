//! What is not taken in, and how that is told.

use super::{PEOPLE, Run, catalogue, cloud, everything, over};
use crate::command::process::{Running, command, refused, text};
use crate::harness::Server;
use crate::scratch::Scratch;
use serde_json::json;

/// Lets the list answer this.
fn answer(cloud: &Server, body: &str) {
    let fault = json!({
        "operation": "glance.images.list", "count": 1,
        "reply": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body},
    });
    let json = [("Content-Type", "application/json")];
    let added = cloud.send("POST", "/_control/faults", &json, &fault.to_string());
    assert_eq!(added.status(), 201, "{}", added.text());
}

const BAD: &str = r#"{"images": [
    {"id": "a", "created_at": "2025-01-01T00:00:00Z"},
    {"id": "b", "created_at": "2025-01-01T00:00:00Z", "status": "frozen"},
    {"id": "c", "created_at": "yesterday"},
    {"id": "d", "created_at": "2025-01-01T00:00:00Z"}]}"#;

#[test]
fn an_image_that_cannot_be_stored_is_named_or_left_out() {
    let scratch = Scratch::new("import-bad");
    let cloud = cloud(PEOPLE);
    answer(&cloud, BAD);
    let said = Run::new(&cloud, &scratch, "w", &[]).ends_badly();
    assert!(said.contains("/v2/images?limit=1000"), "{said}");
    assert!(said.contains("image b: $.images[1].status: "), "{said}");
    answer(&cloud, BAD);
    let mut run = Run::new(&cloud, &scratch, "w", &["--skip-bad"]);
    let ran = run.ends();
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "2 images; 2 left out\n")
    );
    for part in [
        "image b: $.images[1].status: ",
        "image c: $.images[2].created_at: ",
    ] {
        assert!(ran.said.contains(part), "{part} in {}", ran.said);
    }
    assert_eq!(everything(&over(&run.database)).len(), 2);
}

#[test]
fn what_is_no_list_is_refused() {
    let scratch = Scratch::new("import-no-list");
    let cloud = cloud(&catalogue(3));
    for (body, part) in [
        (
            "<html>",
            "this is no list of API v2: expected value at line 1 column 1",
        ),
        (r#"{"images": ["#, "this is no list of API v2: EOF"),
        (r#"{"pictures": []}"#, "missing field `images`"),
        (r#"{"images": [7]}"#, "$.images[0]: "),
    ] {
        answer(&cloud, body);
        let said = Run::new(&cloud, &scratch, "w", &[]).ends_badly();
        assert!(said.contains(part), "{part} in {said}");
    }
    let query = "limit=1000&visibility=all&member_status=all&sort_key=created_at&sort_dir=asc";
    answer(
        &cloud,
        &format!(r#"{{"images": [], "next": "/v2/images?{query}"}}"#),
    );
    let said = Run::new(&cloud, &scratch, "w", &[]).ends_badly();
    assert!(said.contains("was there already"), "{said}");
}

#[test]
fn who_is_nobody_there_is_told_so() {
    let scratch = Scratch::new("import-nobody");
    let cloud = cloud(PEOPLE);
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    run.command.env("OS_PASSWORD", "wrong");
    let said = run.ends_badly();
    assert!(said.contains("nobody signs in at http://"), "{said}");
    let gone = crate::command::process::free_address();
    run.command.env("OS_AUTH_URL", format!("http://{gone}"));
    let said = run.ends_badly();
    assert!(said.contains(&gone), "{said}");
    assert!(!run.database.exists());
    let database = scratch.path("images.db");
    let said = refused(&["import", "--database", text(&database)]);
    assert!(said.contains("no credentials for the cloud"), "{said}");
}

#[test]
fn a_database_that_is_in_use_or_anothers_is_left_alone() {
    let scratch = Scratch::new("import-in-use");
    let cloud = cloud(&catalogue(3));
    let mut run = Run::new(&cloud, &scratch, "w", &["--merge"]);
    let server = Running::serve(&["--database", text(&run.database)]);
    let said = run.ends_badly();
    assert!(said.contains("images.db: the database is in use"), "{said}");
    drop(server);
    // A server that is started afterwards shows both.
    run.ends_well();
    let server = Running::serve(&["--database", text(&run.database)]);
    let (status, list) = server.ask("GET", "/v2.1/images", &[], "");
    assert_eq!(status, 200);
    assert!(
        list.contains("fakeimage7") && list.contains("image-2"),
        "{list}"
    );
    drop(server);
    std::fs::write(&run.database, "a letter").unwrap();
    let said = run.ends_badly();
    assert!(said.contains("not a database of nova-images"), "{said}");
}

#[test]
fn options_that_make_no_sense_together_are_explained() {
    for options in [
        &["import"][..],
        &["import", "--database", "d", "--file"],
        &["import", "--database", "d", "--file", "f", "--data"],
        &[
            "import",
            "--database",
            "d",
            "--file",
            "f",
            "--os-cloud",
            "c",
        ],
        &["import", "--database", "d", "--merge", "--replace"],
    ] {
        let output = command(options).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}");
    }
}
