//! What a flag may say, and the JSON that it means.

use serde_json::Value;
use std::collections::BTreeSet;

/// A kind of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `true` or `false`
    Truth,
    /// A number without a fraction.
    Whole,
    /// A number.
    Number,
    /// An array or an object.
    Nested,
    /// A text.
    Text,
}

/// One value that a schema names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// It.
    pub value: Value,
    /// What it means.
    pub help: String,
}

/// The values that a flag may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Any of these kinds.
    pub any: BTreeSet<Kind>,
    /// These.
    pub words: Vec<Word>,
    /// Whether the text is a time.
    pub is_time: bool,
}

impl Word {
    /// As it stands on a command line.
    pub fn text(&self) -> String {
        text_of(&self.value)
    }
}

/// A value as it stands on a command line, or in a query.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Kinds {
    /// Any value at all.
    pub fn anything() -> Self {
        use Kind::{Nested, Number, Text, Truth, Whole};
        Self {
            any: [Truth, Whole, Number, Nested, Text].into(),
            ..Self::default()
        }
    }

    /// Whether no value will do.
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.words.is_empty()
    }

    /// Whether only `true` and `false` will do.
    pub fn is_switch(&self) -> bool {
        let mut words = self.words.iter();
        words.all(|word| word.value.is_boolean())
            && self.any.iter().all(|kind| *kind == Kind::Truth)
            && !self.is_empty()
    }

    /// Whether only certain words will do.
    pub fn are_words(&self) -> bool {
        self.any.is_empty() && !self.words.is_empty()
    }

    /// What stands for a value in the help.
    pub fn placeholder(&self) -> String {
        if self.is_time {
            return "TIME".to_owned();
        }
        if self.are_words() {
            return "WORD".to_owned();
        }
        let mut names: Vec<String> = self.words.iter().map(Word::text).collect();
        names.extend(self.any.iter().map(|kind| {
            let name = match kind {
                Kind::Truth => "true|false",
                Kind::Whole => "N",
                Kind::Number => "NUMBER",
                Kind::Nested => "JSON|@FILE",
                Kind::Text => "TEXT",
            };
            name.to_owned()
        }));
        match self == &Self::anything() {
            true => "TEXT|JSON|@FILE".to_owned(),
            false => names.join("|"),
        }
    }

    /// The value that a text means: the strictest kind that it fits. What may be an array or an object
    /// may stand in a file.
    ///
    /// # Errors
    /// When it is none of them, in words.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        if let Some(word) = self.words.iter().find(|word| word.text() == text) {
            return Ok(word.value.clone());
        }
        match text.strip_prefix('@') {
            Some(path) if self.any.contains(&Kind::Nested) => {
                let read = std::fs::read_to_string(path);
                let read = read.map_err(|error| format!("{path}: {error}"))?;
                serde_json::from_str(&read).map_err(|error| format!("{path}: {error}"))
            }
            _ => self.read_here(text),
        }
    }

    fn read_here(&self, text: &str) -> Result<Value, String> {
        let value: Option<Value> = serde_json::from_str(text).ok();
        let kind = value.as_ref().and_then(|value| match value {
            Value::Bool(_) => Some(Kind::Truth),
            Value::Number(number) if number.is_f64() => Some(Kind::Number),
            Value::Number(_) => Some(Kind::Whole),
            Value::Array(_) | Value::Object(_) => Some(Kind::Nested),
            Value::Null | Value::String(_) => None,
        });
        let takes = |kind| {
            let is_number = kind == Kind::Whole && self.any.contains(&Kind::Number);
            is_number || self.any.contains(&kind)
        };
        match (value, kind) {
            (Some(value), Some(kind)) if takes(kind) => Ok(value),
            _ if self.any.contains(&Kind::Text) => Ok(Value::String(text.to_owned())),
            _ => Err(format!("{} is wanted", self.wanted())),
        }
    }

    fn wanted(&self) -> String {
        let words = self.words.iter().map(|word| format!("{:?}", word.text()));
        let kinds = self.any.iter().map(|kind| {
            let name = match kind {
                Kind::Truth => "true or false",
                Kind::Whole => "a whole number",
                Kind::Number => "a number",
                Kind::Nested => "an array or an object of JSON",
                Kind::Text => "a text",
            };
            name.to_owned()
        });
        let all: Vec<_> = words.chain(kinds).collect();
        all.join(", or ")
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Kinds, Word};
    use serde_json::{Value, json};

    fn of(kinds: &[Kind]) -> Kinds {
        Kinds {
            any: kinds.iter().copied().collect(),
            ..Kinds::default()
        }
    }

    #[test]
    fn a_text_is_the_strictest_kind_that_it_fits() {
        for (kinds, text, wanted) in [
            (of(&[Kind::Text]), "5", Some(json!("5"))),
            (of(&[Kind::Text, Kind::Whole]), "5", Some(json!(5))),
            (of(&[Kind::Text, Kind::Whole]), "5s", Some(json!("5s"))),
            (
                of(&[Kind::Whole]),
                "18446744073709551615",
                Some(json!(u64::MAX)),
            ),
            (of(&[Kind::Whole]), "-1", Some(json!(-1))),
            (of(&[Kind::Whole]), "1.5", None),
            (of(&[Kind::Number]), "1", Some(json!(1))),
            (of(&[Kind::Number]), "0.25", Some(json!(0.25))),
            (of(&[Kind::Truth]), "true", Some(json!(true))),
            (of(&[Kind::Truth]), "yes", None),
            (of(&[Kind::Nested]), "[1]", Some(json!([1]))),
            (of(&[Kind::Nested]), "text", None),
            (Kinds::anything(), "docs", Some(json!("docs"))),
            (
                Kinds::anything(),
                "{\"images\": []}",
                Some(json!({"images": []})),
            ),
            (Kinds::anything(), "null", Some(json!("null"))),
        ] {
            assert_eq!(kinds.read(text).ok(), wanted, "{text} for {kinds:?}");
        }
    }

    #[test]
    fn words_are_what_the_schema_says() {
        let word = |value: Value| Word {
            value,
            help: String::new(),
        };
        let kinds = Kinds {
            words: vec![word(json!("juno")), word(json!(2))],
            any: [Kind::Truth].into(),
            ..Kinds::default()
        };
        assert_eq!(kinds.read("juno"), Ok(json!("juno")));
        assert_eq!(kinds.read("2"), Ok(json!(2)));
        let refused = kinds.read("kilo").unwrap_err();
        assert_eq!(refused, "\"juno\", or \"2\", or true or false is wanted");
    }
}
