//! The JSON schema of a sign-in, with the messages that Python's jsonschema makes of it.
//!
//! Only the first error is told, in the order of the schema: Keystone's `auth/schema.py` of
//! release 30, `token_issue` and what `validate_issue_token_auth` adds to it.

use super::fault::Fault;
use crate::python::Value;

/// What a value must be.
enum Shape {
    Text,
    Flag,
    Texts,
    Object {
        members: &'static [(&'static str, Shape)],
        required: &'static [&'static str],
    },
    /// An object as above, or any text.
    ObjectOrText(&'static [(&'static str, Shape)]),
}

const fn object(members: &'static [(&'static str, Shape)]) -> Shape {
    Shape::Object {
        members,
        required: &[],
    }
}

const DOMAIN: Shape = object(&[("id", Shape::Text), ("name", Shape::Text)]);

const USER: Shape = object(&[
    ("id", Shape::Text),
    ("name", Shape::Text),
    ("password", Shape::Text),
    ("domain", DOMAIN),
]);

const PROJECT: Shape = object(&[
    ("name", Shape::Text),
    ("id", Shape::Text),
    ("domain", DOMAIN),
]);

const AUTH: Shape = Shape::Object {
    members: &[
        (
            "identity",
            Shape::Object {
                members: &[
                    ("methods", Shape::Texts),
                    ("password", object(&[("user", USER)])),
                    (
                        "token",
                        Shape::Object {
                            members: &[("id", Shape::Text)],
                            required: &["id"],
                        },
                    ),
                ],
                required: &["methods"],
            },
        ),
        (
            "scope",
            Shape::ObjectOrText(&[
                ("project", PROJECT),
                ("domain", DOMAIN),
                ("OS-TRUST:trust", object(&[("id", Shape::Text)])),
                ("system", object(&[("all", Shape::Flag)])),
            ]),
        ),
    ],
    required: &["identity"],
};

/// Checks the value of `auth`.
///
/// # Errors
/// What Keystone would find first.
pub fn check(auth: &Value) -> Result<(), Fault> {
    check_shape(&AUTH, auth, &mut Vec::new())?;
    let at = |path: &[&str]| {
        path.iter()
            .try_fold(auth, |value, name| value.as_dict()?.get(*name))
    };
    for path in [
        &["identity", "password", "user"][..],
        &["identity", "password", "user", "domain"],
        &["scope", "project"],
        &["scope", "project", "domain"],
        &["scope", "domain"],
    ] {
        let members = at(path).and_then(Value::as_dict);
        if members.is_some_and(|it| !it.contains_key("id") && !it.contains_key("name")) {
            return Err(Fault::BadRequest(format!(
                "Invalid input for field {}: id or name must be present.",
                path.join("/")
            )));
        }
    }
    Ok(())
}

fn check_shape(shape: &Shape, value: &Value, path: &mut Vec<String>) -> Result<(), Fault> {
    match (shape, value) {
        (Shape::Text | Shape::ObjectOrText(_), Value::Str(_)) | (Shape::Flag, Value::Bool(_)) => {
            Ok(())
        }
        (Shape::Texts, Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                check_shape(&Shape::Text, item, path)?;
                path.pop();
            }
            Ok(())
        }
        (Shape::Object { members, required }, Value::Dict(_)) => {
            check_members(members, required, value, path)
        }
        (Shape::ObjectOrText(members), Value::Dict(_)) => check_members(members, &[], value, path),
        (shape, value) => {
            let kind = match shape {
                Shape::Text => "'string'",
                Shape::Flag => "'boolean'",
                Shape::Texts => "'array'",
                Shape::Object { .. } => "'object'",
                Shape::ObjectOrText(_) => "'object', 'string'",
            };
            let what = format!("{} is not of type {kind}", value.repr_python3());
            Err(at(path, &what))
        }
    }
}

fn check_members(
    members: &[(&str, Shape)],
    required: &[&str],
    value: &Value,
    path: &mut Vec<String>,
) -> Result<(), Fault> {
    let Some(object) = value.as_dict() else {
        return Ok(());
    };
    for (name, shape) in members {
        if let Some(member) = object.get(*name) {
            path.push((*name).to_owned());
            check_shape(shape, member, path)?;
            path.pop();
        }
    }
    match required.iter().find(|name| !object.contains_key(**name)) {
        Some(missing) => Err(at(path, &format!("'{missing}' is a required property"))),
        None => Ok(()),
    }
}

fn at(path: &[String], what: &str) -> Fault {
    if path.is_empty() {
        Fault::BadRequest(what.to_owned())
    } else {
        let path = path.join("/");
        Fault::BadRequest(format!("Invalid input for field '{path}': {what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, check};
    use crate::python::Value;

    #[test]
    fn the_first_error_of_the_schema_is_told() {
        for (auth, message) in [
            ("{}", "'identity' is a required property"),
            ("[]", "[] is not of type 'object'"),
            (
                r#"{"identity": {"methods": [], "password": {"user": {"id": 1}}}, "scope": 5}"#,
                "Invalid input for field 'identity/password/user/id': 1 is not of type 'string'",
            ),
            (
                r#"{"scope": 5}"#,
                "Invalid input for field 'scope': 5 is not of type 'object', 'string'",
            ),
            (
                r#"{"identity": {"methods": [], "token": {}}}"#,
                "Invalid input for field 'identity/token': 'id' is a required property",
            ),
        ] {
            let auth = Value::parse(auth.as_bytes()).unwrap();
            assert_eq!(check(&auth), Err(Fault::BadRequest(message.to_owned())));
        }
    }
}
