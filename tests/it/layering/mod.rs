//! Who may import whom. The layers are those of `docs/ARCHITECTURE.md`; a new edge is a decision,
//! and this is where it is taken.

mod circles;
mod code;
mod graph;
mod planted;
mod scope;

use code::tokens;
use scope::all_paths;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A layer and the layers that it may name; its own modules it may always name.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("config", &[]),
    ("python", &[]),
    ("http", &["python"]),
    ("control", &["domain"]),
    ("store", &["domain", "python"]),
    (
        "service",
        &["domain", "python", "control", "store", "config"],
    ),
];

/// What any of the facades may name, beside itself.
const FACADE: [&str; 5] = ["http", "python", "service", "domain", "config"];

/// The composition root and the command line tie everything together; fuzz targets reach everywhere.
const UNBOUND: [&str; 3] = ["emulator", "cli", "fuzzing"];

/// An import of one file, as its path within the crate: `domain`, `api::nova`.
fn is_allowed(module: &[String], target: &[String]) -> bool {
    let layer = module.first().map_or("", String::as_str);
    let named = target.first().map_or("", String::as_str);
    let same = |depth: usize| module.get(..depth) == target.get(..depth);
    match layer {
        "lib" | "main" => true,
        layer if UNBOUND.contains(&layer) => true,
        "api" if named == "api" => module.len() < 2 || target.len() < 2 || same(2),
        "api" => FACADE.contains(&named),
        layer => {
            let known = ALLOWED.iter().find(|(known, _)| *known == layer);
            let (_, allowed) = known.unwrap_or_else(|| panic!("{layer} is no known layer"));
            named == layer || allowed.contains(&named)
        }
    }
}

/// The layers that exist: only their names make an import out of a path.
fn is_layer(name: &str) -> bool {
    ALLOWED.iter().any(|(layer, _)| *layer == name) || name == "api" || UNBOUND.contains(&name)
}

/// Every path that a text names from the crate's root, as far as modules go.
fn imports(module: &[String], text: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for path in all_paths(&tokens(text)) {
        // `super` as often as there are modules above leads to the root as well.
        let climbed = path.iter().take_while(|name| *name == "super").count();
        let above = module.len().checked_sub(climbed);
        match (path.first().map(String::as_str), above) {
            (Some("crate"), _) => _ = found.insert(path[1..].to_vec()),
            (Some("super"), Some(above)) => {
                found.insert([&module[..above], &path[climbed..]].concat());
            }
            _ => {}
        }
    }
    found.retain(|path| path.first().is_some_and(|first| is_layer(first)));
    found
}

/// The module that a file of `src` is: `src/api/nova/mod.rs` is `api::nova`.
fn module_of(path: &Path) -> Vec<String> {
    let parts = path.with_extension("");
    let mut module: Vec<_> = parts
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn sources() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    sources.sort();
    sources
}

fn forbidden(path: &Path, text: &str) -> Vec<String> {
    let module = module_of(path);
    let imports = imports(&module, text);
    let wrong = imports.iter().filter(|target| !is_allowed(&module, target));
    wrong
        .map(|target| format!("src/{}: {}", path.display(), target.join("::")))
        .collect()
}

#[test]
fn layers_import_only_what_they_may() {
    let sources = sources();
    assert!(sources.len() > 50);
    let wrong: Vec<_> = sources
        .iter()
        .flat_map(|(path, text)| forbidden(path, text))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each rule of the house has the one room where it does not hold.
#[test]
fn what_belongs_to_one_room_stays_there() {
    for (path, text) in sources() {
        let shown = path.display().to_string();
        let code: Vec<_> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        let names = |word: &str| code.iter().any(|line| line.contains(word));
        assert!(!names("rusqlite") || shown.starts_with("store/"), "{shown}");
        assert!(!names("Utc::now") || shown == "control/clock.rs", "{shown}");
        assert!(
            !(names("Serialize") && shown.starts_with("domain/")),
            "{shown}"
        );
    }
}

#[test]
fn a_forbidden_import_is_found() {
    for (path, text) in [
        ("domain/image.rs", "use crate::store::Store;"),
        ("http/json.rs", "fn f() { crate::domain::Image::new() }"),
        ("python/mod.rs", "use crate::http::json;"),
        (
            "control/clock.rs",
            "use crate::{domain::Timestamp, config::Config};",
        ),
        (
            "store/select.rs",
            "use crate::{\n    domain::{\n        Image,\n    },\n    service::{App},\n};",
        ),
        ("service/images.rs", "use crate::http::Reply;"),
        ("api/nova/list.rs", "use crate::store::Store;"),
        ("api/nova/list.rs", "use crate::api::control::answer;"),
        ("api/nova/list.rs", "use crate::control::Clock;"),
        ("api/nova/list.rs", "use super::super::control::answer;"),
        (
            "api/nova/extensions/mod.rs",
            "use super::super::super::store::Store;",
        ),
        ("config.rs", "use crate::domain::Image as Picture;"),
        ("domain/mod.rs", "use super::store::Store;"),
    ] {
        assert_eq!(forbidden(Path::new(path), text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn an_allowed_import_is_not() {
    for (path, text) in [
        (
            "domain/image.rs",
            "use super::timestamp::Timestamp; // crate::store",
        ),
        (
            "domain/image.rs",
            "use crate::domain::{Image as Store, filter::{self, Test}};",
        ),
        ("api/nova/list.rs", "use crate::api::nova::call::Call;"),
        (
            "api/nova/list.rs",
            "use crate::{http::{Reply, json}, service::App};",
        ),
        (
            "emulator/mod.rs",
            "use crate::store::Loaded; use crate::api;",
        ),
        ("lib.rs", "pub use crate::store::Store;"),
        (
            "store/rows.rs",
            "pub(crate) fn f() {} use mycrate::service::App;",
        ),
    ] {
        assert_eq!(forbidden(Path::new(path), text), [""; 0], "{path}: {text}");
    }
}
