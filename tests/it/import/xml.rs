//! Lists that XML clients of Nova's have saved.

use super::{ROOT, cloud, over};
use crate::command::process::{command, refused, text};
use crate::harness::Server;
use crate::scratch::Scratch;
use nova_images::{Fixture, Image};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A cloud of images with all that Nova's XML tells, and with all that is hard to write in it.
fn odd_cloud() -> Server {
    let names = [
        "plain",
        "a <b> & \"c\" 'd'",
        "  blanks\tand\nlines  ",
        "ü € \u{1f600} ]]>",
        "",
    ];
    let statuses = ["active", "queued", "saving", "killed", "deactivated"];
    let image = |number: usize| {
        let mut image = json!({
            "id": format!("00000000-0000-4000-8000-{number:012}"),
            "name": names.get(number % 6),
            "owner": (["pp", "qq"][number % 2]),
            "visibility": (["public", "private", "community"][number / 2 % 3]),
            "status": statuses[number / 6 % 5],
            "min_ram": number * 3, "min_disk": number % 7,
            "size": (!number.is_multiple_of(4)).then_some(number * 1_000_000_000),
            "created_at": format!("2025-01-01T00:{:02}:{:02}Z", number / 60, number % 60),
            "updated_at": "2025-06-01T00:00:00Z",
            "os_distro": names[number % 5], "empty": "", "key <&> \"one\"": " v ", "None": "None",
        });
        if number.is_multiple_of(5) {
            image["instance_uuid"] = "3d2a1f06-8e0f-4a36-b7dd-5a0c1f7f6c11".into();
            image["auto_disk_config"] = "true".into();
        }
        image
    };
    let mut fixture: Value = serde_json::from_str(super::PEOPLE).unwrap();
    fixture["images"] = (0..130).map(image).collect();
    cloud(&fixture.to_string())
}

/// Images of a page.
const PAGE: usize = 50;

/// Nova's list, page by page, in the form that is accepted. In XML Nova 2014.2 does not say where it goes on.
fn saved(cloud: &Server, scratch: &Scratch, tree: &str, form: &str) -> Vec<PathBuf> {
    let end = if form.ends_with("xml") { "xml" } else { "json" };
    std::fs::create_dir_all(scratch.path(end)).unwrap();
    let headers = [ROOT[0], ("Accept", form)];
    let mut files = Vec::new();
    let mut marker = String::new();
    loop {
        let path = format!("/{tree}/pp/images/detail?limit={PAGE}{marker}");
        let page = cloud.get_with(&path, &headers).good();
        let ids = ids(&page, end);
        let name = format!("{end}/{tree}-page-{}.{end}", files.len());
        files.push(scratch.file(&name, page));
        match ids.last() {
            Some(last) if ids.len() == PAGE => marker = format!("&marker={last}"),
            _ => return files,
        }
    }
}

fn ids(page: &str, end: &str) -> Vec<String> {
    if end == "json" {
        let page: Value = serde_json::from_str(page).unwrap();
        let images = page["images"].as_array().unwrap().iter();
        return images
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect();
    }
    let page = roxmltree::Document::parse(page).unwrap();
    let images = page
        .root_element()
        .children()
        .filter(|it| it.tag_name().name() == "image");
    images
        .map(|it| it.attribute("id").unwrap().to_owned())
        .collect()
}

/// The images that a database has after the import of these files.
fn imported(database: &Path, files: &[&Path]) -> Vec<Image> {
    let mut options = vec![
        "import",
        "--replace",
        "--database",
        text(database),
        "--file",
    ];
    options.extend(files.iter().map(|file| text(file)));
    let output = command(&options).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(said, "");
    let output = command(&["export", "--database", text(database)]).output();
    let exported = String::from_utf8(output.unwrap().stdout).unwrap();
    let exported = Fixture::parse("export", &exported).unwrap();
    exported.images().to_vec()
}

#[test]
fn what_xml_tells_comes_in_as_the_json_of_the_same_images_does() {
    let scratch = Scratch::new("import-xml");
    let cloud = odd_cloud();
    let database = scratch.path("images.db");
    for tree in ["v2", "v1.1", "v2.1"] {
        let [xml, json] =
            ["application/xml", "application/json"].map(|form| saved(&cloud, &scratch, tree, form));
        assert!(xml.len() > 1 && xml.len() == json.len(), "{}", xml.len());
        let [xml, json] = [xml, json].map(|files| {
            let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
            imported(&database, &files)
        });
        assert!(xml.len() > 60, "{}", xml.len());
        assert_eq!(xml, json);
        let is_told = |image: &&Image| image.size_bytes.is_some() && image.owner.is_some();
        assert!(xml.iter().any(|image| is_told(&image)), "{xml:?}");
    }
    // A folder of them is one list, too, and what a server shows of it is what Nova showed.
    for tree in ["v1.1", "v2.1"] {
        for page in 0..9 {
            _ = std::fs::remove_file(scratch.path(&format!("xml/{tree}-page-{page}.xml")));
        }
    }
    let images = imported(&database, &[&scratch.path("xml")]);
    assert!(images.len() > 60, "{}", images.len());
    let own = over(&database);
    let shown = |server: &Server, id: &str| {
        let headers = [ROOT[0], ("Accept", "application/xml")];
        let shown = server.get_with(&format!("/v2/pp/images/{id}"), &headers);
        shown.good().replace(&server.address().to_string(), "HOST")
    };
    for image in &images {
        assert_eq!(shown(&own, &image.id), shown(&cloud, &image.id));
    }
}

#[test]
fn what_is_no_list_in_xml_is_named() {
    let scratch = Scratch::new("import-no-xml");
    let cloud = odd_cloud();
    let pages = saved(&cloud, &scratch, "v2", "application/xml");
    // The last one does not go on.
    let whole = std::fs::read_to_string(pages.last().unwrap()).unwrap();
    let database = scratch.path("images.db");
    let headers = [ROOT[0], ("Accept", "application/xml")];
    let short = cloud.get_with("/v2/pp/images", &headers).good();
    for (content, part) in [
        (
            whole[..whole.len() / 2].to_owned(),
            "no list of images in XML: byte ",
        ),
        (
            whole.replacen("status=\"ACTIVE\"", "status=\"BUSY\"", 1),
            "].status: \"BUSY\" is not ACTIVE",
        ),
        (
            whole.replacen("minDisk=\"0\"", "minDisk=\"much\"", 1),
            "].minDisk: must be a whole number",
        ),
        (
            "<html><p>Sign in</p></html>".to_owned(),
            "byte 6: <html> is there, and Nova's list of images",
        ),
        (
            short,
            "$.images[0].created: is missing: this is Nova's short list",
        ),
    ] {
        let file = scratch.file("page.xml", content);
        let said = refused(&[
            "import",
            "--database",
            text(&database),
            "--file",
            text(&file),
        ]);
        assert!(said.contains("page.xml: "), "{said}");
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!database.exists());
    // A list of which the end is missing is taken, and that is said.
    let next = "<atom:link rel='next' href='http://nova/v2/pp/images/detail?marker=a&amp;limit=2'/></images>";
    let page = scratch.file("page.xml", whole.replacen("</images>", next, 1));
    let options = [
        "import",
        "--database",
        text(&database),
        "--file",
        text(&page),
    ];
    let output = command(&options).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("this list goes on"), "{said}");
    assert!(said.contains("marker=a&limit=2"), "{said}");
}
