//! The body of `POST /v3/auth/tokens`, in domain words.
//!
//! What is looked at first decides which of several errors is told: methods, then the scope, then
//! each method's own part (Keystone's `auth/core.py` and `auth/plugins/core.py`).

use super::fault::{Fault, METHODS};
use super::schema;
use crate::python::Value;
use crate::service::identity::{DomainRef, Proof, Reference, WantedScope};
use indexmap::IndexMap;

type Object = IndexMap<String, Value>;

/// What a sign-in asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct AuthRequest {
    /// By what the user is to be recognised.
    pub proofs: Vec<Proof>,
    /// What for.
    pub scope: WantedScope,
}

impl AuthRequest {
    /// Reads the body of the request, which is a JSON object or nothing; the scope is judged as soon
    /// as it is known. A project that is named without its domain is of `domain`, if there is such a
    /// rule.
    pub fn parse(
        body: &[u8],
        domain: Option<&DomainRef>,
        judge: impl FnOnce(&WantedScope) -> Result<(), Fault>,
    ) -> Result<Self, Fault> {
        let body = Value::parse(body).unwrap_or(Value::None);
        let auth = body.as_dict().and_then(|body| body.get("auth"));
        let auth = auth
            .filter(|auth| !auth.is_none())
            .ok_or_else(|| Fault::expecting("auth", "request body"))?;
        schema::check(auth)?;
        let empty = Object::new();
        let auth = auth.as_dict().unwrap_or(&empty);
        let identity = auth
            .get("identity")
            .and_then(Value::as_dict)
            .unwrap_or(&empty);
        let methods = methods(identity)?;
        if methods.contains(&"application_credential") {
            return Err(refuse_credential(auth, identity));
        }
        let scope = scope(auth.get("scope"), domain)?;
        judge(&scope)?;
        let proofs = methods
            .into_iter()
            .map(|method| proof(method, part(identity, method)))
            .collect::<Result<_, _>>()?;
        Ok(Self { proofs, scope })
    }
}

/// The methods, each once, in their order.
fn methods(identity: &Object) -> Result<Vec<&str>, Fault> {
    let mut methods: Vec<&str> = Vec::new();
    if let Some(Value::List(items)) = identity.get("methods") {
        for method in items.iter().filter_map(Value::as_str) {
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
    }
    if let Some(missing) = methods.iter().find(|name| !identity.contains_key(**name)) {
        return Err(Fault::expecting(missing, "identity"));
    }
    if methods.iter().any(|method| !METHODS.contains(method)) {
        return Err(Fault::UnsupportedMethod);
    }
    Ok(methods)
}

fn part<'v>(identity: &'v Object, method: &str) -> Option<&'v Object> {
    identity.get(method).and_then(Value::as_dict)
}

fn proof(method: &str, part: Option<&Object>) -> Result<Proof, Fault> {
    match method {
        "password" => {
            // The target is the plug-in's name, which is not set yet: Python's None.
            let user = part
                .and_then(|part| part.get("user"))
                .and_then(Value::as_dict)
                .ok_or_else(|| Fault::expecting("user", "None"))?;
            let password = text(user, "password").map(str::to_owned);
            Ok(Proof::Password(reference(user, "user")?, password))
        }
        "token" => {
            let id = part.and_then(|part| text(part, "id"));
            Ok(Proof::Token(id.unwrap_or_default().to_owned()))
        }
        // `external` needs a front server that vouches for the user, the others a federation.
        other => Err(Fault::Unauthorized(format!(
            "nobody vouches for a user by {other} here"
        ))),
    }
}

/// There are no application credentials, so none is right.
fn refuse_credential(auth: &Object, identity: &Object) -> Fault {
    const CREDENTIAL: &str = "application credential";
    if auth.contains_key("scope") {
        return Fault::CredentialWithScope;
    }
    let part = part(identity, "application_credential");
    let id = part.and_then(|part| non_empty(part, "id"));
    if let Some(id) = id {
        return Fault::could_not_find("Application Credential", id);
    }
    if part.and_then(|part| non_empty(part, "name")).is_none() {
        return Fault::expecting("name or ID", CREDENTIAL);
    }
    let user = part.and_then(|part| part.get("user"));
    let user = user
        .and_then(Value::as_dict)
        .filter(|user| !user.is_empty());
    match user {
        None => Fault::expecting("user", CREDENTIAL),
        Some(user) if non_empty(user, "id").is_none() && !user.contains_key("domain") => {
            Fault::expecting("domain", "user")
        }
        Some(_) => Fault::Unauthorized("there are no application credentials".to_owned()),
    }
}

