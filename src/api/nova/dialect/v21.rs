//! Nova 34, exactly and for users.

use super::{
    Bodies, Dialect, Extensions, Formats, Internal, ListQuery, NextQuery, ProjectIds,
    ProjectInLinks, Routes, Unauthorized, documents,
};
use crate::config::Microversion;
use crate::http::{Trust, webob};
use crate::service::ImageRules;

/// Nova 34's API v2.1.
pub const V21: Dialect = Dialect {
    document: &documents::V21,
    formats: Formats::JsonOnly,
    routes: Routes::V21(ProjectIds::Hex),
    microversions: true,
    max_microversion: Microversion::NEWEST,
    rules: ImageRules::GLANCE_V2,
    list_query: ListQuery::GlanceV2,
    next_query: NextQuery::Sorted,
    next_keeps_detail: true,
    caps_page_size: true,
    extensions: Extensions::V21,
    bodies: Bodies::V21 {
        others_allowed: false,
    },
    project_in_links: ProjectInLinks::WhenInUrl,
    project_in_alternate: false,
    null_is_empty: true,
    ascii_keys_only: true,
    deleted_type: None,
    trust: Trust::Scheme,
    webob: webob::Choice::Offers,
    body_too_large: "Request is too large. Larger than max_request_body_size (%s).",
    unauthorized: Unauthorized::V21,
    internal: Internal::V21,
    answers_options: true,
    two_request_ids: true,
    redirects_version: false,
    document_needs_token: false,
    resolves_dots: true,
    escapes_links: false,
    project_is_document: false,
    admits_unscoped: true,
    checks_service_token: true,
    exact: true,
    refuses_large_limit: false,
};

/// Nova 34's API v2, which is v2.1 without microversions and with looser bodies.
pub const COMPAT: Dialect = Dialect {
    document: &documents::COMPAT,
    microversions: false,
    bodies: Bodies::V21 {
        others_allowed: true,
    },
    ..V21
};

/// Nova 34's API v2.1 for users: XML on request, any project id, no accidents.
pub const V21_FOR_USERS: Dialect = Dialect {
    formats: Formats::XmlOnRequest,
    routes: Routes::V21(ProjectIds::Any),
    max_microversion: Microversion::v2(35),
    rules: ImageRules::GLANCE_V2_FOR_USERS,
    next_query: NextQuery::SortedAsUsed,
    caps_page_size: false,
    ascii_keys_only: false,
    resolves_dots: false,
    escapes_links: true,
    project_is_document: true,
    exact: false,
    ..V21
};
