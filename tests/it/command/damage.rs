//! A database file that somebody has damaged, behind a server.

use super::process::{Running, command};
use crate::scratch::Scratch;
use serde_json::json;
use std::io::Read as _;
use std::path::Path;

const IMAGE: &str = "/v2/p/images/damaged";
const OTHER: &str = "/v2/p/images/whole";
const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

fn serve(fixture: &Path, database: &Path) -> Running {
    let mut command = command(&["--listen", "127.0.0.1:0"]);
    command.env("NOVA_IMAGES_FIXTURE", fixture);
    command.env("NOVA_IMAGES_DATABASE", database);
    Running::start(command)
}

fn end(mut server: Running) -> String {
    server.signal("-TERM");
    server.child.wait().unwrap();
    let mut said = String::new();
    let errors = server.child.stderr.take();
    errors.unwrap().read_to_string(&mut said).unwrap();
    said
}

fn sql(database: &Path, sql: &str) -> String {
    let connection = rusqlite::Connection::open(database).unwrap();
    let found = connection.query_row(sql, [], |row| row.get(0));
    found.unwrap()
}

const STORED: &str =
    "SELECT group_concat(properties || ' ' || updated_at || ' ' || status) FROM images";

#[test]
fn a10_a_damaged_image_is_neither_shown_nor_overwritten() {
    let scratch = Scratch::new("damaged");
    let image = |id: &str| {
        json!({
            "id": id, "name": id, "owner": "p", "visibility": "private",
            "created_at": "2026-01-01T00:00:00Z", "container_format": "bare", "disk_format": "raw",
            "colour": "red",
        })
    };
    let fixture = json!({
        "images": [image("damaged"), image("whole")],
        "projects": [{"id": "p", "name": "p"}],
        "users": [{"name": "u", "password": "p", "roles": [{"role": "member", "project": "p"}]}],
    });
    let fixture = scratch.file("fixture.json", fixture.to_string());
    let database = scratch.path("images.db");
    end(serve(&fixture, &database));
    let cut = "UPDATE images SET properties = substr(properties, 1, 12) WHERE id = 'damaged' \
               RETURNING properties";
    assert_eq!(sql(&database, cut), "{\"colour\": \"");
    let before = sql(&database, STORED);

    let server = serve(&fixture, &database);
    let body = |member: &str| json!({member: {"colour": "blue"}}).to_string();
    for (method, target, body) in [
        ("GET", String::new(), String::new()),
        ("GET", "/metadata".to_owned(), String::new()),
        ("GET", "/metadata/colour".to_owned(), String::new()),
        ("PUT", "/metadata".to_owned(), body("metadata")),
        ("POST", "/metadata".to_owned(), body("metadata")),
        ("PUT", "/metadata/colour".to_owned(), body("meta")),
        ("DELETE", "/metadata/colour".to_owned(), String::new()),
        ("DELETE", String::new(), String::new()),
    ] {
        let target = format!("{IMAGE}{target}");
        let (status, text) = server.ask(method, &target, &JSON, &body);
        assert_eq!(status, 500, "{method} {target}: {text}");
        let fault: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(fault["computeFault"]["code"], 500, "{text}");
        assert!(
            !text.contains("damaged"),
            "clients are told nothing: {text}"
        );
        let (status, _) = server.ask("GET", OTHER, &[], "");
        assert_eq!(status, 200);
    }
    let (status, text) = server.ask("GET", "/api/openstack-images/", &[], "");
    assert_eq!(status, 500, "{text}");
    assert!(text.contains("A server error occurred."), "{text}");
    // What lists show is kept by itself, and whole.
    let (status, list) = server.ask("GET", "/v2/p/images/detail", &[], "");
    assert_eq!(status, 200, "{list}");
    assert!(list.contains("\"id\": \"damaged\"") && list.contains("\"id\": \"whole\""));
    // A write to the other one is one.
    let paint = format!("{OTHER}/metadata/colour");
    let (status, _) = server.ask("PUT", &paint, &JSON, &body("meta"));
    assert_eq!(status, 200);

    let said = end(server);
    let why = "image damaged is damaged: its properties cannot be read: EOF while parsing a string";
    assert_eq!(said.matches(why).count(), 9, "{said}");
    let after = sql(&database, STORED);
    assert_eq!(after.split(',').next(), before.split(',').next());
    assert_ne!(after, before);
}
