//! Request bodies of v2.0: JSON, and XML made into the same values.

use super::fault::Fault;
use crate::http::xml::reader::{self, Element};
use crate::http::{Body, Head};
use crate::python::Value;
use indexmap::IndexMap;

/// What a body says; nothing when there is none.
pub type Object = IndexMap<String, Value>;

/// Reads a body, by its type: XML, JSON, or JSON when the type is not told.
///
/// # Errors
/// When the type is another one, or the body is not of its type.
pub fn read(head: &Head, body: &Body) -> Result<Object, Fault> {
    let body = body.bytes();
    if body.is_empty() {
        return Ok(Object::new());
    }
    let media_type = head.media_type().map(str::to_ascii_lowercase);
    let value = match media_type.as_deref() {
        Some(media_type) if media_type.contains("application/xml") => {
            let root = reader::read(body.trim_ascii()).map_err(|_| Fault::NotXml)?;
            Value::Dict(value_of(&root)?)
        }
        None | Some("application/json") => {
            Value::parse(body).map_err(|_| Fault::expecting("valid JSON", "request body"))?
        }
        Some(_) => return Err(Fault::expecting("application/json", "Content-Type header")),
    };
    match value {
        Value::Dict(object) => Ok(object),
        // Keystone 2014.2: whatever is false in Python counts as an empty object.
        value if is_false(&value) => Ok(Object::new()),
        _ => Err(Fault::expecting("valid JSON object", "request body")),
    }
}

/// Whether Python takes the value for false.
pub fn is_false(value: &Value) -> bool {
    match value {
        Value::None => true,
        Value::Bool(flag) => !flag,
        Value::Int(digits) => digits == "0",
        Value::Float(number) => *number == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Dict(items) => items.is_empty(),
    }
}

/// An element as Keystone 2014.2 made it into JSON (`common/serializer.py`): attributes and
/// children become members, a text alone a text. An element with a plural name and without
/// attributes is a list of elements with its singular name, and nothing else may be in it.
fn value_of(element: &Element) -> Result<Object, Fault> {
    let mut members: Object = element
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), attribute(name, value)))
        .collect();
    let text = element.text.trim();
    let name = element.local_name.as_str();
    let singular = name.strip_suffix('s').filter(|_| name != "access");
    let value = match singular {
        Some(singular) if members.is_empty() && text.is_empty() => {
            let mut items = Vec::new();
            for child in &element.children {
                if child.local_name != singular {
                    return Err(Fault::NotXml);
                }
                items.extend(value_of(child)?.swap_remove(singular));
            }
            Value::List(items)
        }
        _ if members.is_empty() && element.children.is_empty() => Value::from(text),
        _ => {
            for child in &element.children {
                members.extend(value_of(child)?);
            }
            Value::Dict(members)
        }
    };
    // Nothing at all is an empty text.
    let value = if is_false(&value) {
        Value::from("")
    } else {
        value
    };
    Ok(Object::from_iter([(name.to_owned(), value)]))
}

fn attribute(name: &str, value: &str) -> Value {
    match (name, value) {
        ("enabled" | "truncated", "true") => Value::Bool(true),
        ("enabled" | "truncated", "false") => Value::Bool(false),
        _ => Value::from(value),
    }
}

#[cfg(test)]
mod tests {
    use super::value_of;
    use crate::http::xml::reader;
    use crate::python::Value;

    fn read(xml: &str) -> Option<String> {
        let root = reader::read(xml.as_bytes()).unwrap();
        let object = value_of(&root).ok()?;
        Some(Value::Dict(object).repr_python3())
    }

    #[test]
    fn elements_become_objects() {
        for (xml, expected) in [
            (
                r#"<auth tenantName="t"><passwordCredentials username="u" password="p"/></auth>"#,
                "{'auth': {'tenantName': 't', 'passwordCredentials': {'username': 'u', 'password': 'p'}}}",
            ),
            ("<auth/>", "{'auth': ''}"),
            (
                r#"<auth><tenantName>t</tenantName><token id="1"/></auth>"#,
                "{'auth': {'tenantName': 't', 'token': {'id': '1'}}}",
            ),
            (
                "<auth><passwordCredentials/></auth>",
                "{'auth': {'passwordCredentials': ''}}",
            ),
        ] {
            assert_eq!(read(xml).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_plural_holds_only_its_singular() {
        let xml = "<auth><passwordCredentials><username>u</username></passwordCredentials></auth>";
        assert_eq!(read(xml), None);
    }
}
