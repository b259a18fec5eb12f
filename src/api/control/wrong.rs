//! What is wrong with a value, by the schema of what was wanted, in words for a person.
//!
//! Readers of JSON tell what they wanted by the names that the code has for it. This says the same by the
//! schema that the control API publishes, and is asked only when a reader has refused.

use super::words::{SchemaOf, settings};
use serde_json::{Map, Value};

/// How far off a name may be to be the one that was meant.
const NEAR: usize = 2;

/// What `null` is.
const NOTHING: &str = "nothing";

/// What is wrong, and where.
struct Wrong {
    /// The names and numbers that lead there, the innermost first.
    place: Vec<String>,
    why: String,
}

/// Says where a value is not what a schema wants, and what is wanted there; nothing when the schema has
/// nothing against it.
pub fn explain(wanted: SchemaOf, value: &Value) -> Option<String> {
    let wrong = check(&whole(wanted), value)?;
    let place = wrong.place.iter().rev().map(String::as_str);
    let place = place.collect::<Vec<_>>().join(".");
    Some(match place.is_empty() {
        true => wrong.why,
        false => format!("at {place}: {}", wrong.why),
    })
}

/// The same of a query, whose values are texts until a schema says what they stand for.
pub fn explain_query(wanted: SchemaOf, pairs: Vec<(String, String)>) -> Option<String> {
    let schema = whole(wanted);
    let mut query = Map::new();
    for (name, text) in pairs {
        let known = &schema["properties"][name.as_str()];
        let read: Option<Value> = serde_json::from_str(&text).ok();
        let read = read.filter(|value| !takes(known, "string") && check(known, value).is_none());
        let value = read.unwrap_or(Value::String(text));
        if query.insert(name.clone(), value).is_some() {
            return Some(format!("`{name}` stands there twice"));
        }
    }
    let wrong = check(&schema, &Value::Object(query))?;
    let place = wrong.place.first().map(|place| format!("at {place}: "));
    Some(place.unwrap_or_default() + &wrong.why)
}

/// The schema without references, but for what holds itself.
fn whole(wanted: SchemaOf) -> Value {
    let settings = settings().with(|settings| settings.inline_subschemas = true);
    wanted(&mut settings.into_generator()).into()
}

fn check(schema: &Value, value: &Value) -> Option<Wrong> {
    let alternatives = alternatives(schema);
    if alternatives.len() > 1 {
        return among(&alternatives, value);
    }
    let words = words(schema);
    if !words.is_empty() && !words.contains(&value) {
        return Some(mismatch(&wanted(schema), value));
    }
    if !types(schema).is_empty() && !fits_type(schema, value) || !fits_bounds(schema, value) {
        return Some(mismatch(&wanted(schema), value));
    }
    match value {
        Value::Object(members) => object(schema, members),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let wrong = check(&schema["items"], item)?;
            Some(within(wrong, at.to_string()))
        }),
        _ => None,
    }
}

/// Those of a schema, and of them in turn; a schema without any is the only one.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let parts = ["anyOf", "oneOf"].map(|key| schema[key].as_array());
    let parts = parts.into_iter().flatten().flatten();
    let all: Vec<_> = parts.flat_map(alternatives).collect();
    match all.is_empty() {
        true => vec![schema],
        false => all,
    }
}

/// One of them has to take it. Of those that do not, the one that takes its kind says why.
fn among(alternatives: &[&Value], value: &Value) -> Option<Wrong> {
    let mut wrongs = Vec::new();
    for alternative in alternatives {
        let wrong = check(alternative, value)?;
        wrongs.push((*alternative, wrong));
    }
    let is_near = |(schema, _): &&(&Value, Wrong)| {
        matches!(value, Value::Object(_) | Value::Array(_)) && fits_type(schema, value)
    };
    if wrongs.iter().filter(is_near).count() == 1 {
        let near = wrongs.iter().position(|pair| is_near(&pair));
        return near.map(|at| wrongs.swap_remove(at).1);
    }
    let mut names: Vec<String> = alternatives.iter().map(|one| wanted(one)).collect();
    names.retain(|name| name != NOTHING);
    Some(mismatch(&names.join(" or "), value))
}

