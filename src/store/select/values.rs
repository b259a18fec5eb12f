//! What is bound to a statement.

use rusqlite::types::Value;
use serde_json::Value as Json;

/// The values of a statement's parameters, by number.
#[derive(Default)]
pub struct Values(Vec<Value>);

impl Values {
    /// Adds a value, and says how the statement names it.
    pub fn bind(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("?{}", self.0.len())
    }

    /// How the statement names a value that is yet to come.
    pub fn next(&self) -> String {
        format!("?{}", self.0.len() + 1)
    }

    pub fn bind_text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    /// A list of any length, as one text.
    pub fn bind_list(&mut self, list: Vec<Json>) -> String {
        self.bind(Value::Text(Json::Array(list).to_string()))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }
}
