//! What the schema of images says of the values of attributes.
//!
//! Several things may be wrong; told is the one that Python's library finds worst: of those highest up
//! the one whose key comes last.

use crate::api::glance::fault::Fault;
use crate::python::Value;
use indexmap::IndexMap;

/// Container formats that Glance 33 knows.
const CONTAINERS: &[&str] = &[
    "ami",
    "ari",
    "aki",
    "bare",
    "ovf",
    "ova",
    "docker",
    "compressed",
];

/// Disk formats that Glance 33 knows.
const DISKS: &[&str] = &[
    "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop",
];

const STATUSES: &[&str] = &[
    "queued",
    "saving",
    "active",
    "killed",
    "deleted",
    "uploading",
    "importing",
    "pending_delete",
    "deactivated",
];

const VISIBILITIES: &[&str] = &["community", "public", "private", "shared"];

/// The pattern of an id.
const ID: &str = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-\
                  ([0-9a-fA-F]){12}$";

/// What a value may be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Id,
    OneOf(&'static [&'static str]),
    TextOrNull(usize),
    OneOfOrNull(&'static [&'static str]),
    Flag,
    Integer,
    IntegerOrNull,
    Tags,
    Locations,
}

/// Longest tag, in characters.
const MOST_TAG: usize = 255;

fn kind(key: &str) -> Option<Kind> {
    Some(match key {
        "id" => Kind::Id,
        "name" | "owner" => Kind::TextOrNull(255),
        "status" => Kind::OneOf(STATUSES),
        "visibility" => Kind::OneOf(VISIBILITIES),
        "protected" | "os_hidden" => Kind::Flag,
        "checksum" => Kind::TextOrNull(32),
        "os_hash_algo" => Kind::TextOrNull(64),
        "os_hash_value" => Kind::TextOrNull(128),
        "size" | "virtual_size" => Kind::IntegerOrNull,
        "container_format" => Kind::OneOfOrNull(CONTAINERS),
        "disk_format" => Kind::OneOfOrNull(DISKS),
        "created_at" | "updated_at" | "direct_url" | "self" | "file" | "schema" | "stores" => {
            Kind::Text
        }
        "tags" => Kind::Tags,
        "min_ram" | "min_disk" => Kind::Integer,
        "locations" => Kind::Locations,
        _ => return None,
    })
}

/// Checks attributes.
///
/// # Errors
/// The worst of what is wrong.
pub fn check(items: &IndexMap<String, Value>) -> Result<(), Fault> {
    let wrong = items.iter().filter_map(|(key, value)| wrong(key, value));
    // Deeper is less; of equals the one whose path comes last.
    let worst = wrong.max_by(|one, other| {
        let rank = |wrong: &Wrong| {
            (
                std::cmp::Reverse(wrong.at.is_some()),
                wrong.key.clone(),
                wrong.at,
            )
        };
        rank(one).cmp(&rank(other))
    });
    match worst {
        Some(wrong) => Err(wrong.fault()),
        None => Ok(()),
    }
}

/// Checks a tag that stands by itself.
///
/// # Errors
/// When it is too long.
pub fn check_tag(tag: &str) -> Result<(), Fault> {
    let tags = Value::List(vec![Value::from(tag)]);
    check(&IndexMap::from([("tags".to_owned(), tags)]))
}

/// What is wrong with an attribute.
struct Wrong {
    key: String,
    /// Which item of a list, where it is one.
    at: Option<usize>,
    what: String,
    rule: &'static str,
    value: String,
}

impl Wrong {
    fn fault(self) -> Fault {
        let Self {
            key,
            at,
            what,
            rule,
            value,
        } = self;
        let (schema, instance) = match (at, kind(&key)) {
            (Some(at), _) => (
                format!("['properties']['{key}']['items']"),
                format!("['{key}'][{at}]"),
            ),
            (None, Some(_)) => (format!("['properties']['{key}']"), format!("['{key}']")),
            (None, None) => (
                "['additionalProperties']".to_owned(),
                format!("[{}]", Value::from(key).repr_python3()),
            ),
        };
        Fault::bad_request(format!(
            "Provided object does not match schema 'image': {what}  Failed validating '{rule}' in \
             schema{schema}  On instance{instance}:     {value}"
        ))
    }
}

