//! The body of `POST /v2.0/tokens`, in domain words (Keystone 2014.2: `token/controllers.py`).

use super::body::{Object, is_false};
use super::fault::Fault;
use crate::python::Value;
use crate::service::identity::{DEFAULT_DOMAIN, DomainRef, Proof, Reference, WantedScope};

/// Longest name or id, in characters.
const MOST_PARAMETER: usize = 64;
/// Longest password, in characters.
const MOST_PASSWORD: usize = 4096;
/// Longest token, in characters.
const MOST_TOKEN: usize = 8192;

/// What a sign-in asks for.
#[derive(Debug)]
pub struct AuthRequest {
    /// By what the user is to be recognised.
    pub proof: Proof,
    /// What for; an error here is told only to a user who was recognised.
    pub scope: Result<WantedScope, Fault>,
}

impl AuthRequest {
    /// Reads a body.
    pub fn parse(body: &Object) -> Result<Self, Fault> {
        // Members become arguments of a Python method; one that it lacks is an error, these few
        // are let fall before.
        let is_unknown = |name: &&String| {
            !matches!(name.as_str(), "auth" | "self" | "context") && !name.starts_with('_')
        };
        if let Some(name) = body.keys().find(is_unknown) {
            let message = format!("authenticate() got an unexpected keyword argument '{name}'");
            return Err(Fault::BadRequest(message));
        }
        let empty = Object::new();
        let auth = match body.get("auth") {
            None | Some(Value::None) => return Err(Fault::expecting("auth", "request body")),
            Some(Value::Dict(auth)) => auth,
            Some(Value::Str(text)) if !text.contains("token") => &empty,
            Some(Value::List(_)) => &empty,
            Some(_) => return Err(Fault::wrong_type("auth")),
        };
        let proof = match auth.get("token") {
            Some(token) => token_proof(token)?,
            None => password_proof(auth.get("passwordCredentials"))?,
        };
        Ok(Self {
            proof,
            scope: scope(auth),
        })
    }
}

fn token_proof(token: &Value) -> Result<Proof, Fault> {
    let id = match token {
        Value::Dict(token) => token.get("id"),
        Value::Str(text) if !text.contains("id") => None,
        _ => return Err(Fault::wrong_type("token")),
    };
    let id = id.ok_or_else(|| Fault::expecting("id", "token"))?;
    let id = id.as_str().ok_or_else(|| Fault::wrong_type("id"))?;
    check_length(id, "token", MOST_TOKEN)?;
    Ok(Proof::Token(id.to_owned()))
}

fn password_proof(credentials: Option<&Value>) -> Result<Proof, Fault> {
    const PLACE: &str = "passwordCredentials";
    let empty = Object::new();
    let credentials = match credentials {
        None => return Err(Fault::expecting(PLACE, "auth")),
        Some(Value::Dict(credentials)) => credentials,
        Some(Value::Str(text)) if !text.contains("password") => &empty,
        Some(Value::List(_)) => &empty,
        Some(_) => return Err(Fault::wrong_type(PLACE)),
    };
    if !credentials.contains_key("password") {
        return Err(Fault::expecting("password", PLACE));
    }
    let password = text(credentials, "password", MOST_PASSWORD)?;
    let is_missing = |name: &str| credentials.get(name).is_none_or(is_false);
    if is_missing("userId") && is_missing("username") {
        return Err(Fault::expecting("username or userId", PLACE));
    }
    let id = text(credentials, "userId", MOST_PARAMETER)?;
    let name = text(credentials, "username", MOST_PARAMETER)?;
    let user = reference(name, id).ok_or_else(|| Fault::wrong_type("username"))?;
    Ok(Proof::Password(user, password.map(str::to_owned)))
}

fn scope(auth: &Object) -> Result<WantedScope, Fault> {
    let id = text(auth, "tenantId", MOST_PARAMETER)?;
    let name = text(auth, "tenantName", MOST_PARAMETER)?;
    // Keystone 2014.2: without a tenant the token is unscoped, whatever the default project.
    Ok(reference(name, id).map_or(WantedScope::Unscoped, WantedScope::Project))
}

/// A name goes before an id.
fn reference(name: Option<&str>, id: Option<&str>) -> Option<Reference> {
    let domain = || DomainRef::Id(DEFAULT_DOMAIN.to_owned());
    match (name, id) {
        (Some(name), _) => Some(Reference::Name(name.to_owned(), domain())),
        (None, Some(id)) => Some(Reference::Id(id.to_owned())),
        (None, None) => None,
    }
}

/// A text that is not empty; whatever Python takes for false is as good as missing.
fn text<'v>(object: &'v Object, name: &str, most: usize) -> Result<Option<&'v str>, Fault> {
    match object.get(name) {
        Some(Value::Str(text)) if !text.is_empty() => {
            check_length(text, name, most)?;
            Ok(Some(text))
        }
        Some(value) if !is_false(value) => Err(Fault::wrong_type(name)),
        _ => Ok(None),
    }
}

fn check_length(text: &str, name: &str, most: usize) -> Result<(), Fault> {
    if text.chars().count() > most {
        Err(Fault::too_long(name, most))
    } else {
        Ok(())
    }
}
