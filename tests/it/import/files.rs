//! Lists that were saved.

use super::{catalogue, cloud, everything, over, saved_list};
use crate::command::process::{Running, command, refused, text};
use crate::harness::Server;
use crate::scratch::Scratch;
use nova_images::Fixture;
use std::path::{Path, PathBuf};

/// Glance's list as an administrator saves it, page by page, and members of its images.
fn saved(cloud: &Server, scratch: &Scratch) -> Vec<PathBuf> {
    let root = [("X-Auth-Token", "root")];
    let mut files = Vec::new();
    for list in [
        "visibility=all&member_status=all",
        "visibility=all&os_hidden=true",
    ] {
        let mut next = Some(format!("/image/v2/images?limit=100&{list}"));
        while let Some(path) = next {
            let page = cloud.get_with(&path, &root).good();
            let read: serde_json::Value = serde_json::from_str(&page).unwrap();
            let name = format!("page-{:02}.json", files.len());
            files.push(scratch.file(&name, &page));
            for image in read["images"].as_array().unwrap() {
                if image["visibility"] == "shared" {
                    let id = image["id"].as_str().unwrap();
                    let members = format!("/image/v2/images/{id}/members");
                    let members = cloud.get_with(&members, &root).good();
                    files.push(scratch.file(&format!("members-{id}.json"), members));
                }
            }
            let link = read["next"].as_str();
            next = link.map(|link| format!("/image{}", &link[link.find("/v2/").unwrap()..]));
        }
    }
    files
}

#[test]
fn saved_pages_and_members_are_the_cloud() {
    let scratch = Scratch::new("import-files");
    let cloud = cloud(&catalogue(250));
    let files = saved(&cloud, &scratch);
    assert!(files.len() > 20);
    let database = scratch.path("images.db");
    let mut options = vec!["import", "--database", text(&database), "--file"];
    options.extend(files.iter().map(|file| text(file)));
    let output = command(&options).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!((said.as_str(), &*output.stdout), ("", &b"250 images\n"[..]));
    assert_eq!(everything(&over(&database)), everything(&cloud));
    let members = over(&database).emulator().dump().unwrap();
    let count =
        |images: &[nova_images::Image]| images.iter().map(|it| it.members.len()).sum::<usize>();
    assert_eq!(
        count(members.images()),
        count(cloud.emulator().dump().unwrap().images())
    );
}

