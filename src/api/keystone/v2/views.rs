//! What v2.0 shows. The JSON is derived; the XML of each view is in `xml.rs`.

use super::super::catalog::{self, Api, Catalog, Service};
use crate::domain::{Project, Timestamp, Token, TokenScope};
use crate::http::StatusCode;
use serde::Serialize;
use std::borrow::Cow;

/// A list of links that is always empty: there are no further pages.
pub type NoLinks = [(); 0];

/// The answer to a sign-in.
#[derive(Debug, Serialize)]
pub struct Access {
    pub access: AccessView,
}

#[derive(Debug, Serialize)]
pub struct AccessView {
    pub token: TokenView,
    #[serde(rename = "serviceCatalog")]
    pub service_catalog: Vec<ServiceView>,
    pub user: UserView,
    pub metadata: MetadataView,
}

#[derive(Debug, Serialize)]
pub struct TokenView {
    pub issued_at: String,
    pub expires: String,
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantView>,
    pub audit_ids: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct ServiceView {
    pub endpoints: Vec<EndpointView>,
    pub endpoints_links: NoLinks,
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    pub name: Cow<'static, str>,
}

#[derive(Debug, Serialize)]
pub struct EndpointView {
    pub region: String,
    #[serde(rename = "publicURL")]
    pub public_url: String,
    #[serde(rename = "internalURL", skip_serializing_if = "Option::is_none")]
    pub internal_url: Option<String>,
    #[serde(rename = "adminURL", skip_serializing_if = "Option::is_none")]
    pub admin_url: Option<String>,
    pub id: String,
}

#[derive(Debug, Serialize)]
pub struct UserView {
    pub username: String,
    pub roles_links: NoLinks,
    pub id: String,
    pub roles: Vec<RoleView>,
    pub name: String,
}

#[derive(Debug, Serialize)]
pub struct RoleView {
    pub name: String,
}

#[derive(Debug, Serialize)]
pub struct MetadataView {
    pub is_admin: u8,
    pub roles: Vec<String>,
}

impl Access {
    /// Shows a token.
    pub fn new(
        text: &str,
        token: &Token,
        expires: Timestamp,
        tenant: Option<TenantView>,
        catalog: &Catalog,
    ) -> Self {
        let is_scoped = token.scope != TokenScope::Unscoped;
        let project_id = token.project_id();
        let services = catalog.services.iter().filter(|_| is_scoped);
        let role_id = |role: &String| catalog::stable_id(&format!("role/{role}"));
        Self {
            access: AccessView {
                token: TokenView {
                    issued_at: with_microseconds(token.issued_at),
                    expires: expires.to_string(),
                    id: text.to_owned(),
                    tenant,
                    audit_ids: token.audit_ids().into_iter().map(str::to_owned).collect(),
                },
                service_catalog: services
                    .filter_map(|service| ServiceView::new(service, catalog, project_id))
                    .collect(),
                user: UserView {
                    username: token.user.name.clone(),
                    roles_links: [],
                    id: token.user.id.clone(),
                    roles: token
                        .roles
                        .iter()
                        .map(|role| RoleView { name: role.clone() })
                        .collect(),
                    name: token.user.name.clone(),
                },
                metadata: MetadataView {
                    is_admin: 0,
                    roles: token.roles.iter().map(role_id).collect(),
                },
            },
        }
    }
}

impl ServiceView {
    fn new(service: &Service, catalog: &Catalog, project_id: Option<&str>) -> Option<Self> {
        Some(Self {
            endpoints: vec![EndpointView::new(service, catalog, project_id)?],
            endpoints_links: [],
            kind: service.kind.clone(),
            name: service.name.clone(),
        })
    }
}

impl EndpointView {
    fn new(service: &Service, catalog: &Catalog, project_id: Option<&str>) -> Option<Self> {
        let url = catalog.url(service, Api::V2, project_id)?;
        Some(Self {
            region: catalog.region.clone(),
            public_url: url.clone(),
            internal_url: Some(url.clone()),
            admin_url: Some(url),
            id: service.endpoint_id("public"),
        })
    }
}

/// A project.
#[derive(Debug, Serialize)]
pub struct TenantView {
    pub description: String,
    pub enabled: bool,
    pub id: String,
    pub name: String,
}

impl TenantView {
    /// Shows a project of the directory.
    pub fn of(project: &Project) -> Self {
        Self {
            description: project.description.clone(),
            enabled: project.enabled,
            id: project.id.clone(),
            name: project.name.clone(),
        }
    }

