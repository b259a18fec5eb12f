//! What is asked of v2.0.

use super::super::names;
use crate::domain::Operation as Name;
use crate::http::Method;

/// An operation, with the id of the token that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GET /`, where there is no other version.
    Root,
    /// Whatever else is under no version.
    OutsideVersion,
    /// `/v2.0`, by any method.
    Version,
    /// `POST /v2.0/tokens`
    Authenticate,
    /// `GET`, `HEAD /v2.0/tokens/{id}`
    Validate(String),
    /// `DELETE /v2.0/tokens/{id}`
    Revoke(String),
    /// `GET /v2.0/tokens/{id}/endpoints`
    Endpoints(String),
    /// `GET /v2.0/tenants`
    Tenants,
    /// `GET /v2.0/extensions`
    Extensions,
    /// No such path, or not by this method.
    Unrouted,
}

impl Operation {
    /// By the method and the parts of the path behind the version.
    pub fn of(method: &Method, parts: &[&str]) -> Self {
        match (method, parts) {
            (_, []) => Self::Version,
            (&Method::POST, ["tokens"]) => Self::Authenticate,
            (&Method::GET | &Method::HEAD, ["tokens", id]) => Self::Validate((*id).to_owned()),
            (&Method::DELETE, ["tokens", id]) => Self::Revoke((*id).to_owned()),
            (&Method::GET, ["tokens", id, "endpoints"]) => Self::Endpoints((*id).to_owned()),
            (&Method::GET, ["tenants"]) => Self::Tenants,
            (&Method::GET, ["extensions"]) => Self::Extensions,
            _ => Self::Unrouted,
        }
    }

    /// By the parts of a path that begins with no version.
    pub fn of_root(parts: &[&str]) -> Self {
        match parts {
            [] => Self::Root,
            _ => Self::OutsideVersion,
        }
    }

    /// Its stable name.
    pub fn name(&self) -> Name {
        match self {
            Self::Root => names::VERSIONS,
            Self::Version => names::VERSION,
            Self::Authenticate => names::TOKEN_CREATE,
            Self::Validate(_) => names::TOKEN_SHOW,
            Self::Revoke(_) => names::TOKEN_DELETE,
            Self::Endpoints(_) => names::TOKEN_ENDPOINTS,
            Self::Tenants => names::TENANTS,
            Self::Extensions => names::EXTENSIONS,
            Self::OutsideVersion | Self::Unrouted => names::UNROUTED,
        }
    }
}
