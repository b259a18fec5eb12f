//! The queries of lists: what is refused, and what is kept.

use super::call::Call;
use super::fault::Fault;
use super::kind::Kind;
use crate::http::query;
use crate::python::Value as Python;
use serde_json::Value;

/// What Keystone's schemas of today take for a flag.
const FLAGS: [&str; 19] = [
    "True", "TRUE", "true", "False", "FALSE", "false", "", "1", "0", "y", "Y", "n", "N", "on",
    "ON", "off", "OFF", "yes", "no",
];

/// The same, as Python shows them in an error.
const SHOWN_FLAGS: &str = "[True, 'True', 'TRUE', 'true', False, 'False', 'FALSE', 'false', '', \
                           '1', '0', 'y', 'Y', 'n', 'N', 'on', 'ON', 'off', 'OFF', 'yes', 'no']";

fn pairs(call: &Call<'_>) -> Vec<(String, String)> {
    query::parse_lossy(call.head.raw_query())
}

/// Keystone checks a query before it asks who may see the list.
pub fn check(call: &Call<'_>, kind: Kind) -> Result<(), Fault> {
    let pairs = pairs(call);
    match kind {
        Kind::Regions => check_names(&pairs, kind.words().filters),
        // Recorded of domains; the other two share the schema's type.
        Kind::Domains | Kind::Projects | Kind::Users => check_flag(&pairs),
        _ => Ok(()),
    }
}

/// A schema that allows nothing else.
fn check_names(pairs: &[(String, String)], known: &[&str]) -> Result<(), Fault> {
    let mut others: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    others.retain(|name| !known.contains(name));
    others.sort_unstable();
    others.dedup();
    let verb = match others.len() {
        0 => return Ok(()),
        1 => "was",
        _ => "were",
    };
    let shown: Vec<_> = others
        .iter()
        .map(|name| Python::from(*name).repr_python3())
        .collect();
    Err(Fault::BadRequest(format!(
        "Additional properties are not allowed ({} {verb} unexpected)",
        shown.join(", ")
    )))
}

fn check_flag(pairs: &[(String, String)]) -> Result<(), Fault> {
    match query::last(pairs, "enabled") {
        Some(text) if !FLAGS.contains(&text) => {
            let shown = Python::from(text).repr_python3();
            Err(Fault::BadRequest(format!(
                "Invalid input for field/attribute enabled. Value: {text}. {shown} is not one of \
                 {SHOWN_FLAGS}"
            )))
        }
        _ => Ok(()),
    }
}

/// Keeps what has the values that the query names, or texts like them; what it names beside is not
/// looked at.
pub fn filter(call: &Call<'_>, views: &mut Vec<Value>, filters: &[&str]) {
    for (name, wanted) in pairs(call) {
        let (name, comparison) = match name.split_once("__") {
            Some((name, comparison)) => (name, Some(comparison)),
            None => (name.as_str(), None),
        };
        if !filters.contains(&name) {
            continue;
        }
        views.retain(|view| match (&view[name], comparison) {
            (Value::String(text), Some(comparison)) => is_like(text, comparison, &wanted),
            (Value::String(text), None) => *text == wanted,
            // Keystone: everything but these two is true.
            (Value::Bool(flag), None) => {
                *flag != matches!(wanted.to_lowercase().as_str(), "false" | "0")
            }
            (_, Some(_)) => true,
            _ => false,
        });
    }
}

/// An inexact filter. SQLite's LIKE knows no case, with an `i` in front of it or without.
fn is_like(text: &str, comparison: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    match comparison {
        "contains" | "icontains" => text.contains(&wanted),
        "startswith" | "istartswith" => text.starts_with(&wanted),
        "endswith" | "iendswith" => text.ends_with(&wanted),
        // What Keystone does not know it does not look at.
        _ => true,
    }
}

/// What only users can be asked for: a page behind one of them, and those of an identity provider,
/// of which there is none.
pub fn filter_users(call: &Call<'_>, views: &mut Vec<Value>) -> Result<(), Fault> {
    let pairs = pairs(call);
    if let Some(marker) = query::last(&pairs, "marker") {
        let at = views.iter().position(|view| view["id"] == *marker);
        let at = at.ok_or_else(|| Fault::could_not_find("user", marker))?;
        views.drain(..=at);
    }
    if query::last(&pairs, "idp_id").is_some() {
        views.clear();
    }
    Ok(())
}
