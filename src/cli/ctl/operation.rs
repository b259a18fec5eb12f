//! What can be asked of the control API, as its `OpenAPI` document says.

use super::schema::{Flag, flags};
use crate::api::control;
use serde_json::Value;

/// One method of one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its stable name.
    pub id: String,
    /// What it is about: the first word behind `ctl`.
    pub room: String,
    /// What it does there: the second word; a room that is one operation has none.
    pub verb: Option<String>,
    /// `POST`
    pub method: String,
    /// The path behind `/_control`, with the names of its parts in braces.
    pub path: String,
    /// One line: what it does.
    pub summary: String,
    /// The names of the path's parts in braces.
    pub parts: Vec<String>,
    /// What its query may hold.
    pub query: Vec<Flag>,
    /// What its body may be.
    pub body: Option<Body>,
}

/// What a body may be.
#[derive(Clone, Debug)]
pub struct Body {
    /// `application/json`
    pub media_type: String,
    /// In words.
    pub what: String,
    /// Whether there must be one.
    pub is_required: bool,
    /// The members that it may have.
    pub flags: Vec<Flag>,
}

impl Body {
    /// Whether it is written in JSON.
    pub fn is_json(&self) -> bool {
        self.media_type == "application/json"
    }
}

/// All operations, in the order of the document.
pub fn operations() -> Vec<Operation> {
    let document = control::document();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, described) in methods.as_object().into_iter().flatten() {
            operations.push(operation(&document, path, method, described));
        }
    }
    operations
}

fn operation(document: &Value, path: &str, method: &str, described: &Value) -> Operation {
    let id = text(&described["operationId"]);
    let names: Vec<_> = id.split('.').skip(2).collect();
    let verb = (!names.is_empty()).then(|| names.join("-").replace('_', "-"));
    Operation {
        room: text(&described["tags"][0]),
        verb,
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&described["summary"]),
        parts: parameters(described, "path")
            .map(|one| text(&one["name"]))
            .collect(),
        query: parameters(described, "query")
            .flat_map(|one| query(document, one))
            .collect(),
        body: body(document, &described["requestBody"]),
        id,
    }
}

fn parameters<'d>(described: &'d Value, place: &str) -> impl Iterator<Item = &'d Value> {
    let all = described["parameters"].as_array();
    let all = all.into_iter().flatten();
    all.filter(move |one| one["in"] == place)
}

fn query(document: &Value, parameter: &Value) -> Vec<Flag> {
    let is_required = parameter["required"] == true;
    let name = text(&parameter["name"]);
    let mut flags = flags(document, &parameter["schema"], &[name], is_required);
    for flag in &mut flags {
        if flag.help.is_empty() {
            flag.help = text(&parameter["description"]);
        }
    }
    flags
}

fn body(document: &Value, described: &Value) -> Option<Body> {
    let (media_type, content) = described["content"].as_object()?.iter().next()?;
    let is_required = described["required"] == true;
    Some(Body {
        media_type: media_type.clone(),
        what: text(&described["description"]),
        is_required,
        flags: flags(document, &content["schema"], &[], is_required),
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
