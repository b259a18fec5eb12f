//! What flags a JSON schema comes to.
//!
//! An object is a flag for each of its members, and for those of its members that are objects
//! themselves; an array of values is a flag that repeats; an object of any names is a flag that takes
//! `NAME=VALUE`. All alternatives of a schema count together: which of them go with which is the
//! server's to say.

use super::kinds::{Kind, Kinds, Word};
use indexmap::IndexMap;
use serde_json::Value;

/// How deep objects are taken apart; what lies deeper is JSON.
const MOST_DEPTH: usize = 12;

/// A value that somebody may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The names of the members that lead there.
    pub place: Vec<String>,
    /// What may be given.
    pub form: Form,
    /// What it means.
    pub help: String,
    /// Whether there must be one.
    pub is_required: bool,
}

/// How often, and in which form, something may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Once.
    One(Kinds),
    /// Any number of times: an array.
    Many(Kinds),
    /// `NAME=VALUE`, any number of times: an object.
    Pairs(Kinds),
}

/// What a schema allows, all alternatives together.
#[derive(Debug, Default)]
struct Shape {
    help: String,
    kinds: Kinds,
    many: Option<Kinds>,
    pairs: Option<Kinds>,
    members: IndexMap<String, Member>,
}

#[derive(Debug, Default)]
struct Member {
    shape: Shape,
    is_required: bool,
}

/// The flags that a schema comes to, whose references lead into a document, and which stands at a place
/// itself.
pub fn flags(document: &Value, schema: &Value, place: &[String], is_required: bool) -> Vec<Flag> {
    let mut shape = Shape::default();
    shape.add(document, schema, true, MOST_DEPTH);
    let mut flags = Vec::new();
    collect(shape, place, is_required, &mut flags);
    // A whole body has an option of its own; of any object the members can be given one by one.
    flags.retain_mut(|flag| {
        let is_whole = flag.place.is_empty();
        match &flag.form {
            Form::One(kinds) if is_whole && kinds.any == [Kind::Nested].into() => {
                flag.form = Form::Pairs(Kinds::anything());
                true
            }
            Form::One(_) | Form::Many(_) => !is_whole,
            Form::Pairs(_) => true,
        }
    });
    flags
}

fn collect(shape: Shape, place: &[String], is_required: bool, flags: &mut Vec<Flag>) {
    let has_members = !shape.members.is_empty();
    // One flag has one form: the first of them. Where one value will do, several of its kind may, too.
    let forms = [
        shape.many.map(Form::Many),
        (!shape.kinds.is_empty()).then_some(Form::One(shape.kinds)),
        shape.pairs.map(Form::Pairs),
    ];
    if let Some(form) = forms.into_iter().flatten().next() {
        flags.push(Flag {
            place: place.to_vec(),
            form,
            help: shape.help,
            is_required: is_required && !has_members,
        });
    }
    for (name, member) in shape.members {
        let place = [place, &[name]].concat();
        let is_required = is_required && member.is_required;
        collect(member.shape, &place, is_required, flags);
    }
}

impl Shape {
    /// Adds what a schema allows. `sure` says that it holds whatever alternative is chosen.
    fn add(&mut self, document: &Value, schema: &Value, sure: bool, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            self.kinds.any.insert(Kind::Nested);
            return;
        };
        let text = |key: &str| schema[key].as_str().unwrap_or_default();
        if let Some(value) = schema.get("const") {
            return self.add_word(value, text("description"));
        }
        if self.help.is_empty() {
            text("description").clone_into(&mut self.help);
        }
        if let Some(target) = text("$ref").strip_prefix('#')
            && let Some(target) = document.pointer(target)
        {
            self.add(document, target, sure, depth);
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            for part in schema[key].as_array().into_iter().flatten() {
                self.add(document, part, sure && key == "allOf", depth);
            }
        }
        for word in schema["enum"].as_array().into_iter().flatten() {
            self.add_word(word, "");
        }
        self.add_types(document, schema, sure, depth);
    }

    fn add_word(&mut self, value: &Value, help: &str) {
        let is_known = self.kinds.words.iter().any(|word| word.value == *value);
        if !value.is_null() && !is_known {
            self.kinds.words.push(Word {
                value: value.clone(),
                help: help.to_owned(),
            });
        }
    }

    fn add_types(&mut self, document: &Value, schema: &Value, sure: bool, depth: usize) {
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ if says_nothing(schema) => {
                self.kinds.any.append(&mut Kinds::anything().any);
                return;
            }
            _ => Vec::new(),
        };
        for name in types {
            let kind = match name {
                "string" if schema.get("enum").is_some() => continue,
                "string" => {
                    self.kinds.is_time |= schema["format"] == "date-time";
                    Kind::Text
                }
                "integer" => Kind::Whole,
                "number" => Kind::Number,
                "boolean" => Kind::Truth,
                "array" => {
                    self.add_items(document, &schema["items"], depth);
                    continue;
                }
                "object" => {
                    self.add_members(document, schema, sure, depth);
                    continue;
                }
                _ => continue,
            };
            self.kinds.any.insert(kind);
        }
    }

    /// Values are given one by one, anything else as JSON.
    fn add_items(&mut self, document: &Value, items: &Value, depth: usize) {
        let mut item = Self::default();
        item.add(document, items, true, depth);
        let is_plain = item.many.is_none() && item.pairs.is_none() && item.members.is_empty();
        match is_plain && !item.kinds.any.contains(&Kind::Nested) {
            true => self.many = Some(item.kinds),
            false => {
                self.kinds.any.insert(Kind::Nested);
            }
        }
    }

    fn add_members(&mut self, document: &Value, schema: &Value, sure: bool, depth: usize) {
        let required = schema["required"].as_array();
        let members = schema["properties"].as_object();
        for (name, member) in members.into_iter().flatten() {
            let is_required = required.is_some_and(|names| names.iter().any(|one| one == name));
            let known = self.members.entry(name.clone()).or_default();
            known.is_required |= sure && is_required;
            known.shape.add(document, member, true, depth);
        }
        match schema.get("additionalProperties") {
            // Any object at all.
            None if members.is_none() => {
                self.kinds.any.insert(Kind::Nested);
            }
            None | Some(Value::Bool(false)) => {}
            Some(others) => {
                let mut other = Self::default();
                other.add(document, others, true, depth);
                self.pairs = Some(match other.kinds.is_empty() {
                    true => Kinds::anything(),
                    false => other.kinds,
                });
            }
        }
    }
}

