//! `nova-images import`: from another emulator with its own Keystone, or a stub, or files.

mod cloud;
mod data;
mod files;
mod refused;
mod resumed;
#[cfg(unix)]
mod room;
mod xml;

use crate::command::process::{command, text};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{AuthMode, EmulatorBuilder, Fixture};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The people of the cloud: `w` is an administrator, the others are members of one project each.
const PEOPLE: &str = r#"{"images": [],
    "projects": [{"id": "pp", "name": "p"}, {"id": "qq", "name": "q"}, {"id": "rr", "name": "r"}],
    "users": [
        {"id": "u", "name": "u", "password": "x", "roles": [{"project": "p", "role": "member"}]},
        {"id": "v", "name": "v", "password": "x", "roles": [{"project": "q", "role": "member"}]},
        {"id": "w", "name": "w", "password": "x", "roles": [{"project": "p", "role": "admin"}]}],
    "tokens": [{"id": "member", "user": "u", "project": "p"},
               {"id": "root", "user": "w", "project": "p"}]}"#;

const ROOT: [(&str, &str); 1] = [("X-Auth-Token", "root")];

/// So many images of three projects: of all kinds, each in turn.
fn catalogue(images: usize) -> String {
    let image = |number: usize| {
        let (day, second) = (1 + number / 86_400, number % 86_400);
        let time = format!(
            "2025-01-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
        json!({
            "id": format!("00000000-0000-4000-8000-{number:012}"),
            "name": (!number.is_multiple_of(50)).then(|| format!("image-{number}")),
            "owner": (["pp", "qq", "rr"][number % 3]),
            "visibility": (["shared", "private", "public", "community", "private"][number % 5]),
            "os_hidden": number % 10 == 7,
            "status": (["active", "active", "queued", "deactivated"][number / 7 % 4]),
            "min_ram": number % 4 * 512, "min_disk": number % 3,
            "size": number * 1000, "protected": number.is_multiple_of(11),
            "tags": ([&["stable"][..], &["a", "b"]][number % 2]),
            "os_distro": "debian", "number": number.to_string(),
            "created_at": time, "updated_at": "2025-06-01T00:00:00Z",
        })
    };
    let with_members = (0..images).filter(|number| number % 30 == 0);
    let members = with_members.map(|number| {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let status = ["pending", "accepted", "rejected"][number / 30 % 3];
        let times = ("2025-02-01T00:00:00Z", "2025-02-02T00:00:00Z");
        let member = json!({"member_id": "qq", "status": status, "created_at": times.0, "updated_at": times.1});
        (id, json!([member]))
    });
    let mut people: Value = serde_json::from_str(PEOPLE).unwrap();
    people["images"] = (0..images).map(image).collect();
    people["members"] = Value::Object(members.collect());
    people.to_string()
}

/// A saved list of so many small images: as many as matter for their number alone.
fn saved_list(images: usize) -> String {
    let image = |number: usize| {
        let (minute, second) = (number / 60 % 60, number % 60);
        format!(
            r#"{{"id": "00000000-0000-4000-8000-{number:012}", "name": "image-{number}", "visibility": "public",
                "colour": "red", "created_at": "2025-01-01T{:02}:{minute:02}:{second:02}Z"}}"#,
            number / 3600 % 24
        )
    };
    let images: Vec<_> = (0..images).map(image).collect();
    format!(r#"{{"images": [{}]}}"#, images.join(","))
}

/// A cloud of today over a fixture.
fn cloud(fixture: &str) -> Server {
    Server::start(of_today(fixture))
}

/// One whose lists have pages of so many images, however many are asked for.
fn cloud_in_pages(fixture: &str, images: u64) -> Server {
    Server::start(of_today(fixture).max_limit(images))
}

fn of_today(fixture: &str) -> EmulatorBuilder {
    let fixture = Fixture::parse("cloud", fixture).unwrap();
    builder().fixture(fixture).auth(AuthMode::Strict)
}

/// The same people over a database.
fn over(database: &Path) -> Server {
    let people = Fixture::parse("people", PEOPLE).unwrap();
    let builder = builder().fixture(people).database(database);
    Server::start(builder.auth(AuthMode::Strict))
}

/// Every image that a list shows, whatever pages it comes in.
fn listed(server: &Server, token: &str, query: &str) -> Vec<Value> {
    let mut images = Vec::new();
    let mut next = Some(format!("/v2/images?limit=1000&{query}"));
    while let Some(path) = next {
        let page = server.get_with(&format!("/image{path}"), &[("X-Auth-Token", token)]);
        let page: Value = serde_json::from_str(&page.good()).unwrap();
        images.extend(page["images"].as_array().unwrap().clone());
        next = page["next"].as_str().map(|next| {
            let from = next.find("/v2/").unwrap();
            next[from..].to_owned()
        });
    }
    images
}

/// Everything that an administrator is shown.
fn everything(server: &Server) -> Vec<Value> {
    let mut images = listed(server, "root", "visibility=all&member_status=all");
    images.extend(listed(server, "root", "visibility=all&os_hidden=true"));
    images
}

/// A run of the command.
struct Run<'r> {
    cloud: &'r Server,
    database: PathBuf,
    command: Command,
}

/// What came of it.
struct Ran {
    code: Option<i32>,
    out: String,
    said: String,
}

impl<'r> Run<'r> {
    /// As this user, with these options.
    fn new(cloud: &'r Server, scratch: &Scratch, user: &str, options: &[&str]) -> Self {
        let database = scratch.path("images.db");
        let arguments = [&["import", "--database", text(&database)], options].concat();
        let mut command = command(&arguments);
        let project = if user == "v" { "q" } else { "p" };
        for (name, value) in [
            ("AUTH_URL", cloud.emulator().identity_url().as_str()),
            ("USERNAME", user),
            ("PASSWORD", "x"),
            ("PROJECT_NAME", project),
        ] {
            command.env(format!("OS_{name}"), value);
        }
        Self {
            cloud,
            database,
            command,
        }
    }

    fn ends(&mut self) -> Ran {
        let output = self.command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ran {
            code: output.status.code(),
            out: text(&output.stdout),
            said: text(&output.stderr),
        }
    }

    /// Ends well; what it told.
    fn ends_well(&mut self) -> String {
        let ran = self.ends();
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        ran.said + &ran.out
    }

    /// Ends badly; the last line of what it told.
    fn ends_badly(&mut self) -> String {
        let ran = self.ends();
        assert_eq!(ran.code, Some(2), "{}", ran.said);
        assert_eq!(ran.out, "");
        let last = ran.said.lines().next_back().unwrap();
        last.strip_prefix("nova-images: ").unwrap().to_owned()
    }

    /// What has come and is not stored.
    fn side_file(&self) -> PathBuf {
        let mut path = self.database.clone().into_os_string();
        path.push(".import");
        path.into()
    }

    /// Whether the database shows an administrator just what the cloud does.
    fn is_equal(&self) {
        let (cloud, own) = (everything(self.cloud), everything(&over(&self.database)));
        assert_eq!(own.len(), cloud.len());
        for (own, cloud) in own.iter().zip(&cloud) {
            assert_eq!(own, cloud);
        }
    }
}