/// The status of an import, what it told, and what it said of errors.
fn import(database: &Path, file: &Path, options: &[&str]) -> (Option<i32>, String, String) {
    let all = ["import", "--database", text(database), "--file", text(file)];
    let output = command(&[&all[..], options].concat()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn as_many_as_need_indexes_afterwards() {
    let scratch = Scratch::new("import-many");
    let many = scratch.file("many.json", saved_list(10_000));
    let few = scratch.path("few.json");
    let options = ["generate", "100", "--seed", "4", "--out", text(&few)];
    assert!(command(&options).output().unwrap().status.success());
    let database = scratch.path("images.db");
    let import = |file: &Path, options: &[&str]| import(&database, file, options);
    let good = |told: &str| (Some(0), format!("{told}\n"), String::new());
    assert_eq!(import(&few, &[]), good("100 images"));
    let (code, _, said) = import(&many, &[]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("images.db has images already (100): --merge"),
        "{said}"
    );
    assert_eq!(import(&many, &["--merge"]), good("10000 images"));
    let again = "100 images, 100 of them in place of others";
    assert_eq!(import(&few, &["--merge"]), good(again));
    let exported = || {
        let output = command(&["export", "--database", text(&database)]).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        Fixture::parse("export", &text).unwrap()
    };
    // Each by itself: together, projects of one name are one.
    let images = [&many, &few].map(|file| Fixture::read(file).unwrap().images().to_vec());
    let mut expected = images.concat();
    expected.sort_by_key(|image| (image.created_at, image.id.clone()));
    assert!(exported().images() == expected);
    assert_eq!(import(&few, &["--replace"]), good("100 images"));
    assert_eq!(exported().images().len(), 100);
}

#[test]
fn what_the_database_has_stays_beside_what_comes() {
    let scratch = Scratch::new("import-beside");
    let database = scratch.path("images.db");
    let page = |name: &str, ids: &[&str], colour: &str| {
        let image = |id: &&str| {
            format!(
                r#"{{"id": "{id}", "created_at": "2025-01-01T00:00:00Z", "visibility": "public", "colour": "{colour}"}}"#
            )
        };
        let images: Vec<_> = ids.iter().map(image).collect();
        scratch.file(name, format!(r#"{{"images": [{}]}}"#, images.join(", ")))
    };
    let import = |file: &Path, option: &[&str]| {
        let (code, told, said) = import(&database, file, option);
        assert_eq!(code, Some(0), "{said}");
        told
    };
    import(&page("one", &["a", "b"], "red"), &[]);
    let told = import(&page("two", &["b", "c"], "blue"), &["--merge"]);
    assert_eq!(told, "2 images, 1 of them in place of others\n");
    let colours = || {
        let images = everything(&over(&database)).into_iter();
        let told = images.map(|it| format!("{} {}", it["id"], it["colour"]).replace('"', ""));
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    };
    assert_eq!(colours(), ["a red", "b blue", "c blue"]);
    import(&page("three", &["d"], "green"), &["--replace"]);
    assert_eq!(colours(), ["d green"]);
    // Nova's own list is one, too.
    let nova = over(&database).get_with("/v2.1/images/detail", &[("X-Auth-Token", "root")]);
    let nova = scratch.file("nova.json", nova.good());
    import(&nova, &["--replace"]);
    assert_eq!(colours(), ["d green"]);
}

#[test]
fn damage_is_named_by_file_and_place() {
    let scratch = Scratch::new("import-damaged-files");
    let database = scratch.path("images.db");
    let said = |content: &str| {
        let file = scratch.file("page.json", content);
        refused(&[
            "import",
            "--database",
            text(&database),
            "--file",
            text(&file),
        ])
    };
    let told = said(r#"{"images": [{"id": "a", "created_at": "2025-01-01T00:00:00Z"}"#);
    assert!(
        told.contains("page.json") && told.contains("line 1 column"),
        "{told}"
    );
    let told =
        said(r#"{"images": [{"id": "a", "created_at": "2025-01-01T00:00:00Z", "status": "odd"}]}"#);
    assert!(told.contains("$.images[0].status"), "{told}");
    let told = said(r#"{"members": [{"member_id": "p", "image_id": "nobody"}]}"#);
    assert!(
        told.contains("$.members[0].image_id: no such image"),
        "{told}"
    );
    let told = said(
        r#"{"images": [{"id": "a", "created_at": "2025-01-01T00:00:00Z"}],
            "members": [{"member_id": "p", "image_id": "a"}, {"member_id": "p", "image_id": "a"}]}"#,
    );
    assert!(
        told.contains("$.members[1].member_id: \"p\" is a member twice"),
        "{told}"
    );
    assert!(!database.exists());
}

#[test]
fn what_comes_through_a_pipe_is_taken() {
    let scratch = Scratch::new("import-pipe");
    let page = r#"{"images": [{"id": "a", "created_at": "2025-01-01T00:00:00Z", "visibility": "public", "name": "piped"}]}"#;
    let page = scratch.file("page.json", page);
    let piped = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.stdin(std::fs::File::open(&page).unwrap());
        command
    };
    let server = Running::start(piped(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--fixture",
        "-",
    ]));
    let (status, list) = server.ask("GET", "/v2.1/images", &[], "");
    assert_eq!(status, 200);
    assert!(list.contains("piped"), "{list}");
    // In memory it goes back to what came once.
    let (status, _) = server.ask("POST", "/_control/reset", &[], "");
    assert_eq!(status, 204);
    drop(server);
    let database = scratch.path("images.db");
    let output = piped(&["import", "--database", text(&database), "--file", "-"]).output();
    assert_eq!(output.unwrap().stdout, b"1 image\n");
    let empty = command(&["import", "--database", text(&database), "--file", "-"]).output();
    let said = String::from_utf8(empty.unwrap().stderr).unwrap();
    assert!(
        said.contains("fixture standard input: it is empty"),
        "{said}"
    );
}
