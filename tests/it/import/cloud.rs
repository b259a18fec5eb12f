//! A whole cloud, by its administrator, and what an ordinary user sees of it.

use super::{ROOT, Run, catalogue, cloud, cloud_in_pages, everything, listed, over};
use crate::command::process::{command, text};
use crate::scratch::Scratch;
use nova_images::Fixture;
use std::path::Path;

/// The images, members and all, that a database holds, as a fixture.
fn exported(database: &Path) -> Fixture {
    let output = command(&["export", "--database", text(database)]).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    Fixture::parse("export", &String::from_utf8(output.stdout).unwrap()).unwrap()
}

#[test]
fn an_administrator_takes_all_of_it() {
    let scratch = Scratch::new("import-cloud");
    let cloud = cloud_in_pages(&catalogue(250), 100);
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    let told = run.ends_well();
    assert_eq!(told, "250 images\n");
    assert!(!run.side_file().exists());
    // What is not hidden stands on three pages, what is on one.
    let lists = cloud.emulator().requests();
    lists.verify(
        4,
        nova_images::Matching::operation("glance.images.list").status(200),
    );
    run.is_equal();
    let dump = cloud.emulator().dump().unwrap();
    let found = exported(&run.database);
    let mut cloud_images = dump.images().to_vec();
    cloud_images.sort_by_key(|image| (image.created_at, image.id.clone()));
    assert_eq!(found.images(), cloud_images);
    assert!(found.images().iter().any(|image| !image.members.is_empty()));
    // Members are shown to whom they were.
    let own = over(&run.database);
    let path = "/image/v2/images/00000000-0000-4000-8000-000000000030/members";
    let members = own.get_with(path, &ROOT).good();
    assert_eq!(members, cloud.get_with(path, &ROOT).good());
    assert!(members.contains("\"accepted\""), "{members}");
    assert_eq!(listed(&own, "member", ""), listed(&cloud, "member", ""));
    let nova = |server: &crate::harness::Server| {
        let list = server.get_with("/v2.1/images/detail?limit=1000", &ROOT);
        let text = list.good();
        text.replace(&server.address().to_string(), "HOST")
    };
    assert_eq!(nova(&own), nova(&cloud));
    drop(own);
    // What was taken in loads back equal elsewhere.
    let out = scratch.path("out.json");
    let options = ["export", "--database", text(&run.database), "--out"];
    let written = command(&[&options[..], &[text(&out)]].concat()).output();
    assert!(written.unwrap().status.success());
    let other = scratch.path("other.db");
    let files = ["import", "--database", text(&other), "--file", text(&out)];
    assert!(command(&files).output().unwrap().status.success());
    assert_eq!(everything(&over(&other)), everything(&cloud));
}

#[test]
fn a_user_takes_what_it_sees_and_is_told_so() {
    let scratch = Scratch::new("import-user");
    let cloud = cloud(&catalogue(120));
    let mut run = Run::new(&cloud, &scratch, "v", &[]);
    let told = run.ends_well();
    assert!(told.contains("no administrator"), "{told}");
    let found = everything(&over(&run.database));
    let all = everything(&cloud);
    assert!(found.len() > 40 && found.len() < all.len(), "{told}");
    let of = |owner: &str, visibility: &str| {
        let is_one = |image: &&serde_json::Value| {
            image["owner"] == owner && image["visibility"] == visibility
        };
        let count = |images: &[serde_json::Value]| images.iter().filter(is_one).count();
        (count(&found), count(&all))
    };
    for kind in ["private", "shared", "public", "community"] {
        let (found, all) = of("qq", kind);
        assert!(found == all && all > 0, "{kind}: {found} of {all}");
    }
    assert_eq!(of("pp", "private").0, 0);
    // Shared with it, whether it has said yes or not.
    let (shared, all) = of("pp", "shared");
    assert!(shared > 0 && shared < all, "{shared} of {all}");
}

#[test]
fn a_cloud_may_stand_in_a_file() {
    let scratch = Scratch::new("import-clouds-yaml");
    let cloud = cloud(&catalogue(7));
    let clouds = format!(
        "clouds:\n  mine:\n    auth: {{auth_url: '{}', username: w, password: x, project_name: p}}\n",
        cloud.emulator().identity_url()
    );
    let file = scratch.file("clouds.yaml", clouds);
    let database = scratch.path("images.db");
    let run = |name: &str| {
        let options = ["import", "--database", text(&database), "--os-cloud", name];
        let mut command = command(&options);
        let output = command.env("OS_CLIENT_CONFIG_FILE", &file).output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = run("yours");
    assert_eq!(code, Some(2));
    assert!(said.contains("\"yours\"; it has mine"), "{said}");
    assert!(!database.exists());
    assert_eq!(run("mine"), (Some(0), String::new()));
    assert_eq!(everything(&over(&database)).len(), 7);
}

#[test]
fn an_image_service_may_be_too_old_to_know_of_all() {
    let scratch = Scratch::new("import-old");
    let cloud = cloud(&catalogue(60));
    let json = [("Content-Type", "application/json")];
    let fault = r#"{"operation": "glance.images.list", "count": 1, "status": 400,
        "message": "Invalid visibility value: all"}"#;
    let added = cloud.send("POST", "/_control/faults", &json, fault);
    assert_eq!(added.status(), 201, "{}", added.text());
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    let told = run.ends_well();
    let asked = cloud.emulator().requests().list();
    let lists = asked.iter().map(|entry| entry.target().to_string());
    let lists: Vec<_> = lists.filter(|it| it.contains("/v2/images?")).collect();
    let knows = |list: &String| list.contains("visibility=all");
    assert_eq!(
        lists.iter().map(knows).collect::<Vec<_>>(),
        [true, false, true]
    );
    let found = everything(&over(&run.database));
    assert_eq!(told, format!("{} images\n", found.len()));
    // This one is new, and a list of which nothing is said leaves some out.
    let ids = |images: &[serde_json::Value]| -> Vec<String> {
        images.iter().map(|it| it["id"].to_string()).collect()
    };
    let mut shown = listed(&cloud, "root", "member_status=all");
    shown.extend(listed(&cloud, "root", "visibility=all&os_hidden=true"));
    assert_eq!(ids(&found), ids(&shown));
}