fn object(schema: &Value, members: &Map<String, Value>) -> Option<Wrong> {
    let known = schema["properties"].as_object();
    for (name, member) in members {
        let found = known.and_then(|known| known.get(name));
        let wrong = match (found, &schema["additionalProperties"]) {
            (Some(schema), _) => check(schema, member).map(|wrong| within(wrong, name.clone())),
            (None, Value::Bool(false)) => Some(here(unknown(name, known))),
            (None, others @ Value::Object(_)) => {
                check(others, member).map(|wrong| within(wrong, name.clone()))
            }
            (None, _) => None,
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    let required = schema["required"].as_array();
    let mut required = required.into_iter().flatten().filter_map(Value::as_str);
    let missing = required.find(|name| !members.contains_key(*name))?;
    Some(here(format!("missing field `{missing}`")))
}

fn unknown(name: &str, known: Option<&Map<String, Value>>) -> String {
    let names = || known.into_iter().flat_map(Map::keys);
    let near = names()
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, _)| *distance <= NEAR)
        .min();
    let all: Vec<_> = names().map(|name| format!("`{name}`")).collect();
    match near {
        Some((_, other)) => format!("unknown field `{name}`: did you mean `{other}`?"),
        None if all.is_empty() => format!("unknown field `{name}`"),
        None => format!("unknown field `{name}`: there are {}", all.join(", ")),
    }
}

fn here(why: String) -> Wrong {
    let place = Vec::new();
    Wrong { place, why }
}

fn within(mut wrong: Wrong, name: String) -> Wrong {
    wrong.place.push(name);
    wrong
}

fn mismatch(wanted: &str, value: &Value) -> Wrong {
    let found = match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        plain => plain.to_string(),
    };
    here(format!("{wanted} is wanted, not {found}"))
}

/// The values that a schema names.
fn words(schema: &Value) -> Vec<&Value> {
    let named = schema["enum"].as_array().into_iter().flatten();
    named.chain(schema.get("const")).collect()
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether a schema, or an alternative of it, takes a type by name.
fn takes(schema: &Value, name: &str) -> bool {
    let mut parts = alternatives(schema).into_iter();
    parts.any(|part| types(part).contains(&name))
}

fn fits_type(schema: &Value, value: &Value) -> bool {
    types(schema).into_iter().any(|name| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    })
}

fn fits_bounds(schema: &Value, value: &Value) -> bool {
    let Some(number) = value.as_f64() else {
        return true;
    };
    let bound = |key: &str| schema[key].as_f64();
    bound("minimum").is_none_or(|least| least <= number)
        && bound("maximum").is_none_or(|most| number <= most)
}

