//! The body of `POST /v3/auth/tokens`, of a sign-in in domain words.

use crate::service::identity::{DomainRef, Proof, Reference, WantedScope};
use serde_json::{Map, Value, json};

/// What a real Keystone is asked for.
#[must_use]
pub fn sign_in_body(proof: &Proof, scope: &WantedScope) -> Value {
    let identity = match proof {
        Proof::Password(user, password) => {
            let mut user = reference(user);
            user.insert(
                "password".to_owned(),
                json!(password.as_deref().unwrap_or_default()),
            );
            json!({"methods": ["password"], "password": {"user": user}})
        }
        Proof::Token(id) => json!({"methods": ["token"], "token": {"id": id}}),
    };
    let mut auth = Map::new();
    auth.insert("identity".to_owned(), identity);
    let scope = match scope {
        WantedScope::Default => None,
        WantedScope::Unscoped => Some(json!({"unscoped": {}})),
        WantedScope::Project(project) => Some(json!({"project": reference(project)})),
        WantedScope::Domain(own) => domain(own).map(|own| json!({"domain": own})),
        WantedScope::System => Some(json!({"system": {"all": true}})),
    };
    if let Some(scope) = scope {
        auth.insert("scope".to_owned(), scope);
    }
    json!({ "auth": auth })
}

fn reference(reference: &Reference) -> Map<String, Value> {
    let mut named = Map::new();
    match reference {
        Reference::Id(id) => _ = named.insert("id".to_owned(), json!(id)),
        Reference::Name(name, of) => {
            named.insert("name".to_owned(), json!(name));
            if let Some(domain) = domain(of) {
                named.insert("domain".to_owned(), domain);
            }
        }
    }
    named
}

/// Keystone finds no domain by that of the user.
fn domain(domain: &DomainRef) -> Option<Value> {
    match domain {
        DomainRef::Id(id) => Some(json!({ "id": id })),
        DomainRef::Name(name) => Some(json!({ "name": name })),
        DomainRef::OfUser => None,
    }
}

#[cfg(test)]
mod tests {
    use super::sign_in_body;
    use crate::service::identity::{DomainRef, Proof, Reference, WantedScope};
    use serde_json::json;

    #[test]
    fn passwords_and_tokens() {
        let named =
            |name: &str| Reference::Name(name.to_owned(), DomainRef::Id("default".to_owned()));
        let proof = Proof::Password(named("ada"), Some("secret".to_owned()));
        let domain = json!({"id": "default"});
        assert_eq!(
            sign_in_body(&proof, &WantedScope::Project(named("demo"))),
            json!({"auth": {
                "identity": {"methods": ["password"], "password": {"user": {
                    "name": "ada", "domain": domain, "password": "secret"}}},
                "scope": {"project": {"name": "demo", "domain": domain}},
            }})
        );
        let scope = WantedScope::Project(Reference::Id("p".to_owned()));
        assert_eq!(
            sign_in_body(&Proof::Token("t".to_owned()), &scope),
            json!({"auth": {
                "identity": {"methods": ["token"], "token": {"id": "t"}},
                "scope": {"project": {"id": "p"}},
            }})
        );
        let unscoped = sign_in_body(&Proof::Token("t".to_owned()), &WantedScope::Unscoped);
        assert_eq!(unscoped["auth"]["scope"], json!({"unscoped": {}}));
    }
}
