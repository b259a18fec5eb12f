//! What v3 shows of tokens, users, projects and the rest.

use super::super::catalog::{self, Catalog, Service, ServiceView};
use super::call::Call;
use crate::domain::{IdentityDomain, Named, Project, Timestamp, Token, TokenScope, User};
use crate::http::escape::quote;
use crate::service::identity::roles;
use serde::Serialize;
use std::borrow::Cow;

/// An object that holds nothing.
#[derive(Debug, Serialize)]
struct Nothing {}

/// A token.
#[derive(Debug, Serialize)]
pub struct TokenView<'a> {
    methods: &'a [String],
    user: TokenUserView<'a>,
    audit_ids: Vec<&'a str>,
    expires_at: String,
    issued_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<TokenProjectView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_domain: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<NamedView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<EverythingView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<RoleView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog: Option<Vec<ServiceView>>,
}

#[derive(Debug, Serialize)]
struct TokenUserView<'a> {
    domain: NamedView<'a>,
    id: &'a str,
    name: &'a str,
    password_expires_at: (),
}

#[derive(Debug, Serialize)]
struct TokenProjectView<'a> {
    domain: NamedView<'a>,
    id: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct NamedView<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct RoleView {
    id: String,
    name: String,
}

/// The scope `system`.
#[derive(Debug, Serialize)]
pub struct EverythingView {
    all: bool,
}

impl EverythingView {
    /// The only one there is.
    pub const ALL: Self = Self { all: true };
}

impl<'a> TokenView<'a> {
    /// Shows a token; the catalogue only on demand, and only with a scope.
    pub fn new(call: &Call<'_>, token: &'a Token, with_catalog: bool) -> Self {
        let scoped = token.scope != TokenScope::Unscoped;
        let (mut project, mut domain, mut system) = (None, None, None);
        match &token.scope {
            TokenScope::Unscoped => {}
            TokenScope::Project {
                project: scope,
                domain,
            } => {
                project = Some(TokenProjectView {
                    domain: NamedView::new(domain),
                    id: &scope.id,
                    name: &scope.name,
                });
            }
            TokenScope::Domain(scope) => domain = Some(NamedView::new(scope)),
            TokenScope::System => system = Some(EverythingView::ALL),
        }
        Self {
            methods: &token.methods,
            user: TokenUserView {
                domain: NamedView::new(&token.user.domain),
                id: &token.user.id,
                name: &token.user.name,
                password_expires_at: (),
            },
            audit_ids: token.audit_ids(),
            expires_at: time(call.app.identity.end_of(token)),
            issued_at: time(token.issued_at),
            is_domain: project.is_some().then_some(false),
            project,
            domain,
            system,
            roles: scoped.then(|| role_views(&token.roles)),
            catalog: (scoped && with_catalog)
                .then(|| catalog::v3(&call.catalog(), token.project_id())),
        }
    }
}

fn role_views(granted: &[String]) -> Vec<RoleView> {
    roles::with_implied(granted)
        .into_iter()
        .map(|name| RoleView {
            id: role_id(&name),
            name,
        })
        .collect()
}

/// The id of a role, which fixtures know only by name.
pub fn role_id(name: &str) -> String {
    catalog::stable_id(&format!("role/{name}"))
}

/// Keystone keeps whole seconds and writes six digits behind them all the same.
fn time(time: Timestamp) -> String {
    format!("{}.000000Z", time.to_string().trim_end_matches('Z'))
}

impl<'a> NamedView<'a> {
    fn new(named: &'a Named) -> Self {
        Self {
            id: &named.id,
            name: &named.name,
        }
    }
}

/// Where a resource is.
#[derive(Debug, Serialize)]
pub struct Links {
    #[serde(rename = "self")]
    this: String,
}

impl Links {
    /// A link to a resource of v3.
    pub fn to(call: &Call<'_>, path: &str) -> Self {
        Self {
            this: call.link(path),
        }
    }
}

/// A project.
#[derive(Debug, Serialize)]
pub struct ProjectView<'a> {
    id: &'a str,
    name: &'a str,
    domain_id: &'a str,
    description: &'a str,
    enabled: bool,
    parent_id: &'a str,
    is_domain: bool,
    tags: [(); 0],
    options: Nothing,
    links: Links,
}

