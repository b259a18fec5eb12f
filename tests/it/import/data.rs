//! Data of images: looked at as they come, and kept once.

use super::{PEOPLE, ROOT, Run, cloud, over};
use crate::harness::Server;
use crate::scratch::Scratch;
use nova_images::Matching;
use serde_json::json;

/// An image with data, if any.
pub fn upload(server: &Server, name: &str, data: Option<&str>) -> String {
    let json = [ROOT[0], ("Content-Type", "application/json")];
    let body = json!({"name": name, "disk_format": "raw", "container_format": "bare"});
    let made = server.send("POST", "/image/v2/images", &json, &body.to_string());
    assert_eq!(made.status(), 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    if let Some(data) = data {
        let octets = [ROOT[0], ("Content-Type", "application/octet-stream")];
        let sent = server.send("PUT", &file(&id), &octets, data);
        assert_eq!(sent.status(), 204, "{}", sent.text());
    }
    id
}

fn file(id: &str) -> String {
    format!("/image/v2/images/{id}/file")
}

fn downloads(server: &Server) -> usize {
    let downloads = Matching::operation("glance.images.download");
    usize::try_from(server.emulator().requests().count(&downloads)).unwrap()
}

/// The data that lie in the folder. What was cut off goes by the next start at the latest, and a process that
/// ends need not wait for it.
fn files(scratch: &Scratch) -> usize {
    let Ok(entries) = std::fs::read_dir(scratch.path("images.db-data")) else {
        return 0;
    };
    let names = entries.map(|entry| entry.unwrap().file_name());
    let whole = names.filter(|name| !name.to_string_lossy().starts_with("part-"));
    whole.count()
}

#[test]
fn data_come_with_their_images_and_equal_ones_once() {
    let scratch = Scratch::new("import-data");
    let cloud = cloud(PEOPLE);
    let large = "0123456789abcdef".repeat(200_000);
    let images = [
        upload(&cloud, "a", Some("hello")),
        upload(&cloud, "b", Some(&large)),
        upload(&cloud, "c", Some("hello")),
        upload(&cloud, "d", None),
    ];
    // Without being asked for, they do not come.
    let mut without = Run::new(&cloud, &scratch, "w", &[]);
    assert_eq!(without.ends_well(), "4 images\n");
    assert_eq!((downloads(&cloud), files(&scratch)), (0, 0));
    let mut run = Run::new(&cloud, &scratch, "w", &["--data", "--replace"]);
    assert_eq!(run.ends_well(), "4 images, data of 3\n");
    assert_eq!((downloads(&cloud), files(&scratch)), (2, 2));
    run.is_equal();
    let own = over(&run.database);
    for (id, data) in images.iter().zip(["hello", &large, "hello"]) {
        assert!(own.get_with(&file(id), &ROOT).good() == data);
    }
    assert_eq!(own.get_with(&file(&images[3]), &ROOT).status(), 204);
    // One that goes leaves the other its data.
    let image = format!("/image/v2/images/{}", images[0]);
    assert_eq!(own.send("DELETE", &image, &ROOT, "").status(), 204);
    assert_eq!(own.get_with(&file(&images[2]), &ROOT).good(), "hello");
    drop(own);
    // What is here already does not come again; an image that comes again without being asked for its data
    // keeps them.
    cloud.emulator().requests().clear();
    let mut again = Run::new(&cloud, &scratch, "w", &["--merge"]);
    assert_eq!(
        again.ends_well(),
        "4 images, 4 of them in place of others\n"
    );
    let own = over(&run.database);
    assert!(own.get_with(&file(&images[1]), &ROOT).good() == large);
    drop(own);
    let mut again = Run::new(&cloud, &scratch, "w", &["--merge", "--data"]);
    let told = again.ends_well();
    assert_eq!(told, "4 images, 4 of them in place of others, data of 3\n");
    assert_eq!((downloads(&cloud), files(&scratch)), (0, 2));
    assert_eq!(
        over(&run.database)
            .get_with(&file(&images[0]), &ROOT)
            .good(),
        "hello"
    );
}

#[test]
fn data_that_came_do_not_come_again() {
    let scratch = Scratch::new("import-data-resumed");
    let cloud = cloud(PEOPLE);
    for number in 0..5 {
        upload(&cloud, "n", Some(&"x".repeat(1000 + number)));
    }
    let json = [("Content-Type", "application/json")];
    let fault = r#"{"operation": "glance.images.download", "nth": 3, "cut": 100}"#;
    let added = cloud.send("POST", "/_control/faults", &json, fault);
    assert_eq!(added.status(), 201);
    let mut run = Run::new(&cloud, &scratch, "w", &["--data"]);
    let said = run.ends_badly();
    assert!(said.starts_with("the data of image "), "{said}");
    assert_eq!(files(&scratch), 2);
    cloud.emulator().requests().clear();
    let told = run.ends_well();
    assert!(told.ends_with("5 images, data of 5\n"), "{told}");
    assert_eq!((downloads(&cloud), files(&scratch)), (3, 5));
    run.is_equal();
}

#[test]
fn other_data_than_an_image_tells_of_are_refused() {
    let scratch = Scratch::new("import-other-data");
    let cloud = cloud(PEOPLE);
    let id = upload(&cloud, "n", Some("hello"));
    let json = [("Content-Type", "application/json")];
    let fault = r#"{"operation": "glance.images.download", "count": 1,
        "reply": {"status": 200, "body": "jello"}}"#;
    let added = cloud.send("POST", "/_control/faults", &json, fault);
    assert_eq!(added.status(), 201);
    let mut run = Run::new(&cloud, &scratch, "w", &["--data"]);
    let said = run.ends_badly();
    assert!(
        said.contains(&format!("the data of image {id} have the MD5 ")),
        "{said}"
    );
    assert_eq!(files(&scratch), 0);
    assert!(run.ends_well().ends_with("1 image, data of 1\n"));
    run.is_equal();
}

#[test]
fn an_image_that_goes_meanwhile_is_as_it_was_and_has_no_data() {
    let scratch = Scratch::new("import-gone");
    let cloud = cloud(PEOPLE);
    let mut run = Run::new(&cloud, &scratch, "w", &["--data", "--merge"]);
    assert_eq!(run.ends_well(), "0 images\n");
    upload(&cloud, "a", Some("hello"));
    upload(&cloud, "b", Some("jello"));
    let json = [("Content-Type", "application/json")];
    for operation in ["glance.images.download", "glance.members.list"] {
        let fault = json!({"operation": operation, "count": 1, "status": 404});
        let added = cloud.send("POST", "/_control/faults", &json, &fault.to_string());
        assert_eq!(added.status(), 201, "{}", added.text());
    }
    let told = run.ends_well();
    assert_eq!(told, "2 images, data of 1, 1 without their data\n");
    assert_eq!(files(&scratch), 1);
    // It comes when it is there again.
    let told = run.ends_well();
    assert_eq!(told, "2 images, 2 of them in place of others, data of 2\n");
    run.is_equal();
}
