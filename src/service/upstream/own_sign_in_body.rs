//! The body of `POST /v3/auth/tokens` when this server itself signs in.

use crate::config::{CloudCredentials, CloudDomain, CloudName, CloudProof, CloudScope};
use serde_json::{Map, Value, json};

/// What a real Keystone is asked for.
#[must_use]
pub fn own_sign_in_body(who: &CloudCredentials) -> Value {
    let mut auth = Map::new();
    auth.insert("identity".to_owned(), identity(&who.proof));
    let scope = match &who.scope {
        CloudScope::Own => None,
        CloudScope::Project(project) => Some(json!({ "project": named(project) })),
        CloudScope::Domain(own) => Some(json!({ "domain": domain(own) })),
        CloudScope::System => Some(json!({"system": {"all": true}})),
    };
    if let Some(scope) = scope {
        auth.insert("scope".to_owned(), scope);
    }
    json!({ "auth": auth })
}

fn identity(proof: &CloudProof) -> Value {
    match proof {
        CloudProof::Password { user, password } => {
            let mut user = named(user);
            user.insert("password".to_owned(), json!(password.reveal()));
            json!({"methods": ["password"], "password": {"user": user}})
        }
        CloudProof::ApplicationCredential { id, secret } => {
            application_credential(&json!({"id": id, "secret": secret.reveal()}))
        }
        CloudProof::NamedApplicationCredential { name, user, secret } => {
            let user = named(user);
            application_credential(&json!({"name": name, "user": user, "secret": secret.reveal()}))
        }
        CloudProof::Token(token) => {
            json!({"methods": ["token"], "token": {"id": token.reveal()}})
        }
    }
}

fn application_credential(which: &Value) -> Value {
    json!({"methods": ["application_credential"], "application_credential": which})
}

fn named(name: &CloudName) -> Map<String, Value> {
    match name {
        CloudName::Id(id) => Map::from_iter([("id".to_owned(), json!(id))]),
        CloudName::Name(name, of) => Map::from_iter([
            ("name".to_owned(), json!(name)),
            ("domain".to_owned(), domain(of)),
        ]),
    }
}

fn domain(domain: &CloudDomain) -> Value {
    match domain {
        CloudDomain::Id(id) => json!({ "id": id }),
        CloudDomain::Name(name) => json!({ "name": name }),
    }
}

#[cfg(test)]
mod tests {
    use super::own_sign_in_body;
    use crate::config::CloudSource;
    use serde_json::{Value, json};

    fn body(variables: &[(&str, &str)]) -> Value {
        let variable = |wanted: &str| {
            let mut known = variables.iter().chain(&[("OS_AUTH_URL", "http://k/v3")]);
            let found = known.find(|(name, _)| *name == wanted);
            found.map(|(_, text)| (*text).to_owned())
        };
        own_sign_in_body(&CloudSource::of_environment(None, variable).read().unwrap())
    }

    #[test]
    fn users() {
        let by_name = body(&[
            ("OS_USERNAME", "ada"),
            ("OS_PASSWORD", "secret"),
            ("OS_USER_DOMAIN_NAME", "People"),
            ("OS_PROJECT_NAME", "demo"),
            ("OS_PROJECT_DOMAIN_ID", "d"),
        ]);
        let ada = json!({"name": "ada", "domain": {"name": "People"}, "password": "secret"});
        let expected = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": ada}},
            "scope": {"project": {"name": "demo", "domain": {"id": "d"}}},
        }});
        assert_eq!(by_name, expected);
        let of_system = [
            ("OS_USER_ID", "u"),
            ("OS_PASSWORD", "secret"),
            ("OS_SYSTEM_SCOPE", "all"),
        ];
        let scope = &body(&of_system)["auth"]["scope"];
        assert_eq!(*scope, json!({"system": {"all": true}}));
    }

    #[test]
    fn application_credentials_and_tokens() {
        let by_id = body(&[
            ("OS_APPLICATION_CREDENTIAL_ID", "i"),
            ("OS_APPLICATION_CREDENTIAL_SECRET", "s"),
            ("OS_PROJECT_NAME", "nobody asks"),
        ]);
        let expected = json!({"auth": {"identity": {
            "methods": ["application_credential"],
            "application_credential": {"id": "i", "secret": "s"}}}});
        assert_eq!(by_id, expected);
        let by_name = body(&[
            ("OS_APPLICATION_CREDENTIAL_NAME", "n"),
            ("OS_APPLICATION_CREDENTIAL_SECRET", "s"),
            ("OS_USERNAME", "ada"),
        ]);
        let user = json!({"name": "ada", "domain": {"id": "default"}});
        assert_eq!(
            by_name["auth"]["identity"]["application_credential"],
            json!({"name": "n", "user": user, "secret": "s"})
        );
        let token = body(&[("OS_TOKEN", "t"), ("OS_DOMAIN_NAME", "d")]);
        let expected = json!({"auth": {
            "identity": {"methods": ["token"], "token": {"id": "t"}},
            "scope": {"domain": {"name": "d"}},
        }});
        assert_eq!(token, expected);
    }
}