impl<'a> ProjectView<'a> {
    /// Shows a project.
    pub fn new(call: &Call<'_>, project: &'a Project) -> Self {
        Self {
            id: &project.id,
            name: &project.name,
            domain_id: &project.domain_id,
            description: &project.description,
            enabled: project.enabled,
            parent_id: &project.domain_id,
            is_domain: false,
            tags: [],
            options: Nothing {},
            links: Links::to(call, &format!("projects/{}", quote(&project.id))),
        }
    }
}

/// A domain.
#[derive(Debug, Serialize)]
pub struct DomainView<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    enabled: bool,
    tags: [(); 0],
    options: Nothing,
    links: Links,
}

impl<'a> DomainView<'a> {
    /// Shows a domain.
    pub fn new(call: &Call<'_>, domain: &'a IdentityDomain) -> Self {
        Self {
            id: &domain.id,
            name: &domain.name,
            description: &domain.description,
            enabled: domain.enabled,
            tags: [],
            options: Nothing {},
            links: Links::to(call, &format!("domains/{}", quote(&domain.id))),
        }
    }
}

/// A user.
#[derive(Debug, Serialize)]
pub struct UserView<'a> {
    id: &'a str,
    name: &'a str,
    domain_id: &'a str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_project_id: Option<&'a str>,
    password_expires_at: (),
    options: Nothing,
    links: Links,
}

impl<'a> UserView<'a> {
    /// Shows a user.
    pub fn new(call: &Call<'_>, user: &'a User) -> Self {
        Self {
            id: &user.id,
            name: &user.name,
            domain_id: &user.domain_id,
            enabled: user.enabled,
            default_project_id: user.default_project.as_deref(),
            password_expires_at: (),
            options: Nothing {},
            links: Links::to(call, &format!("users/{}", quote(&user.id))),
        }
    }
}

/// A role, by itself.
#[derive(Debug, Serialize)]
pub struct RoleDetail<'a> {
    id: String,
    name: &'a str,
    domain_id: (),
    description: (),
    options: RoleOptions,
    links: Links,
}

/// What Keystone says of roles of its own.
#[derive(Debug, Serialize)]
struct RoleOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    immutable: Option<bool>,
}

impl<'a> RoleDetail<'a> {
    /// Shows a role.
    pub fn new(call: &Call<'_>, name: &'a str) -> Self {
        let id = role_id(name);
        Self {
            name,
            domain_id: (),
            description: (),
            options: RoleOptions {
                immutable: roles::is_own(name).then_some(true),
            },
            links: Links::to(call, &format!("roles/{id}")),
            id,
        }
    }
}

/// A service, by itself.
#[derive(Debug, Serialize)]
pub struct ServiceDetail {
    id: String,
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    name: Cow<'static, str>,
    enabled: bool,
    links: Links,
}

impl ServiceDetail {
    /// Shows a service.
    pub fn new(call: &Call<'_>, service: &Service) -> Self {
        let id = service.id();
        Self {
            kind: service.kind.clone(),
            name: service.name.clone(),
            enabled: true,
            links: Links::to(call, &format!("services/{id}")),
            id,
        }
    }
}

/// An endpoint, by itself.
#[derive(Debug, Serialize)]
pub struct EndpointDetail {
    id: String,
    interface: &'static str,
    region_id: String,
    service_id: String,
    url: String,
    enabled: bool,
    region: String,
    links: Links,
}

impl EndpointDetail {
    /// Shows an endpoint, with the place of the project left open.
    pub fn new(
        call: &Call<'_>,
        catalog: &Catalog,
        service: &Service,
        interface: &'static str,
    ) -> Self {
        let id = service.endpoint_id(interface);
        Self {
            interface,
            region_id: catalog.region.clone(),
            service_id: service.id(),
            url: catalog.template(service, catalog::Api::V3),
            enabled: true,
            region: catalog.region.clone(),
            links: Links::to(call, &format!("endpoints/{id}")),
            id,
        }
    }
}

/// The region.
#[derive(Debug, Serialize)]
pub struct RegionView {
    id: String,
    description: &'static str,
    parent_region_id: (),
    links: Links,
}

impl RegionView {
    /// Shows the only one.
    pub fn new(call: &Call<'_>) -> Self {
        let region = call.catalog().region;
        Self {
            links: Links::to(call, &format!("regions/{}", quote(&region))),
            id: region,
            description: "",
            parent_region_id: (),
        }
    }
}
