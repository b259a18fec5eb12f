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
    pub fn words(self) -> Words {
        let words =
            |list, one, list_rule, show_rule, filters, operations: [&'static str; 2]| Words {
                list,
                one,
                list_rule,
                show_rule,
                filters,
                operations: operations.map(Operation::named),
            };
        match self {
            Self::Projects => words(
                "projects",
                "project",
                "list_projects",
                "get_project",
                &["name", "domain_id", "enabled", "parent_id"],
                ["keystone.projects.list", "keystone.projects.show"],
            ),
            Self::Users => words(
                "users",
                "user",
                "list_users",
                "get_user",
                &["name", "domain_id", "enabled"],
                ["keystone.users.list", "keystone.users.show"],
            ),
            Self::Domains => words(
                "domains",
                "domain",
                "list_domains",
                "get_domain",
                &["name", "enabled"],
                ["keystone.domains.list", "keystone.domains.show"],
            ),
            Self::Roles => words(
                "roles",
                "role",
                "list_roles",
                "get_role",
                &["name"],
                ["keystone.roles.list", "keystone.roles.show"],
            ),
            Self::Services => words(
                "services",
                "service",
                "list_services",
                "get_service",
                &["name", "type"],
                ["keystone.services.list", "keystone.services.show"],
            ),
            Self::Endpoints => words(
                "endpoints",
                "endpoint",
                "list_endpoints",
                "get_endpoint",
                &["interface", "service_id", "region_id"],
                ["keystone.endpoints.list", "keystone.endpoints.show"],
            ),
            Self::Regions => words(
                "regions",
                "region",
                "list_regions",
                "get_region",
                &["parent_region_id"],
                ["keystone.regions.list", "keystone.regions.show"],
            ),
        }
    }
}
