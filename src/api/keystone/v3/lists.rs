//! What a signed-in client reads: its own catalogue, projects and domains, and the lists that are
//! an administrator's.

use super::super::catalog::{self, INTERFACES, ServiceView};
use super::call::{Call, json};
use super::fault::Fault;
use super::kind::Kind;
use super::list_query;
use super::views::{
    DomainView, EndpointDetail, EverythingView, Links, ProjectView, RegionView, RoleDetail,
    ServiceDetail, UserView,
};
use crate::domain::{Target, Token, TokenScope};
use crate::http::escape::quote;
use crate::http::{Reply, StatusCode};
use crate::service::identity::roles;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct ListLinks {
    next: (),
    #[serde(rename = "self")]
    this: String,
    previous: (),
}

#[derive(Serialize)]
struct CatalogBody {
    catalog: Vec<ServiceView>,
    links: Links,
}

#[derive(Serialize)]
struct SystemBody {
    system: Vec<EverythingView>,
    links: Links,
}

/// `GET /v3/auth/catalog`: the catalogue of a token with a project.
pub fn auth_catalog(call: &Call<'_>) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    let project_id = asker.token.project_id();
    if project_id.is_none() {
        return Err(Fault::forbidden(None, &asker.token));
    }
    let body = CatalogBody {
        catalog: catalog::v3(&call.catalog(), project_id),
        links: Links::to(call, "auth/catalog"),
    };
    json(StatusCode::OK, &body)
}

/// `GET /v3/auth/projects`: where the user has a role.
pub fn auth_projects(call: &Call<'_>) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    projects_of(call, &asker.token.user.id, "auth/projects", &[])
}

/// `GET /v3/auth/domains`: the domains on which the user has a role.
pub fn auth_domains(call: &Call<'_>) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    let directory = call.app.identity.directory();
    let user = directory.user(&asker.token.user.id);
    let domains = directory.domains.iter().filter(|domain| {
        user.is_some_and(|user| {
            let mut grants = user.grants.iter();
            grants.any(|grant| matches!(&grant.target, Target::Domain(id) if *id == domain.id))
        })
    });
    let views = domains.map(|domain| value(&DomainView::new(call, domain)));
    list(call, "domains", "auth/domains", views.collect())
}

/// `GET /v3/auth/system`: whether the user has a role on the deployment.
pub fn auth_system(call: &Call<'_>) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    let directory = call.app.identity.directory();
    let user = directory.user(&asker.token.user.id);
    let has_role = user.is_some_and(|user| {
        let mut grants = user.grants.iter();
        grants.any(|grant| grant.target == Target::System)
    });
    let body = SystemBody {
        system: has_role
            .then_some(EverythingView::ALL)
            .into_iter()
            .collect(),
        links: Links::to(call, "auth/system"),
    };
    json(StatusCode::OK, &body)
}

/// `GET /v3/users/ID/projects`: one's own, or anyone's for an administrator.
pub fn user_projects(call: &Call<'_>, user_id: &str) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    if !asker.token.is_admin() && asker.token.user.id != user_id {
        return Err(Fault::forbidden(Some("list_user_projects"), &asker.token));
    }
    // Only the deployment's own administrator is told who is not there (Keystone 30).
    let is_known = call.app.identity.directory().user(user_id).is_some();
    if asker.token.scope == TokenScope::System && !is_known {
        return Err(Fault::could_not_find("user", user_id));
    }
    let path = format!("users/{}/projects", quote(user_id));
    projects_of(call, user_id, &path, &["name", "domain_id", "enabled"])
}

/// `GET /v3/KIND`.
pub fn index(call: &Call<'_>, kind: Kind) -> Result<Reply, Fault> {
    let words = kind.words();
    // Keystone 30: the schema of this one query stands in front of the token.
    if kind == Kind::Regions {
        list_query::check(call, kind)?;
    }
    let asker = call.asker()?;
    list_query::check(call, kind)?;
    if !may_list(&asker.token, kind) {
        // Who signs in to the Open Telekom Cloud looks for its projects here.
        if kind == Kind::Projects && call.site.offer.means_own_projects {
            return projects_of(call, &asker.token.user.id, words.list, words.filters);
        }
        return Err(Fault::forbidden(Some(words.list_rule), &asker.token));
    }
    let mut views = all(call, kind);
    if let TokenScope::Domain(domain) = &asker.token.scope {
        let key = match kind {
            Kind::Domains => Some("id"),
            Kind::Projects | Kind::Users => Some("domain_id"),
            _ => None,
        };
        views.retain(|view| key.is_none_or(|key| view[key] == *domain.id));
    }
    list_query::filter(call, &mut views, words.filters);
    if kind == Kind::Users {
        list_query::filter_users(call, &mut views)?;
    }
    list(call, words.list, words.list, views)
}