fn scope(scope: Option<&Value>, domain_of_all: Option<&DomainRef>) -> Result<WantedScope, Fault> {
    const KINDS: &str = "system, project, domain, OS-TRUST:trust or unscoped";
    let unknown = || Fault::expecting(KINDS, "scope");
    let object = match scope {
        None => return Ok(WantedScope::Default),
        // Python's `in` looks for a part of a text where an object has keys.
        Some(Value::Str(text)) if text.contains("unscoped") => return Ok(WantedScope::Unscoped),
        Some(Value::Str(text)) if text.contains("system") => return Ok(WantedScope::System),
        Some(value) => value.as_dict().ok_or_else(unknown)?,
    };
    let kinds = ["project", "domain", "unscoped", "system", "OS-TRUST:trust"];
    let mut named = kinds.into_iter().filter(|kind| object.contains_key(*kind));
    let (Some(kind), None) = (named.next(), named.next()) else {
        return Err(unknown());
    };
    let part = object.get(kind).and_then(Value::as_dict);
    match (kind, part) {
        ("unscoped", _) => Ok(WantedScope::Unscoped),
        ("system", _) => Ok(WantedScope::System),
        ("project", Some(part)) => {
            let named = match (domain_of_all, non_empty(part, "name")) {
                (Some(domain), Some(name)) if !part.contains_key("domain") => {
                    Reference::Name(name.to_owned(), domain.clone())
                }
                _ => reference(part, "project")?,
            };
            Ok(WantedScope::Project(named))
        }
        ("domain", Some(part)) => Ok(WantedScope::Domain(domain(part))),
        ("OS-TRUST:trust", Some(part)) if non_empty(part, "id").is_none() => {
            Err(Fault::expecting("trust_id", "trust"))
        }
        // There are no trusts.
        _ => Err(Fault::Unauthorized("there are no trusts".to_owned())),
    }
}

/// A user or a project. A name goes before an id, and needs a domain.
fn reference(object: &Object, what: &str) -> Result<Reference, Fault> {
    match (non_empty(object, "name"), non_empty(object, "id")) {
        (Some(name), _) => {
            let part = object.get("domain").and_then(Value::as_dict);
            let part = part.ok_or_else(|| Fault::expecting("domain", what))?;
            Ok(Reference::Name(name.to_owned(), domain(part)))
        }
        (None, Some(id)) => Ok(Reference::Id(id.to_owned())),
        (None, None) if what == "user" => Err(Fault::expecting("id or name", what)),
        (None, None) => Ok(Reference::Id(String::new())),
    }
}

fn domain(object: &Object) -> DomainRef {
    match non_empty(object, "name") {
        Some(name) => DomainRef::Name(name.to_owned()),
        None => DomainRef::Id(text(object, "id").unwrap_or_default().to_owned()),
    }
}

fn text<'v>(object: &'v Object, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str)
}

fn non_empty<'v>(object: &'v Object, name: &str) -> Option<&'v str> {
    text(object, name).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{AuthRequest, DomainRef, Fault, Proof, Reference, WantedScope};

    #[test]
    fn a_name_goes_before_an_id() {
        let body = br#"{"auth": {"identity": {"methods": ["password", "password"], "password":
            {"user": {"id": "1", "name": "n", "domain": {"id": "i", "name": "d"}}}},
            "scope": "unscoped"}}"#;
        let user = Reference::Name("n".to_owned(), DomainRef::Name("d".to_owned()));
        let expected = AuthRequest {
            proofs: vec![Proof::Password(user, None)],
            scope: WantedScope::Unscoped,
        };
        assert_eq!(AuthRequest::parse(body, None, |_| Ok(())), Ok(expected));
    }

    #[test]
    fn the_scope_is_looked_at_before_the_user() {
        let body = br#"{"auth": {"identity": {"methods": ["password"], "password":
            {"user": {"name": "n"}}}, "scope": {"project": {"name": "p"}}}}"#;
        let expected = Fault::expecting("domain", "project");
        assert_eq!(AuthRequest::parse(body, None, |_| Ok(())), Err(expected));
    }
}