fn wrong(key: &str, value: &Value) -> Option<Wrong> {
    let found = |(what, rule)| Wrong {
        key: key.to_owned(),
        at: None,
        what,
        rule,
        value: value.repr_python3(),
    };
    match (kind(key), value) {
        (None, value) => text(value, "'string'", None).map(found),
        (Some(Kind::Tags), Value::List(tags)) => {
            let tags = tags.iter().enumerate();
            let mut wrong = tags.filter_map(|(at, tag)| {
                let (what, rule) = text(tag, "'string'", Some(MOST_TAG))?;
                Some(Wrong {
                    at: Some(at),
                    value: tag.repr_python3(),
                    ..found((what, rule))
                })
            });
            wrong.next_back()
        }
        (Some(Kind::Locations), Value::List(locations)) => {
            let locations = locations.iter().enumerate();
            let mut wrong = locations.filter_map(|(at, location)| {
                let (what, rule) = location_wrong(location)?;
                Some(Wrong {
                    at: Some(at),
                    value: location.repr_python3(),
                    ..found((what, rule))
                })
            });
            wrong.next_back()
        }
        (Some(kind), value) => simple(kind, value).map(found),
    }
}

fn simple(kind: Kind, value: &Value) -> Option<(String, &'static str)> {
    let not_of = |types: &str| {
        let what = format!("{} is not of type {types}", value.repr_python3());
        Some((what, "type"))
    };
    match (kind, value) {
        (Kind::TextOrNull(_) | Kind::OneOfOrNull(_) | Kind::IntegerOrNull, Value::None)
        | (Kind::Flag, Value::Bool(_)) => None,
        (Kind::Text, value) => text(value, "'string'", None),
        (Kind::Id, Value::Str(id)) => (!is_id(id)).then(|| {
            let pattern = Value::from(ID).repr_python3();
            let what = format!("{} does not match {pattern}", value.repr_python3());
            (what, "pattern")
        }),
        (Kind::OneOf(words), Value::Str(word)) => one_of(words, word, ""),
        (Kind::Id | Kind::OneOf(_), _) => not_of("'string'"),
        (Kind::OneOfOrNull(words), Value::Str(word)) => one_of(words, word, "None, "),
        (Kind::OneOfOrNull(_), _) => not_of("'null', 'string'"),
        (Kind::TextOrNull(most), value) => text(value, "'null', 'string'", Some(most)),
        (Kind::Flag, _) => not_of("'boolean'"),
        (Kind::Integer, value) => (!is_integer(value)).then(|| not_of("'integer'"))?,
        (Kind::IntegerOrNull, value) => {
            (!is_integer(value)).then(|| not_of("'null', 'integer'"))?
        }
        (Kind::Tags | Kind::Locations, _) => not_of("'array'"),
    }
}

fn text(value: &Value, types: &str, most: Option<usize>) -> Option<(String, &'static str)> {
    match (value, most) {
        (Value::Str(text), Some(most)) if text.chars().count() > most => {
            Some((format!("{} is too long", value.repr_python3()), "maxLength"))
        }
        (Value::Str(_), _) => None,
        (value, _) => Some((
            format!("{} is not of type {types}", value.repr_python3()),
            "type",
        )),
    }
}

fn one_of(words: &[&str], word: &str, null: &str) -> Option<(String, &'static str)> {
    if words.contains(&word) {
        return None;
    }
    let listed: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let what = format!(
        "{} is not one of [{null}{}]",
        Value::from(word).repr_python3(),
        listed.join(", ")
    );
    Some((what, "enum"))
}

fn location_wrong(location: &Value) -> Option<(String, &'static str)> {
    let Some(items) = location.as_dict() else {
        let what = format!("{} is not of type 'object'", location.repr_python3());
        return Some((what, "type"));
    };
    let missing = ["url", "metadata"]
        .into_iter()
        .find(|key| !items.contains_key(*key));
    missing.map(|key| (format!("'{key}' is a required property"), "required"))
}

/// JSON Schema's integers: also floats without a fraction.
fn is_integer(value: &Value) -> bool {
    match value {
        Value::Int(_) => true,
        Value::Float(number) => number.is_finite() && number.fract() == 0.0,
        _ => false,
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
