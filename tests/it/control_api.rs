//! The document of the control API, and the page that is made of it.
//!
//! `UPDATE_CONTROL_API=1` writes both anew.

use crate::harness::Server;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- routes -->\n";
const END: &str = "<!-- end of routes -->\n";

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name)
}

fn document(server: &Server, space: &str) -> Value {
    let document = server.get(&format!("{space}/_control/openapi.json"));
    assert_eq!(document.header("content-type").unwrap(), "application/json");
    serde_json::from_str(&document.good()).unwrap()
}

/// Writes a file when that is wanted; then it must be what it is to be.
fn check(path: &Path, wanted: &str) {
    if std::env::var_os("UPDATE_CONTROL_API").is_some() {
        std::fs::write(path, wanted).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().display();
    assert!(
        written == wanted,
        "docs/{name} is out of date; run with UPDATE_CONTROL_API=1"
    );
}

/// Where the server is depends on its port.
fn without_servers(mut document: Value) -> Value {
    document
        .as_object_mut()
        .unwrap()
        .shift_remove("servers")
        .unwrap();
    document
}

#[test]
fn the_document_is_the_published_one() {
    let server = Server::with("none");
    let served = document(&server, "");
    let url = format!("{}/_control", server.emulator().url());
    assert_eq!(served["servers"][0]["url"], url);
    let text = serde_json::to_string_pretty(&without_servers(served)).unwrap();
    check(&docs("openapi.json"), &(text + "\n"));
}

#[test]
fn a_space_has_one_without_the_servers_own_routes() {
    let server = Server::with("none");
    server.emulator().make_space("a").make().unwrap();
    let served = document(&server, "/_space/a");
    let url = format!("{}/_space/a/_control", server.emulator().url());
    assert_eq!(served["servers"][0]["url"], url);
    assert!(served["paths"]["/clock"].is_object());
    assert!(served["paths"]["/spaces"].is_null());
}

/// A line a route, as the page shows them.
fn table(document: &Value) -> String {
    let mut text = String::from("\n| request | does | operation |\n|---|---|---|\n");
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let line = writeln!(
                text,
                "| `{} {path}` | {} | `{}` |",
                verb.to_uppercase(),
                operation["summary"].as_str().unwrap(),
                operation["operationId"].as_str().unwrap(),
            );
            line.unwrap();
        }
    }
    text + "\n"
}

#[test]
fn the_page_has_every_route() {
    let document = document(&Server::with("none"), "");
    let path = docs("control-api.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", table(&document));
    check(&path, &wanted);
}

#[test]
fn every_operation_of_it_is_in_the_document() {
    let document = document(&Server::with("none"), "");
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|verbs| verbs.as_object().unwrap().values());
    let told: BTreeSet<_> = operations
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let known: BTreeSet<_> = nova_images::operations()
        .map(nova_images::Operation::as_str)
        .filter(|name| name.starts_with("control.") && *name != "control.unrouted")
        .collect();
    assert_eq!(told, known);
}

/// Every reference leads somewhere, and every answer that is not refused says of what type it is.
#[test]
fn the_document_holds_together() {
    let document = document(&Server::with("none"), "");
    let mut pending = vec![&document];
    let mut references = 0;
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                    references += 1;
                }
                pending.extend(members.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    assert!(references > 10);
}