    /// Shows a project that only a sign-in in open mode knows.
    pub fn unknown(id: &str, name: &str) -> Self {
        Self {
            description: String::new(),
            enabled: true,
            id: id.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// The list of tenants.
#[derive(Debug, Serialize)]
pub struct Tenants {
    pub tenants_links: NoLinks,
    pub tenants: Vec<TenantView>,
}

impl Tenants {
    pub fn new(tenants: Vec<TenantView>) -> Self {
        Self {
            tenants_links: [],
            tenants,
        }
    }
}

/// The endpoints of a token.
#[derive(Debug, Serialize)]
pub struct Endpoints {
    pub endpoints: Vec<EndpointDetail>,
    pub endpoints_links: NoLinks,
}

#[derive(Debug, Serialize)]
pub struct EndpointDetail {
    pub name: Cow<'static, str>,
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    #[serde(flatten)]
    pub endpoint: EndpointView,
}

impl Endpoints {
    /// Shows the endpoints of a project's catalogue; without a project there are none.
    pub fn new(catalog: &Catalog, project_id: Option<&str>) -> Self {
        let services = catalog.services.iter().filter(|_| project_id.is_some());
        let details = services.filter_map(|service| {
            Some(EndpointDetail {
                name: service.name.clone(),
                kind: service.kind.clone(),
                endpoint: EndpointView::new(service, catalog, project_id)?,
            })
        });
        Self {
            endpoints: details.collect(),
            endpoints_links: [],
        }
    }
}

/// The extensions.
#[derive(Debug, Serialize)]
pub struct Extensions {
    pub extensions: ExtensionValues,
}

#[derive(Debug, Serialize)]
pub struct ExtensionValues {
    pub values: [(); 0],
}

impl Extensions {
    /// None of them is here.
    pub const NONE: Self = Self {
        extensions: ExtensionValues { values: [] },
    };
}

/// An error.
#[derive(Debug, Serialize)]
pub struct ErrorView {
    pub error: ErrorDetail,
}

#[derive(Debug, Serialize)]
pub struct ErrorDetail {
    pub message: String,
    pub code: u16,
    pub title: &'static str,
}

impl ErrorView {
    pub fn new(status: StatusCode, message: String) -> Self {
        Self {
            error: ErrorDetail {
                message,
                code: status.as_u16(),
                title: status.canonical_reason().unwrap_or_default(),
            },
        }
    }
}

/// The document of this version.
#[derive(Debug, Serialize)]
pub struct Version {
    pub version: VersionView,
}

/// The document of the root.
#[derive(Debug, Serialize)]
pub struct Versions {
    pub versions: VersionValues,
}

#[derive(Debug, Serialize)]
pub struct VersionValues {
    pub values: [VersionView; 2],
}

/// A version of the API.
#[derive(Debug, Serialize)]
pub struct VersionView {
    pub status: &'static str,
    pub updated: &'static str,
    #[serde(rename = "media-types")]
    pub media_types: [MediaType; 2],
    pub id: &'static str,
    pub links: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub struct MediaType {
    pub base: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Link {
    pub href: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    pub rel: &'static str,
}

impl VersionView {
    /// v2.0; its links never carry the prefix that the service is mounted under.
    pub fn v2(host: &str) -> Self {
        Self {
            status: "stable",
            updated: "2014-04-17T00:00:00Z",
            media_types: [
                MediaType {
                    base: "application/json",
                    kind: "application/vnd.openstack.identity-v2.0+json",
                },
                MediaType {
                    base: "application/xml",
                    kind: "application/vnd.openstack.identity-v2.0+xml",
                },
            ],
            id: "v2.0",
            links: vec![
                Link {
                    href: format!("{host}/v2.0/"),
                    kind: None,
                    rel: "self",
                },
                Link {
                    href: "http://docs.openstack.org/".to_owned(),
                    kind: Some("text/html"),
                    rel: "describedby",
                },
            ],
        }
    }

    fn v3(host: &str) -> Self {
        Self {
            status: "stable",
            updated: "2013-03-06T00:00:00Z",
            media_types: [
                MediaType {
                    base: "application/json",
                    kind: "application/vnd.openstack.identity-v3+json",
                },
                MediaType {
                    base: "application/xml",
                    kind: "application/vnd.openstack.identity-v3+xml",
                },
            ],
            id: "v3.0",
            links: vec![Link {
                href: format!("{host}/v3/"),
                kind: None,
                rel: "self",
            }],
        }
    }
}

impl Versions {
    /// What Keystone 2014.2 had.
    pub fn new(host: &str) -> Self {
        Self {
            versions: VersionValues {
                values: [VersionView::v3(host), VersionView::v2(host)],
            },
        }
    }
}

/// Keystone 2014.2 gave its database's fraction and left out the zone.
pub fn with_microseconds(time: Timestamp) -> String {
    let text = time.to_string();
    format!(
        "{}.{:06}",
        text.trim_end_matches('Z'),
        time.subsecond_micros()
    )
}
