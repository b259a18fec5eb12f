//! Images as the property tests think of them, plainly; generated, and written as a fixture.

use nova_images::Fixture;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const ALPHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub const BETA: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
pub const ADMIN: &str = "cccccccccccccccccccccccccccccccc";

/// Names that trip over escaping, over case, and over each other.
pub const NAMES: [&str; 9] = [
    "",
    "alpha",
    "Alpha",
    "two words",
    "a&b <\"c'>;+",
    "雪 ☃ 🎈",
    "100%",
    "None",
    "x:y",
];

/// Keys and values of properties; every image draws from these.
pub const KEYS: [&str; 7] = [
    "architecture",
    "kernel_id",
    "os_type",
    "hw_disk_bus",
    "image_type",
    "instance_uuid",
    "auto_disk_config",
];
pub const VALUES: [&str; 7] = ["x86_64", "", "a b", "雪", "i-1", "snapshot", "True"];

const STATUSES: [&str; 12] = [
    "active",
    "active",
    "active",
    "active",
    "queued",
    "saving",
    "killed",
    "deleted",
    "pending_delete",
    "deactivated",
    "importing",
    "uploading",
];

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub token: &'static str,
    pub project: &'static str,
    pub admin: bool,
}

/// Two projects and an administrator.
pub const CALLERS: [Caller; 3] = [
    Caller {
        token: "alpha-token",
        project: ALPHA,
        admin: false,
    },
    Caller {
        token: "beta-token",
        project: BETA,
        admin: false,
    },
    Caller {
        token: "admin-token",
        project: ADMIN,
        admin: true,
    },
];

/// An image. Times are milliseconds after [`time`]'s zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub id: String,
    pub name: Option<&'static str>,
    pub status: &'static str,
    pub visibility: &'static str,
    pub owner: Option<&'static str>,
    pub members: BTreeMap<&'static str, &'static str>,
    pub hidden: bool,
    pub protected: bool,
    pub has_formats: bool,
    pub min_ram: i64,
    pub min_disk: i64,
    pub size: Option<i64>,
    pub created: i64,
    pub updated: i64,
    pub properties: BTreeMap<String, Option<String>>,
}

impl Picture {
    pub fn is_deleted(&self) -> bool {
        matches!(self.status, "deleted" | "pending_delete")
    }

    pub fn is_gone(&self) -> bool {
        self.is_deleted() || self.status == "killed"
    }

    /// Whether a GET by id finds it: wider than any list (reference of Nova 34, point 3).
    pub fn can_be_shown(&self, caller: Caller, admin_sees_deleted: bool) -> bool {
        if self.is_deleted() {
            return caller.admin && admin_sees_deleted;
        }
        caller.admin
            || self.owner == Some(caller.project)
            || matches!(self.visibility, "public" | "community")
            || (self.visibility == "shared" && self.members.contains_key(caller.project))
    }

    /// Whether lists show it, as far as owner, visibility and hiding decide.
    pub fn is_listed_for(&self, caller: Caller, admin_sees_community: bool) -> bool {
        let accepted = self.members.get(caller.project) == Some(&"accepted");
        !self.hidden
            && (self.owner == Some(caller.project)
                || self.visibility == "public"
                || (self.visibility == "shared" && accepted)
                || (caller.admin && (self.visibility != "community" || admin_sees_community)))
    }

    /// Nova's word for the status, and the progress.
    pub fn shown_status(&self) -> (&'static str, i64) {
        match self.status {
            "active" => ("ACTIVE", 100),
            "queued" => ("SAVING", 25),
            "saving" => ("SAVING", 50),
            "killed" => ("ERROR", 0),
            "deleted" | "pending_delete" => ("DELETED", 0),
            _ => ("UNKNOWN", 0),
        }
    }

    fn json(&self) -> Value {
        let mut image = json!({
            "id": self.id, "name": self.name, "status": self.status,
            "visibility": self.visibility, "owner": self.owner, "os_hidden": self.hidden,
            "protected": self.protected, "min_ram": self.min_ram, "min_disk": self.min_disk,
            "size": self.size, "created_at": time(self.created), "updated_at": time(self.updated),
        });
        if self.has_formats {
            image["container_format"] = "bare".into();
            image["disk_format"] = "raw".into();
        }
        for (key, value) in &self.properties {
            image[key] = value.clone().into();
        }
        image
    }
}

