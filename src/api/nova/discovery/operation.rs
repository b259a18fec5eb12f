//! What a client asks before it asks for images.

use crate::domain::Operation as Name;
use crate::http::Method;

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The version document.
    Version,
    /// `GET /extensions`
    ExtensionIndex,
    /// `GET /extensions/{alias}`
    ExtensionShow(String),
    /// `GET /limits`: Nova 34's trees only.
    Limits,
}

/// `GET /`: every version.
pub const VERSIONS: Name = Name::named("nova.versions.list");
/// A path that names no version: where it might be.
pub const CHOICES: Name = Name::named("nova.versions.choices");
const VERSION: Name = Name::named("nova.versions.show");
const EXTENSION_INDEX: Name = Name::named("nova.extensions.index");
const EXTENSION_SHOW: Name = Name::named("nova.extensions.show");
const LIMITS: Name = Name::named("nova.limits.index");

impl Operation {
    /// The names of all, and of what is in front of the trees.
    pub const NAMES: [Name; 6] = [
        VERSIONS,
        CHOICES,
        VERSION,
        EXTENSION_INDEX,
        EXTENSION_SHOW,
        LIMITS,
    ];

    /// Nova 2014.2: by the last part of the path without its suffix, and the parts before it.
    pub fn juno(method: &Method, parents: &[&str], name: &str) -> Option<Self> {
        match (method.as_str(), parents, name) {
            ("GET", [], "extensions") => Some(Self::ExtensionIndex),
            ("GET", ["extensions"], alias) => Some(Self::ExtensionShow(alias.to_owned())),
            _ => None,
        }
    }

    /// Nova 34: by the parts of the path.
    pub fn v21(method: &Method, parts: &[&str]) -> Option<Self> {
        match (method.as_str(), parts) {
            ("GET", ["extensions"]) => Some(Self::ExtensionIndex),
            ("GET", ["extensions", alias]) => Some(Self::ExtensionShow((*alias).to_owned())),
            ("GET", ["limits"]) => Some(Self::Limits),
            _ => None,
        }
    }

    /// Its stable name.
    pub fn name(&self) -> Name {
        match self {
            Self::Version => VERSION,
            Self::ExtensionIndex => EXTENSION_INDEX,
            Self::ExtensionShow(_) => EXTENSION_SHOW,
            Self::Limits => LIMITS,
        }
    }
}