/// Whether anything will do.
fn says_nothing(schema: &Value) -> bool {
    let keys = ["$ref", "anyOf", "oneOf", "allOf", "enum", "properties"];
    *schema != Value::Bool(false) && !keys.iter().any(|key| schema.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Form, flags};
    use serde_json::{Value, json};

    /// A line a flag: its place, its form, and a mark if there must be one.
    fn told(schema: &Value) -> Vec<String> {
        let document = json!({"schemas": {
            "Word": {"type": "string", "enum": ["a", "b"], "description": "of the word"},
            "Deep": {"type": "object", "properties": {"deeper": {"$ref": "#/schemas/Deep"}}},
        }});
        let flags = flags(&document, schema, &[], true);
        let line = |flag: &super::Flag| {
            let form = match &flag.form {
                Form::One(kinds) => kinds.placeholder(),
                Form::Many(kinds) => format!("{}...", kinds.placeholder()),
                Form::Pairs(kinds) => format!("NAME={}", kinds.placeholder()),
            };
            let mark = if flag.is_required { "!" } else { "" };
            format!("{}{mark} {form} {}", flag.place.join("."), flag.help)
                .trim_end()
                .to_owned()
        };
        flags.iter().map(line).collect()
    }

    #[test]
    fn an_object_is_a_flag_a_member() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["name", "match"],
            "properties": {
                "name": {"type": "string", "description": "its name"},
                "word": {"anyOf": [{"$ref": "#/schemas/Word"}, {"type": "null"}], "description": "which"},
                "seed": {"type": ["integer", "null"]},
                "match": {"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}}},
                "headers": {"type": "object", "additionalProperties": {"type": "string"}},
                "tags": {"type": "array", "items": {"type": "string"}},
                "rows": {"type": "array", "items": {"type": "object"}},
                "at": {"type": "string", "format": "date-time"},
                "any": {"description": "whatever"},
            },
        });
        assert_eq!(
            told(&schema),
            [
                "name! TEXT its name",
                "word WORD which",
                "seed N",
                "match.path! TEXT",
                "headers NAME=TEXT",
                "tags TEXT...",
                "rows JSON|@FILE",
                "at TIME",
                "any TEXT|JSON|@FILE whatever",
            ]
        );
    }

    #[test]
    fn alternatives_count_together() {
        let schema = json!({"type": "object", "properties": {"answer": {"oneOf": [
            {"type": "string", "const": "reset", "description": "cut"},
            {"type": "object", "required": ["status"], "properties": {"status": {"type": "integer"}}},
            {"type": "object", "required": ["delay"], "properties": {"delay": {"type": "number"}}},
        ]}}});
        assert_eq!(
            told(&schema),
            ["answer WORD", "answer.status N", "answer.delay NUMBER"]
        );
    }

    #[test]
    fn what_holds_itself_ends() {
        let flags = told(&json!({"$ref": "#/schemas/Deep"}));
        assert_eq!(flags.len(), 1, "{flags:?}");
        assert!(flags[0].ends_with("JSON|@FILE"), "{flags:?}");
    }
}
