//! What can be done with images, and the paths that lead there.

use crate::domain::Operation as Name;
use crate::http::Method;

/// The newest microversion of 2 that still has images (Nova's api-ref, "Images").
pub const LAST_MINOR_VERSION: u32 = 35;

/// An operation, with the id of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GET /images`
    Index,
    /// `GET /images/detail`
    Detail,
    /// `GET /images/{id}`
    Show(String),
    /// `DELETE /images/{id}`
    Delete(String),
    /// `POST /images`: routed in Nova 2014.2, to a method that only says it is not allowed.
    Create,
}

const INDEX: Name = Name::named("nova.images.index");
const DETAIL: Name = Name::named("nova.images.detail");
const SHOW: Name = Name::named("nova.images.show");
const DELETE: Name = Name::named("nova.images.delete");
const CREATE: Name = Name::named("nova.images.create");

impl Operation {
    /// The names of all.
    pub const NAMES: [Name; 5] = [INDEX, DETAIL, SHOW, DELETE, CREATE];

    /// Nova 2014.2: by the last part of the path without its suffix, and the parts before it.
    pub fn juno(method: &Method, parents: &[&str], name: &str) -> Option<Self> {
        Some(match (method.as_str(), parents, name) {
            ("GET", [], "images") => Self::Index,
            ("POST", [], "images") => Self::Create,
            ("GET", ["images"], "detail") => Self::Detail,
            ("GET", ["images"], id) => Self::Show(id.to_owned()),
            ("DELETE", ["images"], id) => Self::Delete(id.to_owned()),
            _ => return None,
        })
    }

    /// Nova 34: by the parts of the path.
    pub fn v21(method: &Method, parts: &[&str]) -> Option<Self> {
        Some(match (method.as_str(), parts) {
            ("GET", ["images"]) => Self::Index,
            ("GET", ["images", "detail"]) => Self::Detail,
            ("GET", ["images", id]) => Self::Show((*id).to_owned()),
            ("DELETE", ["images", id]) => Self::Delete((*id).to_owned()),
            _ => return None,
        })
    }

    /// Its stable name.
    pub fn name(&self) -> Name {
        match self {
            Self::Index => INDEX,
            Self::Detail => DETAIL,
            Self::Show(_) => SHOW,
            Self::Delete(_) => DELETE,
            Self::Create => CREATE,
        }
    }

    /// The image that it is about, to be written.
    pub fn image_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Show(id) | Self::Delete(id) => Some(id),
            Self::Index | Self::Detail | Self::Create => None,
        }
    }

    /// The image that it is about.
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Show(id) | Self::Delete(id) => Some(id),
            Self::Index | Self::Detail | Self::Create => None,
        }
    }
}
