//! The images as they must be, and who sees what of them, in sentences.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub token: &'static str,
    pub project: &'static str,
    pub admin: bool,
}

const fn member(token: &'static str, project: &'static str) -> Caller {
    Caller {
        token,
        project,
        admin: false,
    }
}

/// Three projects and an administrator.
pub const CALLERS: [Caller; 4] = [
    member("alpha-token", PROJECTS[0]),
    member("beta-token", PROJECTS[1]),
    member("gamma-token", PROJECTS[2]),
    Caller {
        token: "admin-token",
        project: PROJECTS[3],
        admin: true,
    },
];

pub const PROJECTS: [&str; 4] = [
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "cccccccccccccccccccccccccccccccc",
    "dddddddddddddddddddddddddddddddd",
];

/// What a member made of a share, and whether it may pass it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub status: &'static str,
    pub can_share: bool,
}

/// An image.
#[allow(clippy::struct_excessive_bools, reason = "an image has as many flags")]
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub id: String,
    pub name: Option<&'static str>,
    pub owner: &'static str,
    pub visibility: &'static str,
    pub status: &'static str,
    pub protected: bool,
    pub hidden: bool,
    pub has_formats: bool,
    pub data: Option<&'static str>,
    pub tags: BTreeSet<&'static str>,
    pub members: BTreeMap<&'static str, Share>,
    pub properties: BTreeMap<&'static str, &'static str>,
    pub deleted: bool,
    /// Seconds after the start.
    pub created: i64,
    pub updated: i64,
}

impl Picture {
    pub fn is_for(&self, caller: Caller) -> bool {
        caller.admin || self.owner == caller.project
    }

    /// Whether it is found by its id.
    pub fn is_seen_by(&self, caller: Caller) -> bool {
        let shared = self.visibility == "shared" && self.members.contains_key(caller.project);
        let open = matches!(self.visibility, "public" | "community");
        !self.deleted && (self.is_for(caller) || open || shared)
    }

    /// Whether it is shared with the project of the caller, which has said this.
    pub fn is_shared_with(&self, caller: Caller, status: Option<&str>) -> bool {
        let said = self.members.get(caller.project);
        let fits = said.is_some_and(|share| status.is_none_or(|status| share.status == status));
        self.visibility == "shared" && fits
    }

    /// Who may write: what is refused, and as what.
    pub fn refuses_writer(&self, caller: Caller) -> Option<u16> {
        match (self.is_seen_by(caller), self.is_for(caller)) {
            (false, _) => Some(404),
            (true, false) => Some(403),
            (true, true) => None,
        }
    }
}

/// All of them, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub pictures: Vec<Picture>,
    pub now: i64,
}

/// A status, and what is looked at of a good answer.
pub type Expected = (u16, Value);

pub const fn status(status: u16) -> Expected {
    (status, Value::Null)
}

impl World {
    /// The id of the next image.
    pub fn next_id(&self) -> String {
        format!(
            "{:08x}-0000-4000-8000-000000000000",
            self.pictures.len() + 1
        )
    }

    /// The id of an image, or of none.
    pub fn id(&self, index: usize) -> String {
        let none = || "ffffffff-0000-4000-8000-000000000000".to_owned();
        self.pictures
            .get(index)
            .map_or_else(none, |picture| picture.id.clone())
    }

    /// A write by somebody who may: carries it out.
    pub fn write(
        &mut self,
        caller: Caller,
        index: usize,
        write: impl FnOnce(&mut Picture) -> Expected,
    ) -> Expected {
        let now = self.now;
        let Some(picture) = self.pictures.get_mut(index) else {
            return status(404);
        };
        if let Some(refused) = picture.refuses_writer(caller) {
            return status(refused);
        }
        let before = picture.clone();
        let expected = write(picture);
        if expected.0 >= 300 {
            assert_eq!(*picture, before, "what is refused changes nothing");
        }
        if *picture != before {
            picture.updated = now;
        }
        expected
    }

    /// The ids of what a list shows, the newest first.
    pub fn ids(&self, shows: impl Fn(&Picture) -> bool) -> Value {
        let found = self.pictures.iter().rev();
        let found = found.filter(|picture| !picture.deleted && shows(picture));
        found.map(|picture| picture.id.clone()).collect()
    }
}

/// A time as JSON answers tell it.
pub fn time(seconds: i64) -> String {
    let (hour, minute, second) = (12 + seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("2026-01-01T{hour:02}:{minute:02}:{second:02}Z")
}
