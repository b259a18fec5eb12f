//! A token of a real Keystone, as its API v3 shows it.

use crate::config::ServiceInterface;
use crate::domain::{Named, Timestamp, TokenScope, TokenUser};
use serde::Deserialize;

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenToken {
    /// Who signed in.
    pub user: TokenUser,
    /// What for.
    pub scope: TokenScope,
    /// The roles that the user has there, those that others imply among them.
    pub roles: Vec<Named>,
    /// Its own audit id, and that of the first of its chain.
    pub audit_ids: Vec<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The services that its holder may ask; none without a scope.
    pub catalog: Vec<CatalogService>,
}

/// A service of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CatalogService {
    /// Its type, such as `image`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name; few Keystones keep one without.
    #[serde(default)]
    pub name: String,
    /// Where it is.
    #[serde(default)]
    pub endpoints: Vec<CatalogEndpoint>,
}

/// Where a service is, in a region, for some clients.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CatalogEndpoint {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// For whom: `public`, `internal` or `admin`.
    pub interface: String,
    /// The region; Keystone 2014.2 knew no `region_id`.
    #[serde(default)]
    region_id: Option<String>,
    #[serde(default)]
    region: Option<String>,
    /// Its URL.
    pub url: String,
}

impl CatalogEndpoint {
    /// The region that it is in; empty where there are none.
    #[must_use]
    pub fn region(&self) -> &str {
        let region = self.region_id.as_deref().or(self.region.as_deref());
        region.unwrap_or_default()
    }
}

impl SeenToken {
    /// Reads the body of `GET` or `POST /v3/auth/tokens`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(body: &[u8]) -> Result<Self, TokenBodyError> {
        let Document { token } = serde_json::from_slice(body)?;
        let scope = match (token.project, token.domain, token.system) {
            (Some(project), _, _) => TokenScope::Project {
                domain: project.domain.into(),
                project: Named {
                    id: project.id,
                    name: project.name,
                },
            },
            (None, Some(domain), _) => TokenScope::Domain(domain.into()),
            (None, None, Some(_)) => TokenScope::System,
            (None, None, None) => TokenScope::Unscoped,
        };
        Ok(Self {
            user: TokenUser {
                id: token.user.id,
                name: token.user.name,
                domain: token.user.domain.into(),
            },
            scope,
            roles: token.roles.into_iter().map(Named::from).collect(),
            audit_ids: token.audit_ids,
            issued_at: time(&token.issued_at)?,
            expires_at: time(&token.expires_at)?,
            catalog: token.catalog,
        })
    }

    /// The project that it is scoped to.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.scope.project_id()
    }

    /// Where a service is for those whom an interface is for: in a region, or in the first that has it.
    #[must_use]
    pub fn url(
        &self,
        kind: &str,
        region: Option<&str>,
        interface: ServiceInterface,
    ) -> Option<&str> {
        let services = self.catalog.iter().filter(|service| service.kind == kind);
        let mut endpoints = services.flat_map(|service| &service.endpoints);
        let found = endpoints.find(|endpoint| {
            let is_there = region.is_none_or(|region| region == endpoint.region());
            endpoint.interface == interface.as_str() && is_there
        })?;
        Some(&found.url)
    }
}

fn time(text: &str) -> Result<Timestamp, TokenBodyError> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| TokenBodyError::Time(text.to_owned()))
}

