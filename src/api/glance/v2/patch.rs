//! The changes of a JSON patch, in either of its two forms, read and checked before anybody looks at
//! the image.

use super::attributes::is_reserved;
use super::{body, schema};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::python::Value;
use indexmap::IndexMap;

/// The two forms, each by its media type.
const DRAFT_4: &str = "application/openstack-images-v2.0-json-patch";
const DRAFT_10: &str = "application/openstack-images-v2.1-json-patch";

/// What a client cannot change.
const READ_ONLY: [&str; 13] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
];

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Set, whether it is there or not.
    Add,
    /// Set what is not there yet: the older form.
    AddNew,
    /// Set what is there.
    Replace,
    /// Take away.
    Remove,
}

/// A change.
#[derive(Debug)]
pub struct Change {
    /// What is done.
    pub kind: Kind,
    /// To which attribute.
    pub key: String,
    /// What it becomes; nothing where it is taken away.
    pub value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Draft {
    Four,
    Ten,
}

const WORDS: [(&str, Kind); 3] = [
    ("add", Kind::Add),
    ("remove", Kind::Remove),
    ("replace", Kind::Replace),
];

/// Reads the changes of a request.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(call: &Call<'_>) -> Result<Vec<Change>, Fault> {
    let media_type = call.head.webob_media_type();
    let draft = match media_type {
        Some(DRAFT_4) => Draft::Four,
        Some(DRAFT_10) => Draft::Ten,
        other => return Err(unsupported(other)),
    };
    let Value::List(changes) = body::json(call)? else {
        return Err(Fault::bad_request(
            "Request body must be a JSON array of operation objects.",
        ));
    };
    changes.iter().map(|change| one(draft, change)).collect()
}

fn unsupported(media_type: Option<&str>) -> Fault {
    let known = format!("{DRAFT_4}, {DRAFT_10}");
    let reason = format!("Image PATCH expects Content-Type one of: {known}");
    Fault::media_type(media_type, reason).with("accept-patch", known)
}

fn one(draft: Draft, change: &Value) -> Result<Change, Fault> {
    let items = change
        .as_dict()
        .ok_or_else(|| Fault::bad_request("Operations must be JSON objects."))?;
    let (word, kind, pointer) = match draft {
        Draft::Ten => of_draft_10(items)?,
        Draft::Four => of_draft_4(items)?,
    };
    let path = decoded(pointer)?;
    check_depth(kind, &path)?;
    let value = match (kind, items.get("value")) {
        (Kind::Remove, _) => Value::None,
        (_, Some(value)) => value.clone(),
        (_, None) => {
            return Err(Fault::bad_request(format!(
                "Operation \"{word}\" requires a member named \"value\"."
            )));
        }
    };
    check(kind, &path, &value)?;
    let kind = match (kind, draft) {
        (Kind::Add, Draft::Four) => Kind::AddNew,
        (kind, _) => kind,
    };
    let key = path.into_iter().next().unwrap_or_default();
    Ok(Change { kind, key, value })
}

type Operation<'v> = (&'static str, Kind, &'v Value);

fn of_draft_10(items: &IndexMap<String, Value>) -> Result<Operation<'_>, Fault> {
    const KNOWN: &str = "It must be one of the following: add, remove, replace.";
    let op = items.get("op").filter(|op| !op.is_none());
    let op = op.ok_or_else(|| {
        Fault::bad_request(format!(
            "Unable to find `op` in JSON Schema change. {KNOWN}"
        ))
    })?;
    let found = WORDS.iter().find(|(word, _)| op.as_str() == Some(word));
    let (word, kind) = found.ok_or_else(|| {
        Fault::bad_request(format!(
            "Invalid operation: `{}`. {KNOWN}",
            op.str_python3()
        ))
    })?;
    let pointer = items
        .get("path")
        .ok_or_else(|| Fault::bad_request("Unable to find 'path' in JSON Schema change"))?;
    Ok((word, *kind, pointer))
}

fn of_draft_4(items: &IndexMap<String, Value>) -> Result<Operation<'_>, Fault> {
    let members = |how: &str| {
        Fault::bad_request(format!(
            "Operation objects must contain {how} one member named \"add\", \"remove\", or \
             \"replace\"."
        ))
    };
    let mut found = WORDS
        .iter()
        .filter_map(|(word, kind)| Some((*word, *kind, items.get(*word)?)));
    let first = found.next().ok_or_else(|| members("exactly"))?;
    match found.next() {
        Some(_) => Err(members("only")),
        None => Ok(first),
    }
}

/// The parts of a JSON pointer.
fn decoded(pointer: &Value) -> Result<Vec<String>, Fault> {
    let wrong = |what: &str| {
        Err(Fault::bad_request(format!(
            "Pointer `{}` {what}.",
            pointer.str_python3()
        )))
    };
    let Some(text) = pointer.as_str().filter(|text| text.starts_with('/')) else {
        return wrong("does not start with \"/\"");
    };
    let behind = text.get(1..).unwrap_or_default();
    if has_adjacent_slashes(behind) {
        return wrong("contains adjacent \"/\"");
    }
    if text.len() > 1 && text.ends_with('/') {
        return wrong("end with \"/\"");
    }
    let mut rest = text.split('~').skip(1);
    if !rest.all(|behind| behind.starts_with(['0', '1'])) {
        return wrong("contains \"~\" not part of a recognized escape sequence");
    }
    let parts = text.trim_start_matches('/').split('/');
    Ok(parts
        .map(|part| {
            let part = part.replace("~1", "/").replace("~0", "~");
            crate::python::strip(&part).to_owned()
        })
        .collect())
}

/// Two slashes with nothing but white space between them.
fn has_adjacent_slashes(text: &str) -> bool {
    let mut parts = text.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() && part.chars().all(crate::python::is_space) {
            return true;
        }
    }
    false
}

/// Only locations have parts of their own.
fn check_depth(kind: Kind, path: &[String]) -> Result<(), Fault> {
    let is_location = path.first().is_some_and(|root| root == "locations");
    let depth = match kind {
        Kind::Add | Kind::AddNew | Kind::Remove if is_location => 2,
        _ => 1,
    };
    match path.len() == depth {
        true => Ok(()),
        false => Err(Fault::bad_request(format!(
            "Invalid JSON pointer for this resource: '/{}'",
            path.join("/")
        ))),
    }
}

fn check(kind: Kind, path: &[String], value: &Value) -> Result<(), Fault> {
    let root = path.first().map(String::as_str).unwrap_or_default();
    if READ_ONLY.contains(&root) {
        return Err(Fault::forbidden(format!(
            "Attribute '{root}' is read-only."
        )));
    }
    if is_reserved(root) {
        return Err(Fault::forbidden(format!("Attribute '{root}' is reserved.")));
    }
    if kind == Kind::Remove {
        return Ok(());
    }
    let value = match path.len() {
        1 => value.clone(),
        _ => Value::List(vec![value.clone()]),
    };
    schema::check(&IndexMap::from([(root.to_owned(), value)]))
}
