//! The Open Telekom Cloud.

use super::v21::V21;
use super::{Bodies, Dialect, NextQuery, ProjectIds, ProjectInLinks, Routes, documents};
use crate::config::Microversion;
use crate::service::{Filters, ImageRules};

/// The Open Telekom Cloud's v2.1.
pub const OTC_V21: Dialect = Dialect {
    max_microversion: Microversion::v2(60),
    routes: Routes::V21(ProjectIds::Any),
    project_in_links: ProjectInLinks::Always,
    rules: ImageRules {
        filters: Filters::ListedButStatus,
        ..ImageRules::GLANCE_V2_FOR_USERS
    },
    next_query: NextQuery::SortedAsUsed,
    refuses_large_limit: true,
    resolves_dots: false,
    escapes_links: true,
    project_is_document: true,
    exact: false,
    ..V21
};

/// The Open Telekom Cloud's v2.
pub const OTC_V2: Dialect = Dialect {
    document: &documents::OTC_V2,
    microversions: false,
    bodies: Bodies::V21 {
        others_allowed: true,
    },
    ..OTC_V21
};
