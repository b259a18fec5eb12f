//! `/v2.0/tokens`.

use super::auth_request::AuthRequest;
use super::body::Object;
use super::call::{Call, render};
use super::fault::Fault;
use super::views::{Access, Endpoints, TenantView};
use crate::domain::{Token, TokenScope};
use crate::http::{Reply, StatusCode};
use crate::service::Failure;
use crate::service::identity::{LiveToken, Reach, TokenForm};
use std::sync::Arc;

/// `POST /v2.0/tokens`: signs in.
pub fn authenticate(call: &Call<'_>, body: &Object) -> Result<Reply, Fault> {
    let AuthRequest { proof, scope } = AuthRequest::parse(body)?;
    let proofs = [proof];
    let identity = &call.app.identity;
    let scope = match scope {
        Ok(scope) => scope,
        Err(fault) => {
            identity.check(&proofs)?;
            return Err(fault);
        }
    };
    let issued = identity.sign_in(&proofs, &scope, TokenForm::Hex)?;
    Ok(document(call, &issued.text, &issued.live))
}

/// `GET` and `HEAD /v2.0/tokens/ID`: what a token stands for; an administrator asks.
pub fn validate(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    call.administrator("identity:validate_token")?;
    let live = find(call, id)?;
    match call.parameter("belongsTo") {
        Some(tenant) if !tenant.is_empty() && live.token.project_id() != Some(tenant.as_str()) => {
            let why = format!(
                "the token does not belong to {tenant}: it is of {}",
                live.token
            );
            Err(Fault::Unauthorized(why))
        }
        _ => Ok(document(call, id, &live)),
    }
}

/// `DELETE /v2.0/tokens/ID`: ends that token, and none that was made from it.
pub fn revoke(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    call.administrator("admin_required")?;
    find(call, id)?;
    match call.app.identity.revoke(id, Reach::Alone) {
        Ok(()) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Err(error) => Err(Fault::Internal(Failure::of(&error))),
    }
}

/// `GET /v2.0/tokens/ID/endpoints`: what its catalogue has. For an unscoped token that is nothing;
/// Keystone 2014.2 failed there.
pub fn endpoints(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    call.administrator("admin_required")?;
    let live = find(call, id)?;
    let endpoints = Endpoints::new(
        &call.site.catalog(&call.app.config),
        live.token.project_id(),
    );
    Ok(render(call.format(), StatusCode::OK, &endpoints))
}

fn find(call: &Call<'_>, id: &str) -> Result<Arc<LiveToken>, Fault> {
    call.app
        .identity
        .look_up(id, 0)
        .map_err(|_| Fault::NoToken(id.to_owned()))
}

fn document(call: &Call<'_>, text: &str, live: &LiveToken) -> Reply {
    let token = &live.token;
    let expires = call.app.identity.end_of(token);
    let tenant = tenant_of(call, token);
    let catalog = call.site.catalog(&call.app.config);
    let access = Access::new(text, token, expires, tenant, &catalog);
    render(call.format(), StatusCode::OK, &access)
}

/// The tenant of a token; in open mode it may be one that the directory does not know.
fn tenant_of(call: &Call<'_>, token: &Token) -> Option<TenantView> {
    let (id, name) = match &token.scope {
        TokenScope::Project { project, .. } => (&project.id, &project.name),
        _ => return None,
    };
    let directory = call.app.identity.directory();
    let known = directory.project(id);
    Some(known.map_or_else(|| TenantView::unknown(id, name), TenantView::of))
}
