//! Runs that are cut off, and what becomes of what they have brought.

use super::{Run, catalogue, cloud, cloud_in_pages, everything, over};
use crate::command::process::{command, text};
use crate::harness::Server;
use crate::scratch::Scratch;
use nova_images::Matching;
use serde_json::{Value, json};

/// Lets some requests fail.
fn fail(cloud: &Server, fault: &Value) {
    let json = [("Content-Type", "application/json")];
    let added = cloud.send("POST", "/_control/faults", &json, &fault.to_string());
    assert_eq!(added.status(), 201, "{}", added.text());
}

/// What the lists were asked for, in order.
fn targets(cloud: &Server) -> Vec<String> {
    let entries = cloud.emulator().requests().list();
    let lists = entries
        .iter()
        .filter(|it| it.operation().as_str() == "glance.images.list");
    lists.map(|entry| entry.target().to_string()).collect()
}

#[test]
fn it_goes_on_behind_the_last_page_that_came() {
    let scratch = Scratch::new("import-resumed");
    let cloud = cloud_in_pages(&catalogue(1_000), 400);
    fail(
        &cloud,
        &json!({"operation": "glance.images.list", "nth": 2, "status": 500, "message": "Out of luck."}),
    );
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    let said = run.ends_badly();
    assert!(said.contains("/image/v2/images?"), "{said}");
    assert!(said.contains("500"), "{said}");
    assert!(run.side_file().exists());
    // Nothing is to be seen of it.
    assert_eq!(everything(&over(&run.database)).len(), 0);
    assert_eq!(targets(&cloud).len(), 2);
    cloud.emulator().requests().clear();
    // It is cut off in the members, too.
    fail(
        &cloud,
        &json!({"operation": "glance.members.list", "nth": 100, "reset": true, "count": 5}),
    );
    fail(
        &cloud,
        &json!({"operation": "glance.members.list", "after": 99, "status": 500}),
    );
    let ran = run.ends();
    assert_eq!(ran.code, Some(2), "{}", ran.said);
    assert!(ran.said.contains("400 images on 1 page"), "{}", ran.said);
    assert!(ran.said.contains("/members: "), "{}", ran.said);
    let asked = targets(&cloud);
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().take(2).all(|it| it.contains("marker=")));
    cloud.emulator().requests().clear();
    assert_eq!(
        cloud.send("DELETE", "/_control/faults", &[], "").status(),
        204
    );
    let told = run.ends_well();
    assert!(told.contains("1000 images on 4 pages"), "{told}");
    assert!(told.ends_with("1000 images\n"), "{told}");
    assert_eq!(targets(&cloud), Vec::<String>::new());
    // There are 200 that may have members; those that were asked for theirs are not asked again.
    let asked = cloud.emulator().requests();
    let asked = asked.count(&Matching::operation("glance.members.list"));
    assert!((100..150).contains(&asked), "{asked}");
    assert!(!run.side_file().exists());
    run.is_equal();
}

#[test]
fn a_line_that_was_cut_off_comes_again() {
    let scratch = Scratch::new("import-cut-off");
    let cloud = cloud_in_pages(&catalogue(110), 100);
    fail(
        &cloud,
        &json!({"operation": "glance.members.list", "nth": 1, "status": 500}),
    );
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    run.ends_badly();
    let side = std::fs::read(run.side_file()).unwrap();
    // Both lists are there: the second one's page is cut off.
    std::fs::write(run.side_file(), &side[..side.len() - 2]).unwrap();
    cloud.emulator().requests().clear();
    let told = run.ends_well();
    assert!(told.contains("99 images on 1 page"), "{told}");
    let asked = targets(&cloud);
    assert_eq!(asked.len(), 1, "{asked:?}");
    run.is_equal();
}

