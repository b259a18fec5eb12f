//! The words that say what a route of the control API takes and gives.

use crate::http::Method;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// The largest body of most routes.
pub const MOST_BODY_BYTES: usize = 114_688;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A method of the control API, as a constant can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// `GET`, and `HEAD`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, even where the control API is off.
    Anybody,
    /// Whoever may look.
    Look,
    /// Whoever may see what others have sent and got.
    Watch,
    /// Whoever may change something.
    Change,
}

/// What a body is.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// In words, for whoever sent another: "the body must be …".
    pub what: &'static str,
    /// Its schema.
    pub schema: SchemaOf,
    /// The largest that is read, in bytes.
    pub most_bytes: usize,
    /// Whether there may be none.
    pub may_be_missing: bool,
    /// One, in JSON.
    pub example: Option<&'static str>,
}

/// One way to answer.
#[derive(Clone, Copy, Debug)]
pub struct Gives {
    /// The status.
    pub status: u16,
    /// What it says.
    pub what: &'static str,
    /// The type of its body, and the schema of that if it is JSON.
    pub body: Option<(&'static str, Option<SchemaOf>)>,
}

impl Verb {
    /// The methods that are this.
    pub const fn methods(self) -> &'static [Method] {
        match self {
            Self::Get => &[Method::GET, Method::HEAD],
            Self::Post => &[Method::POST],
            Self::Put => &[Method::PUT],
            Self::Patch => &[Method::PATCH],
            Self::Delete => &[Method::DELETE],
        }
    }
}

impl Takes {
    /// A body in JSON that must be there.
    pub const fn json<T: JsonSchema>(what: &'static str) -> Self {
        Self {
            what,
            schema: schema_of::<T>,
            most_bytes: MOST_BODY_BYTES,
            may_be_missing: false,
            example: None,
        }
    }

    /// One that does something, in JSON.
    pub const fn such_as(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    /// A body that may be so large.
    pub const fn up_to(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }
}

impl Gives {
    /// A document.
    pub const fn json<T: JsonSchema>(status: u16, what: &'static str) -> Self {
        Self {
            status,
            what,
            body: Some(("application/json", Some(schema_of::<T>))),
        }
    }

    /// No body.
    pub const fn nothing(what: &'static str) -> Self {
        Self {
            status: 204,
            what,
            body: None,
        }
    }

    /// A body of another type than JSON.
    pub const fn other(status: u16, media_type: &'static str, what: &'static str) -> Self {
        Self {
            status,
            what,
            body: Some((media_type, None)),
        }
    }
}

/// How schemas of the control API are made: whole numbers have the bounds of what they are read into.
pub fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.meta_schema = None)
        .with_transform(RecursiveTransform(bound))
}

fn bound(schema: &mut Schema) {
    let most = match schema.get("format").and_then(Value::as_str) {
        Some("uint32") => u64::from(u32::MAX),
        Some("uint64" | "uint") => u64::MAX,
        _ => return,
    };
    if schema.get("maximum").is_none() {
        schema.insert("maximum".to_owned(), most.into());
    }
}

/// The schema of a type, by reference where it has a name.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of an object whose members are the parameters of a query.
pub fn query_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}
