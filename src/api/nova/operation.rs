//! Paths and methods into operations.

use super::dialect::media::suffix_of;
use super::dialect::{ProjectIds, Routes};
use super::images::metadata::{self, Write};
use super::{discovery, images};
use crate::domain::Operation as Name;
use crate::http::{Method, PathView};

/// What is asked for, of which resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Versions, extensions, limits.
    Discovery(discovery::Operation),
    /// Images.
    Images(images::Operation),
    /// Their metadata.
    Metadata(metadata::Operation),
    /// Routed in Nova 2014.2, to a method that its controller does not have.
    NoSuchAction,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What is asked for.
    pub operation: Operation,
    /// The project in the path.
    pub project: Option<String>,
}

/// Routed to nothing.
const NO_SUCH_ACTION: Name = Name::named("nova.no_such_action");
/// Not routed.
pub const UNROUTED: Name = Name::named("nova.unrouted");
/// Within a tree that is switched off.
pub const DISABLED: Name = Name::named("nova.disabled");
/// `OPTIONS`, which some front ends answer for all.
pub const OPTIONS: Name = Name::named("nova.options");

/// The names of all operations.
pub fn names() -> impl Iterator<Item = Name> {
    discovery::Operation::NAMES
        .into_iter()
        .chain(images::Operation::NAMES)
        .chain(metadata::Operation::NAMES)
        .chain([NO_SUCH_ACTION, UNROUTED, DISABLED, OPTIONS])
}

impl Operation {
    /// Its stable name.
    pub fn name(&self) -> Name {
        match self {
            Self::Discovery(operation) => operation.name(),
            Self::Images(operation) => operation.name(),
            Self::Metadata(operation) => operation.name(),
            Self::NoSuchAction => NO_SUCH_ACTION,
        }
    }

    /// The image that it is about.
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Images(operation) => operation.image(),
            Self::Metadata(operation) => Some(&operation.id),
            Self::Discovery(_) | Self::NoSuchAction => None,
        }
    }

    /// What it does with its body; nothing where none is read.
    pub fn write(&self) -> Option<Write<'_>> {
        match self {
            Self::Metadata(operation) => operation.write(),
            Self::Images(images::Operation::Create) => Some(Write::Merge),
            Self::Images(_) | Self::Discovery(_) | Self::NoSuchAction => None,
        }
    }

    /// Whether it changes something.
    pub fn is_change(&self) -> bool {
        match self {
            Self::Images(operation) => matches!(operation, images::Operation::Delete(_)),
            Self::Metadata(operation) => operation.is_change(),
            Self::Discovery(_) | Self::NoSuchAction => false,
        }
    }

    /// The newest microversion of 2 that still has it.
    pub fn last_minor_version(&self) -> u32 {
        match self {
            Self::Images(images::Operation::Create) | Self::Discovery(_) | Self::NoSuchAction => {
                u32::MAX
            }
            Self::Images(_) => images::LAST_MINOR_VERSION,
            Self::Metadata(_) => metadata::LAST_MINOR_VERSION,
        }
    }

    /// Whether it is the version document.
    pub fn is_document(&self) -> bool {
        *self == Self::Discovery(discovery::Operation::Version)
    }
}

impl Route {
    /// Where a path behind the version leads.
    pub fn of(routes: Routes, method: &Method, path: PathView<'_>) -> Option<Self> {
        let parts = path.parts();
        match routes {
            Routes::Juno => juno(method, &parts, path.trailing_slash),
            Routes::V21(ids) => v21(method, &parts, path.trailing_slash, ids),
        }
    }

    fn document(project: Option<&str>) -> Self {
        Self {
            operation: Operation::Discovery(discovery::Operation::Version),
            project: project.map(str::to_owned),
        }
    }
}

fn juno(method: &Method, parts: &[&str], slash: bool) -> Option<Route> {
    let Some((project, rest)) = parts.split_first() else {
        return Some(Route::document(None));
    };
    if slash {
        return None;
    }
    Some(Route {
        operation: juno_operation(method, rest)?,
        project: Some((*project).to_owned()),
    })
}

fn juno_operation(method: &Method, rest: &[&str]) -> Option<Operation> {
    let (last, parents) = rest.split_last()?;
    let (name, suffixed) = match suffix_of(last) {
        Some((name, _)) if !name.is_empty() => (name, true),
        _ => (*last, false),
    };
    if is_no_action(method, parents, name) {
        return Some(Operation::NoSuchAction);
    }
    let images = || images::Operation::juno(method, parents, name).map(Operation::Images);
    let metadata = || {
        let found = metadata::Operation::juno(method, parents, name, suffixed);
        found.map(Operation::Metadata)
    };
    let discovery = || discovery::Operation::juno(method, parents, name).map(Operation::Discovery);
    images().or_else(metadata).or_else(discovery)
}

/// Routes' resources have forms for making and editing, and members by every method, which no
/// controller of this API implements.
fn is_no_action(method: &Method, parents: &[&str], name: &str) -> bool {
    matches!(
        (method.as_str(), parents, name),
        ("GET", ["images"] | ["images", _, "metadata"], "new")
            | ("GET", ["images", _] | ["images", _, "metadata", _], "edit")
            | ("PUT", ["images"], _)
            | ("POST", [], "extensions")
            | ("PUT" | "DELETE", ["extensions"], _)
    )
}

fn v21(method: &Method, parts: &[&str], slash: bool, ids: ProjectIds) -> Option<Route> {
    let is_project = |text: &str| match ids {
        ProjectIds::Any => true,
        ProjectIds::Hex => text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')),
    };
    match parts {
        [] => return Some(Route::document(None)),
        [project] if slash && is_project(project) => return Some(Route::document(Some(project))),
        _ if slash => return None,
        _ => {}
    }
    if let Some(operation) = v21_operation(method, parts) {
        return Some(Route {
            operation,
            project: None,
        });
    }
    let (project, rest) = parts.split_first()?;
    if !is_project(project) {
        return None;
    }
    Some(Route {
        operation: v21_operation(method, rest)?,
        project: Some((*project).to_owned()),
    })
}

fn v21_operation(method: &Method, parts: &[&str]) -> Option<Operation> {
    let images = || images::Operation::v21(method, parts).map(Operation::Images);
    let metadata = || metadata::Operation::v21(method, parts).map(Operation::Metadata);
    let discovery = || discovery::Operation::v21(method, parts).map(Operation::Discovery);
    images().or_else(metadata).or_else(discovery)
}