/// The text of a time, with a fraction where it has one.
pub fn time(millis: i64) -> String {
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let fraction = if rest == 0 {
        String::new()
    } else {
        format!(".{rest:03}")
    };
    let (minute, second) = (5 + seconds / 60, seconds % 60);
    format!("2025-02-03T04:{minute:02}:{second:02}{fraction}Z")
}

/// The text of a time in an answer: fractions are cut off.
pub fn shown_time(millis: i64) -> String {
    time(millis / 1000 * 1000)
}

/// A server's data: the images and three callers.
pub fn fixture(pictures: &[Picture]) -> Fixture {
    let members: serde_json::Map<_, _> = pictures
        .iter()
        .filter(|picture| !picture.members.is_empty())
        .map(|picture| {
            let members = picture.members.iter();
            let members: Vec<_> = members
                .map(|(project, status)| json!({"member_id": project, "status": status}))
                .collect();
            (picture.id.clone(), members.into())
        })
        .collect();
    let user = |name: &str, project: &str, role: &str| json!({"name": name, "roles": [{"project": project, "role": role}]});
    let token = |name: &str, project: &str| json!({"id": format!("{name}-token"), "user": name, "project": project});
    let text = json!({
        "images": pictures.iter().map(Picture::json).collect::<Vec<_>>(),
        "members": members,
        "projects": [
            {"id": ALPHA, "name": "alpha"},
            {"id": BETA, "name": "beta"},
            {"id": ADMIN, "name": "admin"},
        ],
        "users": [
            user("alpha", ALPHA, "member"),
            user("beta", BETA, "member"),
            user("admin", ADMIN, "admin"),
        ],
        "tokens": [token("alpha", ALPHA), token("beta", BETA), token("admin", ADMIN)],
    });
    Fixture::parse("generated", &text.to_string()).unwrap()
}

/// How property tests run: so many cases, nothing written to disk. The cases are always the same,
/// unless `PROPTEST_RNG_SEED` asks for others.
pub fn cases(cases: u32) -> Config {
    let default = Config::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(8774),
        chosen @ RngSeed::Fixed(_) => chosen,
    };
    Config {
        cases,
        rng_seed,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..default
    }
}

/// Sets of at most so many images, with ties in their times.
pub fn pictures(most: usize) -> impl Strategy<Value = Vec<Picture>> {
    prop::collection::vec((any::<u16>(), picture()), 0..=most).prop_map(|pictures| {
        let numbered = pictures.into_iter().enumerate();
        numbered
            .map(|(index, (random, picture))| Picture {
                id: format!("{random:08x}-0000-4000-8000-{index:012}"),
                ..picture
            })
            .collect()
    })
}

fn picture() -> impl Strategy<Value = Picture> {
    let access = (
        prop::sample::select(vec!["public", "private", "shared", "community"]),
        prop::sample::select(vec![
            Some(ALPHA),
            Some(ALPHA),
            Some(BETA),
            Some(ADMIN),
            None,
        ]),
        prop::collection::btree_map(
            prop::sample::select(vec![ALPHA, BETA, ADMIN]),
            prop::sample::select(vec!["pending", "accepted", "rejected"]),
            0..3,
        ),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.9),
    );
    let content = (
        prop::option::weighted(0.9, prop::sample::select(NAMES.to_vec())),
        prop::sample::select(STATUSES.to_vec()),
        prop::sample::select(vec![0, 0, 512, 1024]),
        prop::sample::select(vec![0, 0, 1, 40]),
        prop::option::weighted(0.8, 0..1_i64 << 40),
        0..4_i64,
        0..6_i64,
        properties(),
    );
    (access, content).prop_map(|(access, content)| {
        let (visibility, owner, members, hidden, protected, has_formats) = access;
        let (name, status, min_ram, min_disk, size, created, later, properties) = content;
        let mut picture = Picture {
            id: String::new(),
            name,
            status,
            visibility,
            owner,
            members,
            hidden,
            protected,
            has_formats,
            min_ram,
            min_disk,
            size,
            created: created * 500,
            updated: (created + later) * 500,
            properties,
        };
        if picture.is_deleted() {
            // Glance deletes the properties with the image.
            picture.properties.clear();
        }
        picture
    })
}

fn properties() -> impl Strategy<Value = BTreeMap<String, Option<String>>> {
    let key = prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned);
    let value = prop::sample::select(VALUES.to_vec()).prop_map(str::to_owned);
    prop::collection::btree_map(key, prop::option::weighted(0.9, value), 0..4)
}
