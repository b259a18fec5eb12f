//! What v3 has lists of.

use crate::domain::Operation;

/// What there is a list of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Projects.
    Projects,
    /// Users.
    Users,
    /// Domains.
    Domains,
    /// Roles.
    Roles,
    /// Services.
    Services,
    /// Endpoints.
    Endpoints,
    /// Regions.
    Regions,
}

/// How a kind is called, and whose it is to see.
pub struct Words {
    /// Many of them.
    pub list: &'static str,
    /// One of them.
    pub one: &'static str,
    /// Policy's name of listing them.
    pub list_rule: &'static str,
    /// Policy's name of showing one.
    pub show_rule: &'static str,
    /// What the query may filter by.
    pub filters: &'static [&'static str],
    /// The names of both operations: the list, and one.
    pub operations: [Operation; 2],
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Projects,
        Self::Users,
        Self::Domains,
        Self::Roles,
        Self::Services,
        Self::Endpoints,
        Self::Regions,
    ];

    /// The kind of a path's part.
    pub fn named(part: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.words().list == part)
    }

    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::Projects => &PROJECTS,
            Self::Users => &USERS,
            Self::Domains => &DOMAINS,
            Self::Roles => &ROLES,
            Self::Services => &SERVICES,
            Self::Endpoints => &ENDPOINTS,
            Self::Regions => &REGIONS,
        }
    }
}

/// The operations on a kind: its list, and one of it.
const fn operations(list: &'static str, show: &'static str) -> [Operation; 2] {
    [Operation::named(list), Operation::named(show)]
}

const PROJECTS: Words = Words {
    list: "projects",
    one: "project",
    list_rule: "list_projects",
    show_rule: "get_project",
    filters: &["name", "domain_id", "enabled", "parent_id"],
    operations: operations("keystone.projects.list", "keystone.projects.show"),
};

const USERS: Words = Words {
    list: "users",
    one: "user",
    list_rule: "list_users",
    show_rule: "get_user",
    filters: &["name", "domain_id", "enabled"],
    operations: operations("keystone.users.list", "keystone.users.show"),
};

const DOMAINS: Words = Words {
    list: "domains",
    one: "domain",
    list_rule: "list_domains",
    show_rule: "get_domain",
    filters: &["name", "enabled"],
    operations: operations("keystone.domains.list", "keystone.domains.show"),
};

const ROLES: Words = Words {
    list: "roles",
    one: "role",
    list_rule: "list_roles",
    show_rule: "get_role",
    filters: &["name"],
    operations: operations("keystone.roles.list", "keystone.roles.show"),
};

const SERVICES: Words = Words {
    list: "services",
    one: "service",
    list_rule: "list_services",
    show_rule: "get_service",
    filters: &["name", "type"],
    operations: operations("keystone.services.list", "keystone.services.show"),
};

const ENDPOINTS: Words = Words {
    list: "endpoints",
    one: "endpoint",
    list_rule: "list_endpoints",
    show_rule: "get_endpoint",
    filters: &["interface", "service_id", "region_id"],
    operations: operations("keystone.endpoints.list", "keystone.endpoints.show"),
};

const REGIONS: Words = Words {
    list: "regions",
    one: "region",
    list_rule: "list_regions",
    show_rule: "get_region",
    filters: &["parent_region_id"],
    operations: operations("keystone.regions.list", "keystone.regions.show"),
};
