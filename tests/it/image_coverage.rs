//! The part of `docs/coverage.md` that is about Glance: what every operation of its two APIs answers
//! under every profile, in strict mode, to the administrator.

use crate::harness::{Response, Server, builder};
use nova_images::{AuthMode, Fixture, Profile};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What leads nowhere, and what only front ends answer.
const BESIDE: [&str; 2] = ["glance.options", "glance.unrouted"];

const PROFILES: [(Profile, &str); 4] = [
    (Profile::Default, "default"),
    (Profile::Juno, "juno"),
    (Profile::Nova34, "nova-34"),
    (Profile::Otc, "otc"),
];

/// A shared image with data, a member, and a tag; and one without data.
const FULL: &str = "11111111-1111-4111-8111-111111111111";
const EMPTY: &str = "22222222-2222-4222-8222-222222222222";

/// The stable name, the title, the request, its body.
type Operation = (&'static str, &'static str, &'static str, &'static str);

/// In paths `ID` is the image with data, `NEW` the one without.
const V2: [Operation; 33] = [
    ("glance.versions.list", "List versions", "GET /", ""),
    ("glance.versions.show", "Version document", "GET /v2", ""),
    ("glance.healthcheck", "Health", "GET /healthcheck", ""),
    ("glance.images.list", "List images", "GET /v2/images", ""),
    (
        "glance.images.create",
        "Create an image",
        "POST /v2/images",
        r#"{"name": "n"}"#,
    ),
    (
        "glance.images.show",
        "Show an image",
        "GET /v2/images/ID",
        "",
    ),
    (
        "glance.images.update",
        "Change an image",
        "PATCH /v2/images/ID",
        r#"[{"op": "replace", "path": "/name", "value": "m"}]"#,
    ),
    (
        "glance.images.delete",
        "Delete an image",
        "DELETE /v2/images/ID",
        "",
    ),
    (
        "glance.images.upload",
        "Upload data",
        "PUT /v2/images/NEW/file",
        "data",
    ),
    (
        "glance.images.download",
        "Download data",
        "GET /v2/images/ID/file",
        "",
    ),
    (
        "glance.images.stage",
        "Stage data",
        "PUT /v2/images/NEW/stage",
        "data",
    ),
    (
        "glance.images.import",
        "Import staged data",
        "POST /v2/images/NEW/import",
        r#"{"method": {"name": "glance-direct"}}"#,
    ),
    (
        "glance.images.deactivate",
        "Deactivate an image",
        "POST /v2/images/ID/actions/deactivate",
        "",
    ),
    (
        "glance.images.reactivate",
        "Reactivate an image",
        "POST /v2/images/ID/actions/reactivate",
        "",
    ),
    (
        "glance.images.tasks",
        "Tasks of an image",
        "GET /v2/images/ID/tasks",
        "",
    ),
    (
        "glance.locations.list",
        "Places of data",
        "GET /v2/images/ID/locations",
        "",
    ),
    (
        "glance.locations.add",
        "Add a place of data",
        "POST /v2/images/NEW/locations",
        r#"{"url": "http://h/f"}"#,
    ),
    (
        "glance.members.list",
        "List members",
        "GET /v2/images/ID/members",
        "",
    ),
    (
        "glance.members.add",
        "Add a member",
        "POST /v2/images/ID/members",
        r#"{"member": "other"}"#,
    ),
    (
        "glance.members.show",
        "Show a member",
        "GET /v2/images/ID/members/guest",
        "",
    ),
    (
        "glance.members.update",
        "Accept or reject a share",
        "PUT /v2/images/ID/members/guest",
        r#"{"status": "accepted"}"#,
    ),
    (
        "glance.members.delete",
        "Delete a member",
        "DELETE /v2/images/ID/members/guest",
        "",
    ),
    (
        "glance.tags.add",
        "Add a tag",
        "PUT /v2/images/ID/tags/new",
        "",
    ),
    (
        "glance.tags.delete",
        "Delete a tag",
        "DELETE /v2/images/ID/tags/old",
        "",
    ),
    (
        "glance.schemas.show",
        "Schemas",
        "GET /v2/schemas/image",
        "",
    ),
    (
        "glance.info.show",
        "Methods of import",
        "GET /v2/info/import",
        "",
    ),
    ("glance.info.show", "Stores", "GET /v2/info/stores", ""),
    ("glance.info.show", "Quotas", "GET /v2/info/usage", ""),
    ("glance.tasks.list", "List tasks", "GET /v2/tasks", ""),
    (
        "glance.tasks.create",
        "Create a task",
        "POST /v2/tasks",
        r#"{"type": "import", "input": {}}"#,
    ),
    ("glance.tasks.show", "Show a task", "GET /v2/tasks/1", ""),
    ("glance.cache.show", "Cache", "GET /v2/cache", ""),
    (
        "glance.metadefs.list",
        "Definitions of metadata",
        "GET /v2/metadefs/namespaces",
        "",
    ),
];

