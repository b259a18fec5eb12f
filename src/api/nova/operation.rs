//! Paths and methods into operations.

use super::dialect::media::suffix_of;
use super::dialect::{Dialect, ProjectIds, Routes};
use super::images::metadata::{self, Write};
use super::{discovery, images};
use crate::domain::{Operation as Name, Work};
use crate::http::{Method, PathView};
use crate::python::unquote;

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
    /// Routed in Nova 2014.2, to a method that reads its body and then says that there is none.
    RefusedAction,
}

/// Who is known, for paths that depend on it.
pub struct Known<'k> {
    /// Whether a text is the id of a project.
    pub project: &'k dyn Fn(&str) -> bool,
    /// Whether a text is the id of the caller's own.
    pub own_project: &'k dyn Fn(&str) -> bool,
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

/// Whatever a real Nova answers.
pub const PASSED: Name = Name::named("nova.passed");

/// The names of all operations.
pub fn names() -> impl Iterator<Item = Name> {
    discovery::Operation::NAMES
        .into_iter()
        .chain(images::Operation::NAMES)
        .chain(metadata::Operation::NAMES)
        .chain([NO_SUCH_ACTION, UNROUTED, DISABLED, OPTIONS, PASSED])
}

impl Operation {
    /// Its stable name.
    pub fn name(&self) -> Name {
        match self {
            Self::Discovery(operation) => operation.name(),
            Self::Images(operation) => operation.name(),
            Self::Metadata(operation) => operation.name(),
            Self::NoSuchAction | Self::RefusedAction => NO_SUCH_ACTION,
        }
    }

    /// The image that it is about.
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Images(operation) => operation.image(),
            Self::Metadata(operation) => Some(&operation.id),
            Self::Discovery(_) | Self::NoSuchAction | Self::RefusedAction => None,
        }
    }

    fn image_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Images(operation) => operation.image_mut(),
            Self::Metadata(operation) => Some(&mut operation.id),
            Self::Discovery(_) | Self::NoSuchAction | Self::RefusedAction => None,
        }
    }

    /// What it does with its body; nothing where none is read.
    pub fn write(&self) -> Option<Write<'_>> {
        match self {
            Self::Metadata(operation) => operation.write(),
            Self::Images(images::Operation::Create) | Self::RefusedAction => Some(Write::Merge),
            Self::Images(_) | Self::Discovery(_) | Self::NoSuchAction => None,
        }
    }

    /// What kind of work it is.
    pub fn work(&self) -> Work {
        match self {
            Self::Images(images::Operation::Delete(_)) => Work::Change,
            Self::Metadata(operation) if operation.is_change() => Work::Edit,
            Self::Images(_)
            | Self::Metadata(_)
            | Self::Discovery(_)
            | Self::NoSuchAction
            | Self::RefusedAction => Work::Read,
        }
    }

    /// The newest microversion of 2 that still has it.
    pub fn last_minor_version(&self) -> u32 {
        match self {
            Self::Images(images::Operation::Create)
            | Self::Discovery(_)
            | Self::NoSuchAction
            | Self::RefusedAction => u32::MAX,
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
    pub fn of(
        dialect: &Dialect,
        method: &Method,
        path: PathView<'_>,
        known: &Known<'_>,
    ) -> Option<Self> {
        let parts = path.parts();
        match (dialect.routes, parts.as_slice()) {
            // Clients of 2016 ask the catalogue's own URL which version it is.
            (_, [own])
                if dialect.project_is_document
                    && method == Method::GET
                    && (known.own_project)(own) =>
            {
                Some(Self::document(Some(own)))
            }
            (Routes::Juno, parts) => juno(method, parts, path.trailing_slash),
            (Routes::V21(ids), parts) => {
                let mut route = v21(method, parts, path.trailing_slash, ids, known)?;
                if let Some(id) = route.operation.image_mut().filter(|_| dialect.exact) {
                    *id = pasted(id);
                }
                Some(route)
            }
        }
    }

    fn document(project: Option<&str>) -> Self {
        Self {
            operation: Operation::Discovery(discovery::Operation::Version),
            project: project.map(str::to_owned),
        }
    }
}

/// Nova 34 pastes an id into a URL for Glance, which cuts it, decodes it once more, and whose pattern
/// lets a line feed stand behind it.
fn pasted(id: &str) -> String {
    let cut = id.split(['?', '#']).next().unwrap_or_default();
    let again = String::from_utf8_lossy(&unquote(cut)).into_owned();
    match again.strip_suffix('\n') {
        Some(id) => id.to_owned(),
        None => again,
    }
}

fn juno(method: &Method, parts: &[&str], slash: bool) -> Option<Route> {
    let Some((project, rest)) = parts.split_first() else {
        // Without the slash any method is sent on to it.
        let found = !slash || method == Method::GET;
        return found.then(|| Route::document(None));
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
    if is_refused(method, parents, name) {
        return Some(Operation::RefusedAction);
    }
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
            | ("PUT", ["images" | "extensions"], _)
    )
}

/// The controller of extensions has these two, to raise a 404.
fn is_refused(method: &Method, parents: &[&str], name: &str) -> bool {
    matches!(
        (method.as_str(), parents, name),
        ("POST", [], "extensions") | ("DELETE", ["extensions"], _)
    )
}

fn v21(
    method: &Method,
    parts: &[&str],
    slash: bool,
    ids: ProjectIds,
    known: &Known<'_>,
) -> Option<Route> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    // An operator whose projects have other ids configures Nova so: those are projects, too.
    let is_project = |text: &str| match ids {
        ProjectIds::Any => true,
        ProjectIds::Hex => text.bytes().all(is_hex) || (known.project)(text),
    };
    match parts {
        [] => return Some(Route::document(None)),
        [project] if slash && method == Method::GET && is_project(project) => {
            return Some(Route::document(Some(project)));
        }
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
