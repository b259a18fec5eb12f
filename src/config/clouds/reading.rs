//! Credentials of what is said.

use super::credentials::{CloudCredentials, CloudDomain, CloudName, CloudProof, CloudScope};
use super::error::CloudsError;
use super::settings::{Setting, Settings, is_no};
use crate::config::secret::Secret;
use crate::config::service_url::{GLANCE_VERSIONS, KEYSTONE_VERSIONS, without_version};
use std::path::PathBuf;

/// The domain of users and projects of whom none is said, as API v2.0 had it.
const DEFAULT_DOMAIN: &str = "default";

/// By what kind of thing somebody signs in.
#[derive(Clone, Copy)]
enum Kind {
    Password,
    ApplicationCredential,
    Token,
}

/// Reads credentials.
///
/// # Errors
/// When something is missing, or cannot be done.
pub fn credentials(said: &Settings) -> Result<CloudCredentials, CloudsError> {
    let auth_url = match (said.get("auth_url"), said.get("profile")) {
        (None, Some(profile)) => {
            let why = "is not looked up here: write its auth_url into the cloud";
            return Err(unknown(profile, "profile", why));
        }
        _ => said.need("auth_url", "auth_url, where the identity service is")?,
    };
    if let Some(insecure) = said.get("insecure").filter(|word| !is_no(&word.text)) {
        return Err(unknown(
            insecure,
            "insecure",
            "cannot be had: certificates are always looked at (name the cloud's by cacert)",
        ));
    }
    let kind = kind(said)?;
    let image_url = said.get("image_endpoint_override");
    let image_url = image_url.map(|word| url(word, "image_endpoint_override", GLANCE_VERSIONS));
    let interface = said.get("interface").map(|word| {
        let interface = word.text.parse();
        interface.map_err(|source| CloudsError::Interface {
            place: word.place.clone(),
            source,
        })
    });
    Ok(CloudCredentials {
        auth_url: url(auth_url, "auth_url", KEYSTONE_VERSIONS)?,
        scope: match kind {
            // It has a project of its own, and no other.
            Kind::ApplicationCredential => CloudScope::Own,
            Kind::Password | Kind::Token => scope(said)?,
        },
        proof: proof(said, kind)?,
        region: said.text("region_name"),
        interface: interface.transpose()?,
        image_url: image_url.transpose()?,
        ca_file: said.text("cacert").map(PathBuf::from),
    })
}

fn kind(said: &Settings) -> Result<Kind, CloudsError> {
    let has = |word: &str| said.get(word).is_some();
    let Some(auth_type) = said.get("auth_type") else {
        return Ok(match () {
            () if has("application_credential_id") || has("application_credential_name") => {
                Kind::ApplicationCredential
            }
            () if has("token") && !has("password") => Kind::Token,
            () => Kind::Password,
        });
    };
    match auth_type.text.as_str() {
        "password" | "v3password" | "v2password" => Ok(Kind::Password),
        "v3applicationcredential" => Ok(Kind::ApplicationCredential),
        "token" | "v3token" | "v2token" => Ok(Kind::Token),
        _ => Err(unknown(
            auth_type,
            "auth_type",
            "is not built in: password, v3applicationcredential and token are",
        )),
    }
}

fn proof(said: &Settings, kind: Kind) -> Result<CloudProof, CloudsError> {
    let secret = |word: &str, what| -> Result<Secret, CloudsError> {
        Ok(Secret::new(said.need(word, what)?.text.clone()))
    };
    match kind {
        Kind::Password => Ok(CloudProof::Password {
            user: user(said)?,
            password: secret("password", "password")?,
        }),
        Kind::Token => Ok(CloudProof::Token(secret("token", "token")?)),
        Kind::ApplicationCredential => {
            let word = "application_credential_secret";
            let secret = secret(word, word)?;
            if let Some(id) = said.text("application_credential_id") {
                return Ok(CloudProof::ApplicationCredential { id, secret });
            }
            let word = "application_credential_name";
            let needed = "application_credential_id, or application_credential_name";
            Ok(CloudProof::NamedApplicationCredential {
                name: said.need(word, needed)?.text.clone(),
                user: user(said)?,
                secret,
            })
        }
    }
}

fn user(said: &Settings) -> Result<CloudName, CloudsError> {
    if let Some(id) = said.text("user_id") {
        return Ok(CloudName::Id(id));
    }
    let name = said.need("username", "username, or user_id")?;
    let domain = domain(said, "user_domain_id", "user_domain_name");
    Ok(CloudName::Name(name.text.clone(), domain))
}

fn scope(said: &Settings) -> Result<CloudScope, CloudsError> {
    if let Some(id) = said.text("project_id") {
        return Ok(CloudScope::Project(CloudName::Id(id)));
    }
    if let Some(name) = said.text("project_name") {
        let domain = domain(said, "project_domain_id", "project_domain_name");
        return Ok(CloudScope::Project(CloudName::Name(name, domain)));
    }
    if let Some(scope) = said.get("system_scope") {
        return match scope.text.as_str() {
            "all" | "true" => Ok(CloudScope::System),
            _ => Err(unknown(scope, "system_scope", "is not all")),
        };
    }
    Ok(named_domain(said, "domain_id", "domain_name").map_or(CloudScope::Own, CloudScope::Domain))
}

/// That of a user or a project; else the one that is said for both.
fn domain(said: &Settings, id: &str, name: &str) -> CloudDomain {
    let usual = || said.text("default_domain").map(CloudDomain::Id);
    named_domain(said, id, name)
        .or_else(|| named_domain(said, "domain_id", "domain_name"))
        .or_else(|| named_domain(said, "default_domain_id", "default_domain_name"))
        .or_else(usual)
        .unwrap_or_else(|| CloudDomain::Id(DEFAULT_DOMAIN.to_owned()))
}

fn named_domain(said: &Settings, id: &str, name: &str) -> Option<CloudDomain> {
    let id = said.text(id).map(CloudDomain::Id);
    id.or_else(|| said.text(name).map(CloudDomain::Name))
}

fn url(word: &Setting, name: &str, versions: &[&str]) -> Result<String, CloudsError> {
    without_version(&word.text, versions).map_err(|source| CloudsError::Url {
        place: word.place.clone(),
        name: name.to_owned(),
        text: word.text.clone(),
        source,
    })
}

fn unknown(word: &Setting, name: &str, why: &'static str) -> CloudsError {
    CloudsError::Unknown {
        place: word.place.clone(),
        name: name.to_owned(),
        text: word.text.clone(),
        why,
    }
}
