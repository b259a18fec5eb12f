//! The request that a command line comes to.

use super::command::{Rooms, WHOLE};
use super::kinds::text_of;
use super::naming::{Argument, Named};
use super::schema::Form;
use clap::ArgMatches;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::io::{self, Read as _};

/// What does not stand in a part of a path as it is.
const UNSAFE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What is asked of the control API.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `POST`
    pub method: String,
    /// Path and query behind `/_control`.
    pub target: String,
    /// What is given of the body.
    pub body: Option<Written>,
}

/// A body, as the command line gives it.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its type.
    pub media_type: String,
    is_json: bool,
    is_required: bool,
    whole: Option<String>,
    members: Vec<Member>,
}

/// A value, and the names that lead to it.
#[derive(Clone, Debug)]
struct Member {
    place: Vec<String>,
    value: Value,
}

/// Why there is no such body.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It stands somewhere that cannot be read.
    #[error("--json {place}: {source}")]
    Unread {
        /// Where.
        place: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is no JSON.
    #[error("--json: {0}")]
    NoJson(#[from] serde_json::Error),
    /// What is given of it does not go together.
    #[error("{0} does not go with what else is given: give the body by --json")]
    Apart(String),
}

impl Asked {
    /// What the words behind `ctl` ask for.
    pub fn of(rooms: &Rooms, reserved: &[String], ctl: &ArgMatches) -> Option<Self> {
        let (room, behind) = ctl.subcommand()?;
        let (verb, given) = match behind.subcommand() {
            Some((verb, given)) => (Some(verb), given),
            None => (None, behind),
        };
        let operation = rooms.operation(room, verb)?;
        let named = rooms.named(operation, reserved);
        let body = operation.body.as_ref().map(|body| Written {
            media_type: body.media_type.clone(),
            is_json: body.is_json(),
            is_required: body.is_required,
            whole: given.get_one::<String>(WHOLE).cloned(),
            members: members(&named, given),
        });
        Some(Self {
            method: operation.method.clone(),
            target: target(&operation.path, &named, given),
            body,
        })
    }
}

impl Written {
    /// The body itself; none where none is given and none is needed.
    ///
    /// # Errors
    /// When what is given is no such body.
    pub fn bytes(&self) -> Result<Option<Vec<u8>>, BodyError> {
        let whole = self.whole.as_deref().map(read).transpose()?;
        if !self.is_json {
            return Ok(whole);
        }
        let mut body = match &whole {
            Some(whole) if self.members.is_empty() => {
                // As it stands: a value would lose what is doubled in it.
                serde_json::from_slice::<&RawValue>(whole)?;
                return Ok(Some(whole.clone()));
            }
            Some(whole) => serde_json::from_slice(whole)?,
            None if self.members.is_empty() && !self.is_required => return Ok(None),
            None => Value::Object(Map::new()),
        };
        for member in &self.members {
            let put = put(&mut body, &member.place, &member.value);
            put.ok_or_else(|| BodyError::Apart(member.place.join(".")))?;
        }
        Ok(Some(serde_json::to_vec(&body)?))
    }
}

/// Puts a value where it belongs, unless something else than an object is in its way.
fn put(body: &mut Value, place: &[String], value: &Value) -> Option<()> {
    let object = body.as_object_mut()?;
    match place {
        [] => object.extend(value.as_object()?.clone()),
        [last] => match (object.get_mut(last), value) {
            (Some(Value::Object(there)), Value::Object(more)) => there.extend(more.clone()),
            (Some(Value::Object(_)), _) => return None,
            _ => {
                object.insert(last.clone(), value.clone());
            }
        },
        [first, rest @ ..] => {
            let inner = object.entry(first.as_str());
            let inner = inner.or_insert_with(|| Value::Object(Map::new()));
            return put(inner, rest, value);
        }
    }
    Some(())
}

/// A text, what a file holds, or standard input.
fn read(whole: &str) -> Result<Vec<u8>, BodyError> {
    let unread = |source| BodyError::Unread {
        place: whole.to_owned(),
        source,
    };
    match (whole, whole.strip_prefix('@')) {
        ("-", _) => {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes);
            read.map(|_| bytes).map_err(unread)
        }
        (_, Some(path)) => std::fs::read(path).map_err(unread),
        (text, None) => Ok(text.as_bytes().to_vec()),
    }
}

fn members(named: &Named<'_>, given: &ArgMatches) -> Vec<Member> {
    let member = |argument: &Argument<'_>| {
        let flag = argument.flag?;
        let value = match &flag.form {
            Form::One(_) => given.get_one::<Value>(&argument.id)?.clone(),
            Form::Many(_) => given.get_many::<Value>(&argument.id)?.cloned().collect(),
            Form::Pairs(_) => {
                let pairs = given.get_many::<(String, Value)>(&argument.id)?;
                pairs.cloned().collect()
            }
        };
        Some(Member {
            place: flag.place.clone(),
            value,
        })
    };
    named.body.iter().filter_map(member).collect()
}

/// The path with what stands in place of its parts, and the query.
fn target(path: &str, named: &Named<'_>, given: &ArgMatches) -> String {
    let mut parts = named.parts.iter();
    let fill = |part: &str| match part.starts_with('{') {
        true => {
            let part = parts
                .next()
                .and_then(|one| given.get_one::<String>(&one.id));
            let part = part.map_or("", String::as_str);
            utf8_percent_encode(part, UNSAFE).to_string()
        }
        false => part.to_owned(),
    };
    let path: Vec<_> = path.split('/').map(fill).collect();
    let mut query = Vec::new();
    for argument in &named.query {
        let [name] = argument.flag.map_or(&[][..], |flag| &flag.place) else {
            continue;
        };
        let values = given.get_many::<Value>(&argument.id).into_iter().flatten();
        query.extend(values.map(|value| (name, text_of(value))));
    }
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    [&path.join("/"), mark, &query].concat()
}
