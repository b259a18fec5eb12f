//! What `usage_stats` makes of a query (waldur-mastermind, `UsageStatsSerializer`).

use super::fault::{Fault, FieldErrors, NULL_CHARACTERS};
use super::params::Params;
use super::{boolean, text};
use crate::python::number;
use crate::service::waldur::UsageScope;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const PROVIDER: &str = "service_provider";

/// One entry of the list `service_provider`.
enum Entry<'a> {
    Text(&'a str),
    /// `service_provider[0]x=`: a thing with parts, where a text belongs.
    Parts,
}

/// The scope of a query. Any parameter at all makes `service_provider` required.
///
/// # Errors
/// When parameters are missing or malformed.
pub fn parse(params: &Params) -> Result<Option<UsageScope>, Fault> {
    if params.is_empty() {
        return Ok(None);
    }
    let mut errors = FieldErrors::default();
    let shared_only = match params.last("shared").map(boolean::parse) {
        None => false,
        Some(Some(shared)) => shared,
        Some(None) => {
            errors.add("shared", json!(["Must be a valid boolean."]));
            false
        }
    };
    let mut providers = Vec::new();
    match entries(params) {
        None => errors.add(PROVIDER, json!(["This field is required."])),
        Some(entries) => {
            let mut wrong = Map::new();
            for (place, entry) in entries.iter().enumerate() {
                match check(entry) {
                    // What is no uuid finds nothing, and hinders nobody.
                    Ok(text) => providers.extend(number::uuid(text)),
                    Err(message) => _ = wrong.insert(place.to_string(), json!([message])),
                }
            }
            if !wrong.is_empty() {
                errors.add(PROVIDER, Value::Object(wrong));
            }
        }
    }
    errors.into_result()?;
    Ok(Some(UsageScope {
        providers,
        shared_only,
    }))
}

/// The list's entries: repeated parameters, else numbered ones (`parse_html_list`).
fn entries(params: &Params) -> Option<Vec<Entry<'_>>> {
    let repeated: Vec<_> = params.all(PROVIDER).map(Entry::Text).collect();
    if !repeated.is_empty() {
        return Some(repeated);
    }
    let mut numbered = BTreeMap::new();
    for (name, value) in params.pairs() {
        let behind = name
            .strip_prefix(PROVIDER)
            .and_then(|rest| rest.strip_prefix('['));
        let Some((number, key)) = behind.and_then(|rest| rest.split_once(']')) else {
            continue;
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // By size, whatever zeros stand before it.
        let number = number.trim_start_matches('0');
        let entry = if key.is_empty() {
            Entry::Text(value)
        } else {
            Entry::Parts
        };
        numbered.insert((number.len(), number), entry);
    }
    (!numbered.is_empty()).then(|| numbered.into_values().collect())
}

fn check<'a>(entry: &Entry<'a>) -> Result<&'a str, &'static str> {
    let Entry::Text(value) = *entry else {
        return Err("Not a valid string.");
    };
    let value = text::strip(value);
    if value.is_empty() {
        Err("This field may not be blank.")
    } else if value.contains('\0') {
        Err(NULL_CHARACTERS)
    } else {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::api::waldur::language::Language;
    use crate::api::waldur::params::Params;

    fn errors(query: &str) -> String {
        match parse(&Params::parse(query)) {
            Err(fault) => fault.body(Language::DEFAULT).to_string(),
            Ok(scope) => format!("{scope:?}"),
        }
    }

    #[test]
    fn any_parameter_makes_the_provider_required() {
        assert_eq!(errors(""), "None");
        assert_eq!(errors("&&"), "None");
        for query in ["page=2", "x", "service_provider[]=a"] {
            assert_eq!(
                errors(query),
                r#"{"service_provider":["This field is required."]}"#
            );
        }
        assert_eq!(
            errors("shared=maybe"),
            r#"{"shared":["Must be a valid boolean."],"service_provider":["This field is required."]}"#
        );
    }

    #[test]
    fn errors_by_place() {
        assert_eq!(
            errors("service_provider=x&service_provider=%20&service_provider=a%00"),
            r#"{"service_provider":{"1":["This field may not be blank."],"2":["Null characters are not allowed."]}}"#
        );
    }

    #[test]
    fn numbered_entries_are_read() {
        let query = "service_provider[1]=x&service_provider[0]=5e771265000000000000000000000001";
        let scope = parse(&Params::parse(query)).unwrap().unwrap();
        assert_eq!(scope.providers, ["5e771265000000000000000000000001"]);
    }
}
