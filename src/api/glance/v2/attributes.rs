//! Values of attributes, once their types were checked.

use crate::api::glance::fault::Fault;
use crate::python::Value;

/// How data get into an image.
pub const IMPORT_METHODS: &str = "glance-direct,web-download,copy-image";

/// Where data are: the only store.
pub const STORE: &str = "file";

/// The largest number that an image's row holds.
const MOST_NUMBER: i64 = i32::MAX as i64;

/// Whether a key is one that no client may use for a property.
pub fn is_reserved(key: &str) -> bool {
    matches!(key, "location" | "deleted" | "deleted_at") || key.starts_with("os_glance")
}

/// The number of an attribute whose type was checked.
pub fn number(key: &str, value: &Value) -> Result<i64, Fault> {
    let number = match value {
        Value::Int(digits) => match digits.parse() {
            Ok(number) => number,
            Err(_) if digits.starts_with('-') => i64::MIN,
            Err(_) => i64::MAX,
        },
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is out of range ends at the range's ends, and is refused below"
        )]
        Value::Float(number) => *number as i64,
        _ => 0,
    };
    if number < 0 {
        return Err(Fault::bad_request(format!(
            "Invalid value '{}' for parameter '{key}': Cannot be a negative value",
            value.str_python3()
        )));
    }
    if number > MOST_NUMBER {
        return Err(Fault::bad_request(format!(
            "'{key}' value out of range, must not exceed {MOST_NUMBER}."
        )));
    }
    Ok(number)
}

/// The tags of a value whose type was checked, each once.
pub fn tags(value: &Value) -> Vec<String> {
    let Value::List(items) = value else {
        return Vec::new();
    };
    let texts = items.iter().filter_map(Value::as_str);
    let tags: indexmap::IndexSet<String> = texts.map(str::to_owned).collect();
    tags.into_iter().collect()
}
