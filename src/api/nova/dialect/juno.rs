//! Nova 2014.2 ("Juno"), exactly and for users.

use super::{
    Bodies, Dialect, Extensions, Formats, Internal, ListQuery, NextQuery, ProjectInLinks, Routes,
    Unauthorized, documents,
};
use crate::config::Microversion;
use crate::http::{Trust, webob};
use crate::service::ImageRules;

/// Nova 2014.2, with its XML.
pub const JUNO: Dialect = Dialect {
    document: &documents::JUNO,
    formats: Formats::JsonAndXml,
    routes: Routes::Juno,
    microversions: false,
    max_microversion: Microversion::OLDEST,
    rules: ImageRules::GLANCE_V1,
    list_query: ListQuery::GlanceV1,
    next_query: NextQuery::Raw,
    next_keeps_detail: false,
    caps_page_size: false,
    extensions: Extensions::Juno,
    bodies: Bodies::Juno,
    project_in_links: ProjectInLinks::Always,
    project_in_alternate: true,
    null_is_empty: false,
    ascii_keys_only: false,
    // WebOb's default, since the controller answers nothing.
    deleted_type: Some("text/html; charset=UTF-8"),
    trust: Trust::WebOb,
    webob: webob::Choice::Substring,
    body_too_large: "Request is too large.",
    unauthorized: Unauthorized::Juno,
    internal: Internal::Juno,
    answers_options: false,
    two_request_ids: false,
    redirects_version: true,
    document_needs_token: true,
    resolves_dots: false,
    escapes_links: false,
    project_is_document: false,
    admits_unscoped: false,
    checks_service_token: false,
    exact: true,
    refuses_large_limit: false,
};

/// Nova 2014.2 over its own fake image service.
pub const JUNO_OVER_FAKE: Dialect = Dialect {
    rules: ImageRules::NOVA_FAKE,
    ..JUNO
};

/// Nova 2014.2 for users: without the accidents.
pub const JUNO_FOR_USERS: Dialect = Dialect {
    document: &documents::JUNO_BESIDE_V21,
    rules: ImageRules::GLANCE_V1_FOR_USERS,
    next_query: NextQuery::Escaped,
    trust: Trust::Scheme,
    redirects_version: false,
    document_needs_token: false,
    escapes_links: true,
    checks_service_token: true,
    exact: false,
    ..JUNO
};