/// Keystone's default policy: regions are nobody's secret, the catalogue's parts are not a domain's.
fn may_list(token: &Token, kind: Kind) -> bool {
    let in_domain = matches!(token.scope, TokenScope::Domain(_));
    match kind {
        Kind::Regions => true,
        Kind::Services | Kind::Endpoints => token.is_admin() && !in_domain,
        _ => token.is_admin(),
    }
}

/// `GET /v3/KIND/ID`.
pub fn show(call: &Call<'_>, kind: Kind, id: &str) -> Result<Reply, Fault> {
    let asker = call.asker()?;
    let words = kind.words();
    let found = all(call, kind).into_iter().find(|view| view["id"] == *id);
    // A role is looked up before anybody asks who may see it (Keystone 30).
    let shows_missing = kind == Kind::Roles && found.is_none();
    if !shows_missing && !may_show(call, &asker.token, kind, id) {
        return Err(Fault::forbidden(Some(words.show_rule), &asker.token));
    }
    let view = found.ok_or_else(|| Fault::could_not_find(words.one, id))?;
    let body: serde_json::Map<_, _> = [(words.one.to_owned(), view)].into_iter().collect();
    json(StatusCode::OK, &body)
}

/// Whether the caller may look at one thing, be it there or not.
fn may_show(call: &Call<'_>, token: &Token, kind: Kind, id: &str) -> bool {
    let own = match (kind, &token.scope) {
        (Kind::Regions, _) => true,
        (Kind::Users, _) => token.user.id == id,
        (Kind::Projects, TokenScope::Project { project, .. }) => project.id == id,
        (Kind::Domains, TokenScope::Project { domain, .. } | TokenScope::Domain(domain)) => {
            domain.id == id
        }
        // Whoever reads a domain reads its projects.
        (Kind::Projects, TokenScope::Domain(domain)) => {
            let directory = call.app.identity.directory();
            let project = directory.project(id);
            project.is_some_and(|project| project.domain_id == domain.id)
                && roles::with_implied(&token.roles).contains(&"reader".to_owned())
        }
        _ => false,
    };
    own || may_list(token, kind)
}

/// Everything of a kind.
fn all(call: &Call<'_>, kind: Kind) -> Vec<Value> {
    let directory = call.app.identity.directory();
    match kind {
        Kind::Projects => {
            let projects = directory.projects.iter();
            projects
                .map(|project| value(&ProjectView::new(call, project)))
                .collect()
        }
        Kind::Users => {
            let users = directory.users.iter();
            users
                .map(|user| value(&UserView::new(call, user)))
                .collect()
        }
        Kind::Domains => {
            let domains = directory.domains.iter();
            domains
                .map(|domain| value(&DomainView::new(call, domain)))
                .collect()
        }
        Kind::Roles => {
            let roles = roles::all(&directory);
            roles
                .iter()
                .map(|role| value(&RoleDetail::new(call, role)))
                .collect()
        }
        Kind::Services => {
            let services = call.catalog().services;
            let services = services.iter();
            services
                .map(|service| value(&ServiceDetail::new(call, service)))
                .collect()
        }
        Kind::Endpoints => {
            let catalog = call.catalog();
            let services = catalog.services.iter();
            services
                .flat_map(|service| INTERFACES.map(|interface| (service, interface)))
                .map(|(service, interface)| {
                    value(&EndpointDetail::new(call, &catalog, service, interface))
                })
                .collect()
        }
        Kind::Regions => vec![value(&RegionView::new(call))],
    }
}

fn projects_of(
    call: &Call<'_>,
    user_id: &str,
    path: &str,
    filters: &[&str],
) -> Result<Reply, Fault> {
    let accounts = call.app.identity.accounts();
    let projects = accounts.projects_of(user_id).into_iter();
    let mut views = projects
        .map(|project| value(&ProjectView::new(call, project)))
        .collect();
    list_query::filter(call, &mut views, filters);
    list(call, "projects", path, views)
}

/// A list; its link to itself has the query as it came.
fn list(call: &Call<'_>, key: &str, path: &str, views: Vec<Value>) -> Result<Reply, Fault> {
    let mut this = call.link(path);
    if !call.head.raw_query().is_empty() {
        this.push('?');
        this.push_str(call.head.raw_query());
    }
    let links = ListLinks {
        next: (),
        this,
        previous: (),
    };
    let body: serde_json::Map<_, _> = [
        (key.to_owned(), Value::Array(views)),
        ("links".to_owned(), value(&links)),
    ]
    .into_iter()
    .collect();
    json(StatusCode::OK, &body)
}

fn value(view: &impl Serialize) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}
