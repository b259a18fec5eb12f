//! `docs/coverage.md`: what every operation answers under every profile, in each format, asked of
//! real emulators, so that the page cannot say what is not so.
//!
//! `UPDATE_COVERAGE=1 cargo test --test it coverage` writes it anew.

use crate::element::Element;
use crate::harness::{Response, Server, builder};
use nova_images::{Fixture, GlanceStatus, Profile, Visibility};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Operations of Nova that are no use of its API: what leads nowhere, and what only front ends answer.
const BESIDE: [&str; 5] = [
    "nova.disabled",
    "nova.no_such_action",
    "nova.options",
    "nova.passed",
    "nova.unrouted",
];

/// A profile, its name, and the trees that it mounts or has switched off.
type Row = (Profile, &'static str, &'static [&'static str]);

const PROFILES: [Row; 4] = [
    (Profile::Default, "default", &["v2", "v1.1", "v2.1"]),
    (Profile::Juno, "juno", &["v2", "v1.1", "v2.1"]),
    (Profile::Nova34, "nova-34", &["v2", "v2.1"]),
    (Profile::Otc, "otc", &["v2", "v2.1"]),
];

/// An operation: its stable name, its title, how it is asked for, and its body in JSON and XML.
struct Operation {
    stable: &'static str,
    name: &'static str,
    method: &'static str,
    path: &'static str,
    body: [&'static str; 2],
}

const fn read(
    stable: &'static str,
    name: &'static str,
    method: &'static str,
    path: &'static str,
) -> Operation {
    Operation {
        stable,
        name,
        method,
        path,
        body: ["", ""],
    }
}

const METADATA: [&str; 2] = [
    r#"{"metadata": {"colour": "red"}}"#,
    r#"<metadata><meta key="colour">red</meta></metadata>"#,
];
const META: [&str; 2] = [
    r#"{"meta": {"KEY": "red"}}"#,
    r#"<meta key="KEY">red</meta>"#,
];

/// In `path`, `ID` is an image, `KEY` a key of its metadata, and `…` what comes before: the tree
/// and the project.
const OPERATIONS: [Operation; 15] = [
    read("nova.versions.show", "Version document", "GET", "/TREE/"),
    read("nova.images.index", "List images", "GET", "…/images"),
    read(
        "nova.images.detail",
        "List images with details",
        "GET",
        "…/images/detail",
    ),
    read("nova.images.show", "Show an image", "GET", "…/images/ID"),
    read(
        "nova.images.delete",
        "Delete an image",
        "DELETE",
        "…/images/ID",
    ),
    read(
        "nova.image_metadata.index",
        "Show metadata",
        "GET",
        "…/images/ID/metadata",
    ),
    Operation {
        body: METADATA,
        ..read(
            "nova.image_metadata.create",
            "Add metadata",
            "POST",
            "…/images/ID/metadata",
        )
    },
    Operation {
        body: METADATA,
        ..read(
            "nova.image_metadata.update_all",
            "Replace metadata",
            "PUT",
            "…/images/ID/metadata",
        )
    },
    read(
        "nova.image_metadata.show",
        "Show an item",
        "GET",
        "…/images/ID/metadata/KEY",
    ),
    Operation {
        body: META,
        ..read(
            "nova.image_metadata.update",
            "Set an item",
            "PUT",
            "…/images/ID/metadata/KEY",
        )
    },
    read(
        "nova.image_metadata.delete",
        "Delete an item",
        "DELETE",
        "…/images/ID/metadata/KEY",
    ),
    read(
        "nova.extensions.index",
        "List extensions",
        "GET",
        "…/extensions",
    ),
    read(
        "nova.extensions.show",
        "Show an extension",
        "GET",
        "…/extensions/OS-DCF",
    ),
    read("nova.limits.index", "Show limits", "GET", "…/limits"),
    Operation {
        body: METADATA,
        ..read(
            "nova.images.create",
            "Create an image (never was)",
            "POST",
            "…/images",
        )
    },
];

/// Asked in front of all trees.
const ROOT: [Operation; 2] = [
    read("nova.versions.list", "List versions", "GET", "/"),
    read(
        "nova.versions.choices",
        "Choices of a path without version",
        "GET",
        "/images",
    ),
];

/// An image that its project may read and write, and one of its keys.
struct Subject {
    project: String,
    id: String,
    key: String,
}

impl Subject {
    fn of(fixture: &Fixture) -> Self {
        let project = fixture.default_project_id().unwrap();
        let mut images = fixture.images().iter();
        let image = images.find(|image| {
            image.owner.as_deref() == Some(project)
                && image.visibility == Visibility::Private
                && image.status == GlanceStatus::Active
                && !image.protected
                && image.properties.text("os_distro").is_some()
        });
        Self {
            project: project.to_owned(),
            id: image.unwrap().id.clone(),
            key: "os_distro".to_owned(),
        }
    }

    fn ask(&self, server: &Server, tree: &str, operation: &Operation, xml: bool) -> Response {
        let base = format!("/{tree}/{}", self.project);
        let path = operation.path.replace('…', &base).replace("TREE", tree);
        let path = path.replace("ID", &self.id).replace("KEY", &self.key);
        let format = if xml {
            "application/xml"
        } else {
            "application/json"
        };
        let body = operation.body[usize::from(xml)].replace("KEY", &self.key);
        let mut headers = vec![("Accept", format)];
        if !body.is_empty() {
            headers.push(("Content-Type", format));
        }
        let answer = server.send(operation.method, &path, &headers, &body);
        // Each operation finds the data as they were.
        if operation.method != "GET" {
            let reset = server.send("POST", "/_control/reset", &[], "");
            assert_eq!(reset.status(), 204);
        }
        answer
    }
}

/// `200 JSON`, and that it is.
fn cell(answer: &Response) -> String {
    let content_type = answer.header("content-type").unwrap_or_default();
    let form = match content_type.split(';').next().unwrap_or_default() {
        _ if answer.status() == 204 => String::new(),
        "application/json" => {
            assert!(answer.json().is_object());
            " JSON".to_owned()
        }
        "application/xml" => {
            Element::parse(&answer.text());
            " XML".to_owned()
        }
        other => format!(" {other}"),
    };
    format!("{}{form}", answer.status())
}

fn page() -> String {
    let fixture = Fixture::named("devcloud").unwrap();
    let subject = Subject::of(&fixture);
    let mut page = String::from(
        "# Coverage\n\n\
         Written by `tests/it/coverage.rs`, which asks emulators of every profile; change the code, \
         then run\n`UPDATE_COVERAGE=1 cargo test --test it coverage`.\n\n\
         A cell is the status and the form of the answer to a client that asks for JSON, or for XML \
         (and sends its body in the\nsame form). `…` stands for the tree and the project, such as \
         `/v2/PROJECT`; on `/v2.1` the project may be left out.\n\
         404: that server has no such route.\n",
    );
    for (profile, name, trees) in PROFILES {
        let server = Server::start(builder().fixture(fixture.clone()).profile(profile));
        _ = write!(
            page,
            "\n## Profile `{name}`\n\n| operation | name | request |"
        );
        for tree in trees {
            _ = write!(page, " `/{tree}` JSON | `/{tree}` XML |");
        }
        _ = write!(page, "\n|---|---|---|{}", "---|---|".repeat(trees.len()));
        for operation in &OPERATIONS {
            let Operation {
                stable,
                name,
                method,
                path,
                ..
            } = operation;
            _ = write!(page, "\n| {name} | `{stable}` | `{method} {path}` |");
            for tree in trees {
                for xml in [false, true] {
                    let answer = subject.ask(&server, tree, operation, xml);
                    _ = write!(page, " {} |", cell(&answer));
                }
            }
        }
        page.push_str(
            "\n\n| in front of all trees | name | request | JSON | XML |\n|---|---|---|---|---|\n",
        );
        for operation in &ROOT {
            let ask = |xml| cell(&subject.ask(&server, "", operation, xml));
            let Operation {
                stable,
                name,
                method,
                path,
                ..
            } = operation;
            _ = writeln!(
                page,
                "| {name} | `{stable}` | `{method} {path}` | {} | {} |",
                ask(false),
                ask(true)
            );
        }
    }
    page.push_str(&crate::image_coverage::section());
    page.push_str(&names());
    page
}

/// Every operation that there is, a line a service.
fn names() -> String {
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in nova_images::operations() {
        let name = operation.as_str();
        let (service, _) = name.split_once('.').unwrap();
        // Those of the control API stand on its own page.
        if service == "control" {
            continue;
        }
        assert!(services.entry(service).or_default().insert(name), "{name}");
    }
    let mut text = String::from(
        "\n## Names of operations\n\n\
         What a request is about, for whoever looks at requests from outside (see `Interceptor` in \
         the crate's manual). They\nstay what they are. `unrouted` is what no route of that service \
         leads to. Those of the\ncontrol API stand on [its page](control-api.md).\n",
    );
    for (service, names) in services {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        _ = write!(text, "\n- {service}: {}", names.join(", "));
    }
    text.push('\n');
    text
}

#[test]
fn the_page_says_what_the_servers_do() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let page = page();
    if std::env::var_os("UPDATE_COVERAGE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/coverage.md is out of date; run with UPDATE_COVERAGE=1, or make it:\n\n{page}"
    );
}

/// An operation that Nova learns must be put on the page.
#[test]
fn every_operation_of_nova_is_on_the_page() {
    let known: BTreeSet<_> = nova_images::operations()
        .map(nova_images::Operation::as_str)
        .filter(|name| name.starts_with("nova.") && !BESIDE.contains(name))
        .collect();
    let shown: BTreeSet<_> = OPERATIONS
        .iter()
        .chain(&ROOT)
        .map(|operation| operation.stable)
        .collect();
    assert_eq!(known, shown);
}