#[test]
fn what_is_damaged_or_from_elsewhere_is_refused_in_words() {
    let scratch = Scratch::new("import-damaged");
    let cloud = cloud_in_pages(&catalogue(120), 100);
    fail(
        &cloud,
        &json!({"operation": "glance.images.list", "nth": 2, "status": 500}),
    );
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    run.ends_badly();
    // Another user is shown other images.
    let said = Run::new(&cloud, &scratch, "v", &[]).ends_badly();
    for part in [
        "images.db.import was begun from http://",
        "as user w of project pp, and this is http://",
        "as user v of project qq",
        "--restart",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let whole = std::fs::read_to_string(run.side_file()).unwrap();
    for (text, part) in [
        (
            whole.replacen("\"images\":[{", "\"images\":[[{", 1),
            "line 2 is damaged",
        ),
        (
            whole.replacen("import/2", "import/9", 1),
            "line 1 is damaged: it is no line of an import as this release",
        ),
        // What would be images all the same, and others than the cloud's.
        (
            whole.replacen("\"image-8\"", "\"image-9\"", 1),
            "line 2 is damaged: it is not what was written there",
        ),
        (whole.replacen("marker=", "barker=", 1), "line 2 is damaged"),
        (
            whole
                .lines()
                .flat_map(|line| [line, "\n", line, "\n"])
                .collect(),
            "line 2 is damaged",
        ),
        (
            whole.clone() + "{\"self\":\"nonsense\"}\n",
            "line 3 is damaged",
        ),
        (
            whole.clone() + "{\"self\":\"members 77777\"}\n",
            "line 3 is damaged",
        ),
        (
            whole.clone() + "{\"self\":\"data 7 x y z\"}\n",
            "line 3 is damaged",
        ),
    ] {
        std::fs::write(run.side_file(), text).unwrap();
        let said = run.ends_badly();
        assert!(said.contains(part), "{part} in {said}");
        assert!(said.contains("--restart"), "{said}");
    }
    // A file in which nothing stands yet is begun anew.
    std::fs::write(run.side_file(), "{\"schema\":\"nova").unwrap();
    assert_eq!(run.ends_well(), "120 images\n");
    run.is_equal();
}

#[test]
fn restarting_throws_away_what_has_come() {
    let scratch = Scratch::new("import-restarted");
    let cloud = cloud_in_pages(&catalogue(120), 100);
    fail(
        &cloud,
        &json!({"operation": "glance.images.list", "nth": 2, "status": 500}),
    );
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    run.ends_badly();
    std::fs::write(run.side_file(), "something else\n").unwrap();
    cloud.emulator().requests().clear();
    let mut again = Run::new(&cloud, &scratch, "w", &["--restart"]);
    assert_eq!(again.ends_well(), "120 images\n");
    assert_eq!(targets(&cloud).len(), 3);
    again.is_equal();
}

#[test]
fn a_token_that_ends_meanwhile_is_renewed() {
    let scratch = Scratch::new("import-renewed");
    let cloud = cloud_in_pages(&catalogue(210), 100);
    fail(
        &cloud,
        &json!({"operation": "glance.images.list", "nth": 2, "status": 401}),
    );
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    assert_eq!(run.ends_well(), "210 images\n");
    let signed_in = Matching::operation("keystone.tokens.create").status(201);
    cloud.emulator().requests().verify(2, signed_in);
    run.is_equal();
}

#[test]
fn what_was_left_out_is_told_by_the_run_that_goes_on() {
    let scratch = Scratch::new("import-left-out");
    let cloud = cloud(&catalogue(3));
    let page = json!({"images": [
        {"id": "a", "created_at": "2025-01-01T00:00:00Z"},
        {"id": "b", "created_at": "2025-01-01T00:00:00Z", "status": "frozen"}]});
    fail(
        &cloud,
        &json!({"operation": "glance.images.list", "count": 1,
            "reply": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": page.to_string()}}),
    );
    fail(
        &cloud,
        &json!({"operation": "glance.images.list", "count": 1, "status": 500}),
    );
    let mut run = Run::new(&cloud, &scratch, "w", &["--skip-bad"]);
    run.ends_badly();
    let told = run.ends_well();
    assert!(told.contains("left out: http://"), "{told}");
    assert!(told.contains("image b: $.images[1].status: "), "{told}");
    assert!(told.ends_with("1 image; 1 left out\n"), "{told}");
}

#[test]
fn saved_lists_do_not_come_between() {
    let scratch = Scratch::new("import-between");
    let cloud = cloud_in_pages(&catalogue(120), 100);
    let broken = json!({"operation": "glance.images.list", "nth": 2, "status": 500});
    fail(&cloud, &broken);
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    run.ends_badly();
    let page = r#"{"images": [{"id": "a", "created_at": "2025-01-01T00:00:00Z"}]}"#;
    let page = scratch.file("page.json", page);
    let of_file = |options: &[&str]| {
        let all = [
            "import",
            "--database",
            text(&run.database),
            "--file",
            text(&page),
        ];
        command(&[&all[..], options].concat()).output().unwrap()
    };
    let refused = of_file(&[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    for part in [
        "images.db.import holds what has come from http://",
        "as user w of project pp and is not stored yet",
        "--restart",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(everything(&over(&run.database)).len(), 0);
    assert!(of_file(&["--restart"]).status.success());
    assert!(!run.side_file().exists());
    assert_eq!(everything(&over(&run.database)).len(), 1);
    // A file in which nothing stands is nobody's.
    std::fs::write(run.side_file(), "{\"schema\":\"nova").unwrap();
    assert!(of_file(&["--merge"]).status.success());
    assert!(!run.side_file().exists());
    let mut again = Run::new(&cloud, &scratch, "w", &["--replace"]);
    assert_eq!(again.ends_well(), "120 images\n");
    run.is_equal();
}
