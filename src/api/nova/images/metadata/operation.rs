//! What can be done with the metadata of an image, and the paths that lead there.

use super::item::Write;
use crate::domain::Operation as Name;
use crate::http::Method;

/// The newest microversion of 2 that still has metadata of images (Nova's api-ref, "Image
/// metadata").
pub const LAST_MINOR_VERSION: u32 = 38;

/// An operation on the metadata of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The image's id.
    pub id: String,
    /// What is done.
    pub action: Action,
}

/// What is done to all of it, or to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `GET /images/{id}/metadata`
    Index,
    /// `POST /images/{id}/metadata`
    Create,
    /// `PUT /images/{id}/metadata`
    UpdateAll,
    /// `GET /images/{id}/metadata/{key}`
    Show(String),
    /// `PUT /images/{id}/metadata/{key}`
    Update(String),
    /// `DELETE /images/{id}/metadata/{key}`
    Delete(String),
}

const INDEX: Name = Name::named("nova.image_metadata.index");
const CREATE: Name = Name::named("nova.image_metadata.create");
const UPDATE_ALL: Name = Name::named("nova.image_metadata.update_all");
const SHOW: Name = Name::named("nova.image_metadata.show");
const UPDATE: Name = Name::named("nova.image_metadata.update");
const DELETE: Name = Name::named("nova.image_metadata.delete");

impl Operation {
    /// The names of all.
    pub const NAMES: [Name; 6] = [INDEX, CREATE, UPDATE_ALL, SHOW, UPDATE, DELETE];

    /// Nova 2014.2: by the last part of the path without its suffix, and the parts before it.
    pub fn juno(method: &Method, parents: &[&str], name: &str, suffixed: bool) -> Option<Self> {
        let key = || name.to_owned();
        let (id, action) = match (method.as_str(), parents, name) {
            ("GET", ["images", id], "metadata") => (id, Action::Index),
            ("POST", ["images", id], "metadata") => (id, Action::Create),
            // Connected by hand in Nova, without a form for suffixes.
            ("PUT", ["images", id], "metadata") if !suffixed => (id, Action::UpdateAll),
            ("GET", ["images", id, "metadata"], _) => (id, Action::Show(key())),
            ("PUT", ["images", id, "metadata"], _) => (id, Action::Update(key())),
            ("DELETE", ["images", id, "metadata"], _) => (id, Action::Delete(key())),
            _ => return None,
        };
        Some(Self {
            id: (*id).to_owned(),
            action,
        })
    }

    /// Nova 34: by the parts of the path.
    pub fn v21(method: &Method, parts: &[&str]) -> Option<Self> {
        let (last, parents) = parts.split_last()?;
        Self::juno(method, parents, last, false)
    }

    /// What it does with its body; nothing where none is read.
    pub fn write(&self) -> Option<Write<'_>> {
        match &self.action {
            Action::Create => Some(Write::Merge),
            Action::UpdateAll => Some(Write::Replace),
            Action::Update(key) => Some(Write::One(key)),
            Action::Index | Action::Show(_) | Action::Delete(_) => None,
        }
    }

    /// Whether it changes something.
    pub fn is_change(&self) -> bool {
        !matches!(self.action, Action::Index | Action::Show(_))
    }

    /// Its stable name.
    pub fn name(&self) -> Name {
        match self.action {
            Action::Index => INDEX,
            Action::Create => CREATE,
            Action::UpdateAll => UPDATE_ALL,
            Action::Show(_) => SHOW,
            Action::Update(_) => UPDATE,
            Action::Delete(_) => DELETE,
        }
    }
}
