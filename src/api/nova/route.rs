//! Paths and methods into operations.

use super::media::suffix_of;
use actix_web::http::Method;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The version document.
    Version,
    /// `GET /images`
    Index,
    /// `GET /images/detail`
    Detail,
    /// `GET /images/{id}`
    Show(String),
    /// `DELETE /images/{id}`
    Delete(String),
    /// `GET /images/{id}/metadata`
    MetadataIndex(String),
    /// `POST /images/{id}/metadata`
    MetadataCreate(String),
    /// `PUT /images/{id}/metadata`
    MetadataUpdateAll(String),
    /// `GET /images/{id}/metadata/{key}`
    MetadataShow(String, String),
    /// `PUT /images/{id}/metadata/{key}`
    MetadataUpdate(String, String),
    /// `DELETE /images/{id}/metadata/{key}`
    MetadataDelete(String, String),
    /// `GET /extensions`
    ExtensionIndex,
    /// `GET /extensions/{alias}`
    ExtensionShow(String),
    /// `GET /limits`
    Limits,
    /// Routed in Nova 2014.2, to a method that its controller does not have.
    NoSuchAction,
    /// Routed in Nova 2014.2, to a method that only says it is not allowed.
    NotAllowed,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What is asked for.
    pub operation: Operation,
    /// The project in the path.
    pub project: Option<String>,
}

/// Nova 2014.2's routes: the project is part of every path, and the last segment may have a suffix.
pub fn juno(method: &Method, segments: &[&str], slash: bool) -> Option<Route> {
    if segments.is_empty() {
        return Some(Route {
            operation: Operation::Version,
            project: None,
        });
    }
    let (project, rest) = segments.split_first()?;
    if slash {
        return None;
    }
    let operation = juno_operation(method, rest)?;
    Some(Route {
        operation,
        project: Some((*project).to_owned()),
    })
}

fn juno_operation(method: &Method, rest: &[&str]) -> Option<Operation> {
    let (last, parents) = rest.split_last()?;
    let (name, suffixed) = match suffix_of(last) {
        Some((name, _)) if !name.is_empty() => (name, true),
        _ => (*last, false),
    };
    let own = |text: &str| text.to_owned();
    Some(match (method.as_str(), parents, name) {
        ("GET", [], "images") => Operation::Index,
        ("POST", [], "images") => Operation::NotAllowed,
        ("GET", ["images"], "detail") => Operation::Detail,
        // Routes' resources have forms for making and editing, which no API controller implements.
        ("GET", ["images"] | ["images", _, "metadata"], "new")
        | ("GET", ["images", _] | ["images", _, "metadata", _], "edit")
        | ("PUT", ["images"], _) => Operation::NoSuchAction,
        ("GET", ["images"], id) => Operation::Show(own(id)),
        ("DELETE", ["images"], id) => Operation::Delete(own(id)),
        ("GET", ["images", id], "metadata") => Operation::MetadataIndex(own(id)),
        ("POST", ["images", id], "metadata") => Operation::MetadataCreate(own(id)),
        // Connected by hand in Nova, without a form for suffixes.
        ("PUT", ["images", id], "metadata") if !suffixed => Operation::MetadataUpdateAll(own(id)),
        ("GET", ["images", id, "metadata"], key) => Operation::MetadataShow(own(id), own(key)),
        ("PUT", ["images", id, "metadata"], key) => Operation::MetadataUpdate(own(id), own(key)),
        ("DELETE", ["images", id, "metadata"], key) => Operation::MetadataDelete(own(id), own(key)),
        ("GET", [], "extensions") => Operation::ExtensionIndex,
        ("POST", [], "extensions") | ("PUT" | "DELETE", ["extensions"], _) => {
            Operation::NoSuchAction
        }
        ("GET", ["extensions"], alias) => Operation::ExtensionShow(own(alias)),
        _ => return None,
    })
}

/// Nova 34's routes; a project in the path is made of hex digits and dashes.
pub fn v21_hex_project(method: &Method, segments: &[&str], slash: bool) -> Option<Route> {
    v21(method, segments, slash, |project| {
        project
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
    })
}

/// Nova 34's routes; any text is a project.
pub fn v21_any_project(method: &Method, segments: &[&str], slash: bool) -> Option<Route> {
    v21(method, segments, slash, |_| true)
}

fn v21(
    method: &Method,
    segments: &[&str],
    slash: bool,
    is_project: fn(&str) -> bool,
) -> Option<Route> {
    let version = |project: Option<&str>| {
        let project = project.map(str::to_owned);
        Some(Route {
            operation: Operation::Version,
            project,
        })
    };
    match segments {
        [] => return version(None),
        [project] if slash && is_project(project) => return version(Some(project)),
        _ if slash => return None,
        _ => {}
    }
    if let Some(operation) = v21_operation(method, segments) {
        return Some(Route {
            operation,
            project: None,
        });
    }
    let (project, rest) = segments.split_first()?;
    if !is_project(project) {
        return None;
    }
    let operation = v21_operation(method, rest)?;
    Some(Route {
        operation,
        project: Some((*project).to_owned()),
    })
}

fn v21_operation(method: &Method, rest: &[&str]) -> Option<Operation> {
    let own = |text: &str| text.to_owned();
    Some(match (method.as_str(), rest) {
        ("GET", ["images"]) => Operation::Index,
        ("GET", ["images", "detail"]) => Operation::Detail,
        ("GET", ["images", id]) => Operation::Show(own(id)),
        ("DELETE", ["images", id]) => Operation::Delete(own(id)),
        ("GET", ["images", id, "metadata"]) => Operation::MetadataIndex(own(id)),
        ("POST", ["images", id, "metadata"]) => Operation::MetadataCreate(own(id)),
        ("PUT", ["images", id, "metadata"]) => Operation::MetadataUpdateAll(own(id)),
        ("GET", ["images", id, "metadata", key]) => Operation::MetadataShow(own(id), own(key)),
        ("PUT", ["images", id, "metadata", key]) => Operation::MetadataUpdate(own(id), own(key)),
        ("DELETE", ["images", id, "metadata", key]) => Operation::MetadataDelete(own(id), own(key)),
        ("GET", ["extensions"]) => Operation::ExtensionIndex,
        ("GET", ["extensions", alias]) => Operation::ExtensionShow(own(alias)),
        ("GET", ["limits"]) => Operation::Limits,
        _ => return None,
    })
}

/// The newest microversion of 2 that still has an operation (Nova's api-ref, "Image proxy").
pub fn last_minor_version(operation: &Operation) -> u32 {
    match operation {
        Operation::Index | Operation::Detail | Operation::Show(_) | Operation::Delete(_) => 35,
        Operation::MetadataIndex(_)
        | Operation::MetadataCreate(_)
        | Operation::MetadataUpdateAll(_)
        | Operation::MetadataShow(..)
        | Operation::MetadataUpdate(..)
        | Operation::MetadataDelete(..) => 38,
        _ => u32::MAX,
    }
}
