//! The names of Keystone's operations: what both APIs can do has one name.

use crate::domain::Operation;

/// `GET /`
pub const VERSIONS: Operation = Operation::named("keystone.versions.list");
/// `GET /v2.0`, `GET /v3`
pub const VERSION: Operation = Operation::named("keystone.versions.show");
/// `POST /v2.0/tokens`, `POST /v3/auth/tokens`
pub const TOKEN_CREATE: Operation = Operation::named("keystone.tokens.create");
/// `GET /v2.0/tokens/{id}`, `GET /v3/auth/tokens`
pub const TOKEN_SHOW: Operation = Operation::named("keystone.tokens.show");
/// `DELETE /v2.0/tokens/{id}`, `DELETE /v3/auth/tokens`
pub const TOKEN_DELETE: Operation = Operation::named("keystone.tokens.delete");
/// `GET /v2.0/tokens/{id}/endpoints`
pub const TOKEN_ENDPOINTS: Operation = Operation::named("keystone.tokens.endpoints");
/// `GET /v2.0/tenants`
pub const TENANTS: Operation = Operation::named("keystone.tenants.list");
/// `GET /v2.0/extensions`
pub const EXTENSIONS: Operation = Operation::named("keystone.extensions.list");
/// `GET /v3/auth/catalog`
pub const AUTH_CATALOG: Operation = Operation::named("keystone.auth.catalog");
/// `GET /v3/auth/projects`
pub const AUTH_PROJECTS: Operation = Operation::named("keystone.auth.projects");
/// `GET /v3/auth/domains`
pub const AUTH_DOMAINS: Operation = Operation::named("keystone.auth.domains");
/// `GET /v3/auth/system`
pub const AUTH_SYSTEM: Operation = Operation::named("keystone.auth.system");
/// `GET /v3/users/{id}/projects`
pub const USER_PROJECTS: Operation = Operation::named("keystone.users.projects");
/// No such path, or not by this method.
pub const UNROUTED: Operation = Operation::named("keystone.unrouted");

/// Those that change something.
pub const CHANGES: [Operation; 2] = [TOKEN_CREATE, TOKEN_DELETE];

/// All but those of the lists of v3.
pub const ALL: [Operation; 14] = [
    VERSIONS,
    VERSION,
    TOKEN_CREATE,
    TOKEN_SHOW,
    TOKEN_DELETE,
    TOKEN_ENDPOINTS,
    TENANTS,
    EXTENSIONS,
    AUTH_CATALOG,
    AUTH_PROJECTS,
    AUTH_DOMAINS,
    AUTH_SYSTEM,
    USER_PROJECTS,
    UNROUTED,
];