const V1: [Operation; 13] = [
    ("glance.images.list", "List images", "GET /v1/images", ""),
    (
        "glance.images.detail",
        "List images with details",
        "GET /v1/images/detail",
        "",
    ),
    (
        "glance.images.create",
        "Create an image",
        "POST /v1/images",
        "data",
    ),
    (
        "glance.images.show",
        "Show an image",
        "HEAD /v1/images/ID",
        "",
    ),
    (
        "glance.images.download",
        "Download data",
        "GET /v1/images/ID",
        "",
    ),
    (
        "glance.images.update",
        "Change an image",
        "PUT /v1/images/ID",
        "",
    ),
    (
        "glance.images.upload",
        "Upload data",
        "PUT /v1/images/NEW",
        "data",
    ),
    (
        "glance.images.delete",
        "Delete an image",
        "DELETE /v1/images/ID",
        "",
    ),
    (
        "glance.images.shared",
        "Images shared with a project",
        "GET /v1/shared-images/guest",
        "",
    ),
    (
        "glance.members.list",
        "List members",
        "GET /v1/images/ID/members",
        "",
    ),
    (
        "glance.members.replace",
        "Replace members",
        "PUT /v1/images/ID/members",
        r#"{"memberships": [{"member_id": "other"}]}"#,
    ),
    (
        "glance.members.add",
        "Add a member",
        "PUT /v1/images/ID/members/other",
        "",
    ),
    (
        "glance.members.delete",
        "Delete a member",
        "DELETE /v1/images/ID/members/guest",
        "",
    ),
];

/// What a body is sent as.
fn content_type(method: &str, path: &str) -> &'static str {
    match (method, path.rsplit('/').next()) {
        ("PATCH", _) => "application/openstack-images-v2.1-json-patch",
        (_, Some("file" | "stage")) => "application/octet-stream",
        _ if path.starts_with("/v1/images") && !path.contains("members") => {
            "application/octet-stream"
        }
        _ => "application/json",
    }
}

fn send(server: &Server, request: &str, body: &str) -> Response {
    let (method, path) = request.split_once(' ').unwrap();
    let content_type = content_type(method, path);
    let path = path.replace("ID", FULL).replace("NEW", EMPTY);
    let mut headers = vec![("X-Auth-Token", "admin-token")];
    if !body.is_empty() {
        headers.push(("Content-Type", content_type));
    }
    if path.starts_with("/v1/images") && matches!(method, "POST" | "PUT") {
        headers.push(("x-image-meta-disk_format", "raw"));
        headers.push(("x-image-meta-container_format", "bare"));
        headers.push(("x-image-meta-name", "n"));
    }
    server.send(method, &format!("/image{path}"), &headers, body)
}

/// Lays the images down that operations are asked about, whatever was there.
fn prepare(server: &Server) {
    let reset = server.send("POST", "/_control/reset", &[], "");
    assert_eq!(reset.status(), 204);
    let create = |id: &str| {
        let body = format!(
            r#"{{"id": "{id}", "disk_format": "raw", "container_format": "bare", "tags": ["old"]}}"#
        );
        assert_eq!(send(server, "POST /v2/images", &body).status(), 201);
    };
    create(FULL);
    create(EMPTY);
    let upload = send(server, "PUT /v2/images/ID/file", "data");
    assert_eq!(upload.status(), 204, "{}", upload.text());
    let share = send(
        server,
        "POST /v2/images/ID/members",
        r#"{"member": "guest"}"#,
    );
    assert_eq!(share.status(), 200, "{}", share.text());
}

/// `200 JSON`, and that it is.
fn cell(answer: &Response) -> String {
    let content_type = answer.header("content-type").unwrap_or_default();
    let form = match content_type.split(';').next().unwrap_or_default() {
        "application/json" if !answer.text().is_empty() => {
            assert!(answer.json().is_object() || answer.json().is_array());
            " JSON".to_owned()
        }
        "" | "application/json" => String::new(),
        other => format!(" {other}"),
    };
    format!("{}{form}", answer.status())
}

fn table(page: &mut String, version: &str, operations: &[Operation], servers: &[(Server, &str)]) {
    _ = write!(page, "\n| {version} | name | request |");
    for (_, profile) in servers {
        _ = write!(page, " `{profile}` |");
    }
    _ = writeln!(page, "\n|---|---|---|{}", "---|".repeat(servers.len()));
    let mut is_as_prepared = false;
    for (stable, title, request, body) in operations {
        _ = write!(page, "| {title} | `{stable}` | `{request}` |");
        for (server, _) in servers {
            if !is_as_prepared {
                prepare(server);
            }
            if request.ends_with("NEW/import") {
                let stage = send(server, "PUT /v2/images/NEW/stage", "data");
                assert_eq!(stage.status(), 204);
            }
            let answer = send(server, request, body);
            _ = write!(page, " {} |", cell(&answer));
        }
        // What only reads leaves them as they are for the next.
        is_as_prepared = request.starts_with("GET ") || request.starts_with("HEAD ");
        page.push('\n');
    }
}

/// The section of the page.
pub fn section() -> String {
    let fixture = Fixture::named("devcloud").unwrap();
    let server = |profile| {
        let builder = builder().fixture(fixture.clone()).profile(profile);
        Server::start(builder.auth(AuthMode::Strict))
    };
    let servers = PROFILES.map(|(profile, name)| (server(profile), name));
    let mut page = String::from(
        "\n## Glance, every profile\n\n\
         Asked by an administrator, at `/image` before the path. `ID` is a shared image with data, a \
         tag and a member, `NEW` one without\ndata.\n",
    );
    table(&mut page, "API v2", &V2, &servers);
    let servers = servers.into_iter();
    let with_v1 = servers.filter(|(_, name)| ["default", "juno"].contains(name));
    table(&mut page, "API v1", &V1, &with_v1.collect::<Vec<_>>());
    page
}

/// An operation that Glance learns must be put on the page.
#[test]
fn every_operation_of_glance_is_on_the_page() {
    let known: BTreeSet<_> = nova_images::operations()
        .map(nova_images::Operation::as_str)
        .filter(|name| name.starts_with("glance.") && !BESIDE.contains(name))
        .collect();
    let shown: BTreeSet<_> = V2.iter().chain(&V1).map(|(stable, ..)| *stable).collect();
    assert_eq!(known, shown);
}
