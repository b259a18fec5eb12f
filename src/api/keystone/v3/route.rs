//! What a path of v3 leads to.

use super::super::names;
use super::kind::Kind;
use crate::domain::Operation;
use crate::http::Method;

/// A resource, whatever the method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Root,
    /// `/v3`
    Version,
    /// `/v3/auth/tokens`
    Tokens,
    /// `/v3/auth/catalog`
    Catalog,
    /// `/v3/auth/projects`
    Projects,
    /// `/v3/auth/domains`
    Domains,
    /// `/v3/auth/system`
    System,
    /// `/v3/{kind}`
    List(Kind),
    /// `/v3/{kind}/{id}`
    Show(Kind, String),
    /// `/v3/users/{id}/projects`
    UserProjects(String),
}

impl Route {
    /// By the parts of a path, the version among them.
    pub fn of(parts: &[&str]) -> Option<Self> {
        match parts {
            [] => Some(Self::Root),
            ["v3"] => Some(Self::Version),
            ["v3", "auth", "tokens"] => Some(Self::Tokens),
            ["v3", "auth", "catalog"] => Some(Self::Catalog),
            ["v3", "auth", "projects"] => Some(Self::Projects),
            ["v3", "auth", "domains"] => Some(Self::Domains),
            ["v3", "auth", "system"] => Some(Self::System),
            ["v3", "users", id, "projects"] => Some(Self::UserProjects((*id).to_owned())),
            ["v3", name] => Kind::named(name).map(Self::List),
            ["v3", name, id] => Kind::named(name).map(|kind| Self::Show(kind, (*id).to_owned())),
            _ => None,
        }
    }

    /// The methods that it has.
    pub fn allowed(&self) -> &'static [Method] {
        match self {
            Self::Tokens => &[
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::DELETE,
                Method::OPTIONS,
            ],
            _ => &[Method::GET, Method::HEAD, Method::OPTIONS],
        }
    }
}

/// The stable name of what a method does to a route, or to none.
pub fn name(route: Option<&Route>, method: &Method) -> Operation {
    match route {
        Some(route) if route.allowed().contains(method) => match route {
            Route::Root => names::VERSIONS,
            Route::Version => names::VERSION,
            Route::Tokens => match *method {
                Method::POST => names::TOKEN_CREATE,
                Method::DELETE => names::TOKEN_DELETE,
                _ => names::TOKEN_SHOW,
            },
            Route::Catalog => names::AUTH_CATALOG,
            Route::Projects => names::AUTH_PROJECTS,
            Route::Domains => names::AUTH_DOMAINS,
            Route::System => names::AUTH_SYSTEM,
            Route::List(kind) => kind.words().operations[0],
            Route::Show(kind, _) => kind.words().operations[1],
            Route::UserProjects(_) => names::USER_PROJECTS,
        },
        _ => names::UNROUTED,
    }
}

/// The names of the lists, and of what is on them.
pub fn kinds() -> impl Iterator<Item = Operation> {
    Kind::ALL
        .into_iter()
        .flat_map(|kind| kind.words().operations)
}