/// What a schema wants, in a person's words.
fn wanted(schema: &Value) -> String {
    let words = words(schema);
    if !words.is_empty() {
        let words: Vec<_> = words.into_iter().map(ToString::to_string).collect();
        return match &words[..] {
            [one] => one.clone(),
            several => format!("one of {}", several.join(", ")),
        };
    }
    let bounds = match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(least), Value::Number(most)) => format!(" from {least} to {most}"),
        (Value::Number(least), _) => format!(" of at least {least}"),
        (_, Value::Number(most)) => format!(" of at most {most}"),
        _ => String::new(),
    };
    let names = types(schema).into_iter().filter_map(|name| match name {
        "boolean" => Some("true or false".to_owned()),
        "integer" => Some(format!("a whole number{bounds}")),
        "number" => Some(format!("a number{bounds}")),
        "string" => Some("a text".to_owned()),
        "array" => Some("a list".to_owned()),
        "object" => Some("an object".to_owned()),
        _ => None,
    });
    let names: Vec<_> = names.collect();
    match names.is_empty() {
        true => NOTHING.to_owned(),
        false => names.join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use super::{explain, explain_query};
    use crate::api::control::words::schema_of;
    use schemars::JsonSchema;
    use serde_json::json;

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "its schema is all that is wanted of it")]
    struct Wanted {
        count: u8,
        word: Option<Word>,
        inner: Option<Inner>,
        span: Option<Span>,
        list: Option<Vec<bool>>,
        any: Option<Box<serde_json::value::RawValue>>,
    }

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "its schema is all that is wanted of it")]
    struct Inner {
        text: String,
        big: Option<std::num::NonZeroU64>,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[expect(dead_code, reason = "its schema is all that is wanted of it")]
    enum Word {
        Open,
        /// As a real cloud.
        Strict,
    }

    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "its schema is all that is wanted of it")]
    enum Span {
        Whole(u16),
        Fraction { of: f64 },
    }

    #[test]
    fn what_is_wrong_is_told_in_words() {
        for (value, why) in [
            (json!([]), "an object is wanted, not a list"),
            (json!({}), "missing field `count`"),
            (
                json!({"count": "x"}),
                "at count: a whole number from 0 to 255 is wanted, not \"x\"",
            ),
            (
                json!({"count": 256}),
                "at count: a whole number from 0 to 255 is wanted, not 256",
            ),
            (
                json!({"count": 1.5}),
                "at count: a whole number from 0 to 255 is wanted, not 1.5",
            ),
            (
                json!({"coutn": 1}),
                "unknown field `coutn`: did you mean `count`?",
            ),
            (
                json!({"count": 1, "inner": {"colour": 1}}),
                "at inner: unknown field `colour`: there are `text`, `big`",
            ),
            (
                json!({"count": 1, "inner": {"text": true}}),
                "at inner.text: a text is wanted, not true",
            ),
            (
                json!({"count": 1, "inner": {"text": "", "big": 0}}),
                "at inner.big: a whole number of at least 1 is wanted, not 0",
            ),
            (
                json!({"count": 1, "list": [true, 1]}),
                "at list.1: true or false is wanted, not 1",
            ),
            (
                json!({"count": 1, "span": {"of": []}}),
                "at span.of: a number is wanted, not a list",
            ),
        ] {
            let told = explain(schema_of::<Wanted>, &value);
            assert_eq!(told.as_deref(), Some(why), "{value}");
        }
        let told = explain(schema_of::<Wanted>, &json!({"count": 1, "word": "shut"})).unwrap();
        assert!(told.starts_with("at word: "), "{told}");
        assert!(
            told.contains("\"open\"") && told.contains("\"strict\""),
            "{told}"
        );
    }

    #[test]
    fn what_the_schema_takes_is_not_wrong() {
        for value in [
            json!({"count": 1}),
            json!({"count": 1, "word": "open", "span": 7, "list": [], "any": {"x": 1}}),
            json!({"count": 1, "word": null, "span": {"of": 1}, "inner": {"text": ""}, "any": 5}),
        ] {
            assert_eq!(explain(schema_of::<Wanted>, &value), None, "{value}");
        }
    }

    #[test]
    fn a_query_is_text() {
        let pairs = |pairs: &[(&str, &str)]| {
            let owned = pairs
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            explain_query(schema_of::<Wanted>, owned.collect())
        };
        assert_eq!(pairs(&[("count", "7"), ("word", "open")]), None);
        let why = "at count: a whole number from 0 to 255 is wanted, not \"x\"";
        assert_eq!(pairs(&[("count", "x")]).as_deref(), Some(why));
        let why = "`count` stands there twice";
        assert_eq!(
            pairs(&[("count", "1"), ("count", "2")]).as_deref(),
            Some(why)
        );
        assert_eq!(pairs(&[]).as_deref(), Some("missing field `count`"));
    }
}
