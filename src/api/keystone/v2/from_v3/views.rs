//! Tokens and catalogues of v3 in the form of v2.0.

use super::super::super::behind::Behind;
use super::super::call::Call;
use super::super::views::{
    Access, AccessView, EndpointDetail, EndpointView, MetadataView, RoleView, ServiceView,
    TenantView, TokenView, UserView, with_microseconds,
};
use crate::http::escape::quote;
use crate::service::upstream::{CatalogEndpoint, CatalogService, SeenToken};

/// What a sign-in is answered with, and whoever asks about a token.
pub fn access(
    call: &Call<'_>,
    text: &str,
    token: &SeenToken,
    tenant: Option<TenantView>,
) -> Access {
    let roles = token.roles.iter();
    Access {
        access: AccessView {
            token: TokenView {
                issued_at: with_microseconds(token.issued_at),
                expires: token.expires_at.to_string(),
                id: text.to_owned(),
                tenant,
                audit_ids: token.audit_ids.clone(),
            },
            service_catalog: services(call, token),
            user: UserView {
                username: token.user.name.clone(),
                roles_links: [],
                id: token.user.id.clone(),
                roles: roles
                    .clone()
                    .map(|role| RoleView {
                        name: role.name.clone(),
                    })
                    .collect(),
                name: token.user.name.clone(),
            },
            metadata: MetadataView {
                is_admin: 0,
                roles: roles.map(|role| role.id.clone()).collect(),
            },
        },
    }
}

/// The endpoints of a token's catalogue, one after the other.
pub fn endpoint_details(call: &Call<'_>, token: &SeenToken) -> Vec<EndpointDetail> {
    let details = services(call, token).into_iter().flat_map(|service| {
        let ServiceView {
            endpoints,
            kind,
            name,
            ..
        } = service;
        endpoints.into_iter().map(move |endpoint| EndpointDetail {
            name: name.clone(),
            kind: kind.clone(),
            endpoint,
        })
    });
    details.collect()
}

/// The catalogue: what is at one service and region is one endpoint with three URLs. A service that is
/// nowhere is left out.
fn services(call: &Call<'_>, token: &SeenToken) -> Vec<ServiceView> {
    let services = token.catalog.iter().map(|service| ServiceView {
        endpoints: endpoints(call, token, service),
        endpoints_links: [],
        kind: service.kind.clone().into(),
        name: service.name.clone().into(),
    });
    services
        .filter(|service| !service.endpoints.is_empty())
        .collect()
}

fn endpoints(call: &Call<'_>, token: &SeenToken, service: &CatalogService) -> Vec<EndpointView> {
    let mut views: Vec<EndpointView> = Vec::new();
    for endpoint in &service.endpoints {
        let Some(url) = url(call, token, service, endpoint) else {
            continue;
        };
        let region = endpoint.region();
        let position = views.iter().position(|view| view.region == region);
        let position = position.unwrap_or_else(|| {
            // Keystone 2014.2: named after the first of them, and never without a public URL.
            views.push(EndpointView {
                region: region.to_owned(),
                public_url: String::new(),
                internal_url: None,
                admin_url: None,
                id: endpoint.id.clone(),
            });
            views.len() - 1
        });
        if let Some(view) = views.get_mut(position) {
            match endpoint.interface.as_str() {
                "public" => view.public_url = url,
                "internal" => view.internal_url = Some(url),
                "admin" => view.admin_url = Some(url),
                _ => {}
            }
        }
    }
    views
}

/// Where a service is. Keystone and Nova are here, in the versions that a client of v2.0 speaks: without
/// a project there is no such Nova.
fn url(
    call: &Call<'_>,
    token: &SeenToken,
    service: &CatalogService,
    endpoint: &CatalogEndpoint,
) -> Option<String> {
    let region = call.app.config.region.as_deref();
    let is_here = region.is_none_or(|region| region == endpoint.region());
    let services = call.site.services();
    match Behind::of(&service.kind).filter(|_| is_here) {
        None => Some(endpoint.url.clone()),
        Some(Behind::Identity) => Some(format!("{services}/v2.0")),
        Some(Behind::Compute) => {
            let project = quote(token.project_id()?);
            Some(format!("{services}/v2/{project}"))
        }
    }
}
