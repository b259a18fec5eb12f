//! Comparison of JSON bodies as data: the order of members is free.

use serde_json::Value;

use super::compare::{Difference, shortened};
use super::multiset;
use super::pattern::Context;

/// Reads a body that is a JSON object or array; any other body is text.
pub fn parse(body: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(body).ok()?;
    (value.is_object() || value.is_array()).then_some(value)
}

/// The first difference between a recorded value and ours.
pub fn difference(context: &Context, expected: &Value, actual: &Value) -> Option<Difference> {
    member_difference(context, "", expected, actual)
}

/// The first item that is missing in two lists taken as multisets.
pub fn multiset_difference(
    context: &Context,
    expected: &[&Value],
    actual: &[&Value],
) -> Option<Difference> {
    if expected.len() != actual.len() {
        return Some(length_difference(expected.len(), actual.len()));
    }
    // With both lists sorted nearly all items find their partner at once.
    let (expected, actual) = (sorted(expected), sorted(actual));
    let fits = |left: usize, right: usize| {
        member_difference(context, "", expected[left].1, actual[right].1).is_none()
    };
    let (left, right) = multiset::pair(expected.len(), &fits).err()?;
    let (left, right) = (expected[left].1, actual[right].1);
    let inner = member_difference(context, "", left, right);
    let detail = inner.map_or(String::new(), |inner| {
        format!(" ({}: {})", inner.path, inner.what)
    });
    Some(
        Difference::new(format!(
            "no partner for {}{detail}",
            shortened(&left.to_string())
        ))
        .below("[*]"),
    )
}

/// The difference of two values that stand under a key (of an item of a list: none).
fn member_difference(
    context: &Context,
    key: &str,
    expected: &Value,
    actual: &Value,
) -> Option<Difference> {
    let rules = context.rules;
    let same = match (expected, actual) {
        (Value::String(text), _) if context.is_free(text) => true,
        _ if rules.free_numbers.contains(&key) && is_number(expected) => {
            is_number(actual) && expected.is_string() == actual.is_string()
        }
        (Value::String(recorded), ours) if rules.numbers.contains(&key) => ours
            .as_u64()
            .is_some_and(|size| recorded.parse() == Ok(size)),
        (Value::String(recorded), Value::String(ours)) => {
            let (mut recorded, mut ours) = (recorded.as_str(), ours.as_str());
            if let Some(end) = rules.message_end.filter(|_| key == "message") {
                recorded = recorded.split(end).next().unwrap_or_default();
                ours = ours.split(end).next().unwrap_or_default();
            }
            context.same_text(recorded, ours)
        }
        (Value::Object(_), Value::Object(_)) => {
            return object_difference(context, expected, actual);
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            return if rules.unordered_arrays.contains(key) {
                let (recorded, ours): (Vec<_>, Vec<_>) =
                    (recorded.iter().collect(), ours.iter().collect());
                multiset_difference(context, &recorded, &ours)
            } else {
                array_difference(context, recorded, ours)
            };
        }
        _ => expected == actual,
    };
    (!same).then(|| shown(expected, actual))
}

fn object_difference(context: &Context, expected: &Value, actual: &Value) -> Option<Difference> {
    let (expected, actual) = (expected.as_object()?, actual.as_object()?);
    for (key, recorded) in expected {
        let found = match actual.get(key) {
            Some(ours) => member_difference(context, key, recorded, ours),
            None => Some(Difference::new(format!(
                "expected {} got nothing",
                shortened(&recorded.to_string())
            ))),
        };
        if let Some(found) = found {
            return Some(found.below(&format!(".{key}")));
        }
    }
    let (key, ours) = actual
        .iter()
        .find(|(key, _)| !expected.contains_key(*key))?;
    let what = format!("expected nothing got {}", shortened(&ours.to_string()));
    Some(Difference::new(what).below(&format!(".{key}")))
}

fn array_difference(context: &Context, expected: &[Value], actual: &[Value]) -> Option<Difference> {
    for (index, (recorded, ours)) in expected.iter().zip(actual).enumerate() {
        if let Some(mut found) = member_difference(context, "", recorded, ours) {
            if expected.len() != actual.len() {
                let lengths = length_difference(expected.len(), actual.len());
                found.what = format!("{} ({})", found.what, lengths.what);
            }
            return Some(found.below(&format!("[{index}]")));
        }
    }
    (expected.len() != actual.len()).then(|| length_difference(expected.len(), actual.len()))
}

fn length_difference(expected: usize, actual: usize) -> Difference {
    Difference::new(format!("expected {expected} items got {actual}"))
}

fn shown(expected: &Value, actual: &Value) -> Difference {
    if let (Value::String(recorded), Value::String(ours)) = (expected, actual) {
        return Difference::between(recorded, ours);
    }
    let what = |value: &Value| {
        let text = value.to_string();
        if text.len() < 90 {
            text
        } else {
            shortened(&text)
        }
    };
    Difference::new(format!("expected {} got {}", what(expected), what(actual)))
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => text.parse::<f64>().is_ok(),
        _ => false,
    }
}

fn sorted<'a>(values: &[&'a Value]) -> Vec<(String, &'a Value)> {
    let mut sorted: Vec<_> = values
        .iter()
        .map(|value| (canonical(value), *value))
        .collect();
    sorted.sort_by(|left, right| left.0.cmp(&right.0));
    sorted
}

/// The value as text, the members of objects sorted.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut members: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", canonical(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(canonical).collect::<Vec<_>>().join(",")
            )
        }
        other => other.to_string(),
    }
}