/// Why a body is no token's.
#[derive(Debug, thiserror::Error)]
pub enum TokenBodyError {
    /// It is no JSON, or says something else.
    #[error("it is no token document: {0}")]
    Document(#[from] serde_json::Error),
    /// A time in it is none.
    #[error("it has a time that is none: {0:?}")]
    Time(String),
}

#[derive(Deserialize)]
struct Document {
    token: Body,
}

#[derive(Deserialize)]
struct Body {
    user: UserBody,
    #[serde(default)]
    project: Option<ProjectBody>,
    #[serde(default)]
    domain: Option<NamedBody>,
    #[serde(default)]
    system: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    roles: Vec<NamedBody>,
    // The Open Telekom Cloud's have none.
    #[serde(default)]
    audit_ids: Vec<String>,
    issued_at: String,
    expires_at: String,
    #[serde(default)]
    catalog: Vec<CatalogService>,
}

#[derive(Deserialize)]
struct UserBody {
    id: String,
    name: String,
    domain: NamedBody,
}

#[derive(Deserialize)]
struct ProjectBody {
    id: String,
    name: String,
    domain: NamedBody,
}

#[derive(Deserialize)]
struct NamedBody {
    id: String,
    name: String,
}

impl From<NamedBody> for Named {
    fn from(body: NamedBody) -> Self {
        Self {
            id: body.id,
            name: body.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SeenToken, TokenBodyError};
    use crate::config::ServiceInterface;
    use crate::domain::TokenScope;

    const HEAD: &str = r#"{"token": {"methods": ["password"], "user": {"id": "u", "name": "ada", "domain": {"id": "default", "name": "Default"}, "password_expires_at": null}, "issued_at": "2026-01-01T12:00:00.000000Z", "expires_at": "2026-01-02T12:00:00.000000Z""#;

    fn parse(rest: &str) -> Result<SeenToken, TokenBodyError> {
        SeenToken::parse(format!("{HEAD}{rest}}}}}").as_bytes())
    }

    #[test]
    fn scopes() {
        let project = r#", "audit_ids": ["a", "b"], "project": {"id": "p", "name": "demo", "domain": {"id": "d", "name": "D"}}, "is_domain": false, "roles": [{"id": "1", "name": "member"}, {"id": "2", "name": "admin"}]"#;
        let token = parse(project).unwrap();
        assert_eq!(token.project_id(), Some("p"));
        assert_eq!(token.audit_ids, ["a", "b"]);
        assert_eq!(token.expires_at.to_string(), "2026-01-02T12:00:00Z");
        let unscoped = parse("").unwrap();
        assert_eq!(unscoped.scope, TokenScope::Unscoped);
        let system = parse(r#", "system": {"all": true}"#).unwrap();
        assert_eq!(system.scope, TokenScope::System);
        let domain = parse(r#", "domain": {"id": "d", "name": "D"}"#).unwrap();
        assert!(matches!(domain.scope, TokenScope::Domain(named) if named.id == "d"));
    }

    #[test]
    fn the_catalogue_tells_where_a_service_is() {
        let token = parse(
            r#", "catalog": [{"type": "image", "id": "i", "name": "glance", "endpoints": [{"id": "1", "interface": "admin", "region_id": "A", "region": "A", "url": "http://a"}, {"id": "2", "interface": "public", "region": "A", "url": "http://b"}, {"id": "3", "interface": "public", "region_id": "B", "url": "http://c"}]}]"#,
        )
        .unwrap();
        let public = |kind, region| token.url(kind, region, ServiceInterface::Public);
        assert_eq!(public("image", None), Some("http://b"));
        assert_eq!(public("image", Some("B")), Some("http://c"));
        assert_eq!(public("image", Some("C")), None);
        assert_eq!(public("compute", None), None);
        let admin = |region| token.url("image", region, ServiceInterface::Admin);
        assert_eq!(admin(Some("A")), Some("http://a"));
        assert_eq!(admin(Some("B")), None);
    }

    #[test]
    fn other_bodies_are_none() {
        assert!(SeenToken::parse(b"<html>").is_err());
        assert!(SeenToken::parse(br#"{"token": {}}"#).is_err());
        let broken = HEAD.replace("2026-01-02T", "tomorrow");
        let error = SeenToken::parse(format!("{broken}}}}}").as_bytes()).unwrap_err();
        assert!(error.to_string().contains("tomorrow"), "{error}");
    }
}
