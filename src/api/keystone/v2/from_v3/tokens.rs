//! `/v2.0/tokens`, of `/v3/auth/tokens`.

use super::super::auth_request::AuthRequest;
use super::super::body::Object;
use super::super::call::{Call, render};
use super::super::fault::Fault;
use super::super::views::{Endpoints, TenantView};
use super::asker::administrator;
use super::failed::fault;
use super::views::{access, endpoint_details};
use crate::domain::TokenScope;
use crate::http::{Reply, StatusCode};
use crate::service::identity::{DomainRef, Proof, Reference, WantedScope};
use crate::service::upstream::{KeystoneError, SeenToken, Upstream};

/// `POST /v2.0/tokens`: signs in.
pub async fn authenticate(
    call: &Call<'_>,
    cloud: &Upstream,
    body: &Object,
) -> Result<Reply, Fault> {
    let AuthRequest { proof, scope } = AuthRequest::parse(body)?;
    let proof = match proof {
        // v3 would miss it in the body.
        Proof::Password(_, None) => {
            return Err(Fault::Unauthorized("no password was given".to_owned()));
        }
        Proof::Password(user, password) => Proof::Password(in_domain(user, cloud), password),
        Proof::Token(id) => Proof::Token(id),
    };
    let wanted = match &scope {
        Ok(WantedScope::Project(project)) => {
            WantedScope::Project(in_domain(project.clone(), cloud))
        }
        Ok(_) | Err(_) => WantedScope::Unscoped,
    };
    let signed_in = cloud.keystone.sign_in(&proof, &wanted).await;
    let signed_in = signed_in.map_err(|error| fault(&error))?;
    // What is wrong with the scope is told only to who was recognised.
    scope?;
    document(call, cloud, &signed_in.text, &signed_in.token).await
}

/// `GET` and `HEAD /v2.0/tokens/ID`: what a token stands for; an administrator asks.
pub async fn validate(call: &Call<'_>, cloud: &Upstream, id: &str) -> Result<Reply, Fault> {
    let asker = administrator(call, cloud, "identity:validate_token").await?;
    let token = find(cloud, asker, id).await?;
    match call.parameter("belongsTo") {
        Some(tenant) if !tenant.is_empty() && token.project_id() != Some(tenant.as_str()) => {
            let why = format!("the token does not belong to {tenant}");
            Err(Fault::Unauthorized(why))
        }
        _ => document(call, cloud, id, &token).await,
    }
}

/// `DELETE /v2.0/tokens/ID`: ends that token; v3 ends those made from it, too, if it is the first.
pub async fn revoke(call: &Call<'_>, cloud: &Upstream, id: &str) -> Result<Reply, Fault> {
    let asker = administrator(call, cloud, "admin_required").await?;
    let revoked = cloud.keystone.revoke(asker, id).await;
    cloud.tokens.forget(id);
    match revoked {
        Ok(()) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Err(error) => Err(about(cloud, asker, id, &error)),
    }
}

/// `GET /v2.0/tokens/ID/endpoints`: what its catalogue has.
pub async fn endpoints(call: &Call<'_>, cloud: &Upstream, id: &str) -> Result<Reply, Fault> {
    let asker = administrator(call, cloud, "admin_required").await?;
    let token = find(cloud, asker, id).await?;
    let endpoints = match token.project_id() {
        Some(_) => endpoint_details(call, &token),
        None => Vec::new(),
    };
    let endpoints = Endpoints {
        endpoints,
        endpoints_links: [],
    };
    Ok(render(call.format(), StatusCode::OK, &endpoints))
}

async fn find(cloud: &Upstream, asker: &str, id: &str) -> Result<SeenToken, Fault> {
    let shown = cloud.keystone.show(asker, id).await;
    shown.map_err(|error| about(cloud, asker, id, &error))
}

/// What v3 says of a token that an administrator asks about.
fn about(cloud: &Upstream, asker: &str, id: &str, error: &KeystoneError) -> Fault {
    match error {
        KeystoneError::NotFound => Fault::NoToken(id.to_owned()),
        KeystoneError::Unauthorized => {
            // It was somebody's up to a minute ago.
            cloud.tokens.forget(asker);
            Fault::Unauthorized(format!("the real Keystone refused: {error}"))
        }
        KeystoneError::Forbidden => Fault::Forbidden {
            rule: "identity:validate_token",
            asker: "a user to whom the real Keystone forbids it".to_owned(),
        },
        error => fault(error),
    }
}

/// v2.0 names no domain; there is one for all.
fn in_domain(reference: Reference, cloud: &Upstream) -> Reference {
    match reference {
        Reference::Name(name, _) => Reference::Name(name, DomainRef::Id(cloud.domain.clone())),
        id @ Reference::Id(_) => id,
    }
}

async fn document(
    call: &Call<'_>,
    cloud: &Upstream,
    text: &str,
    token: &SeenToken,
) -> Result<Reply, Fault> {
    let tenant = tenant(cloud, text, token).await?;
    let access = access(call, text, token, tenant);
    Ok(render(call.format(), StatusCode::OK, &access))
}

/// The tenant of a token, with what a token of v3 does not tell of it. A token may read its own project,
/// unless somebody has other rules: then there is no description.
async fn tenant(
    cloud: &Upstream,
    text: &str,
    token: &SeenToken,
) -> Result<Option<TenantView>, Fault> {
    let TokenScope::Project { project, .. } = &token.scope else {
        return Ok(None);
    };
    match cloud.keystone.project(text, &project.id).await {
        Ok(project) => Ok(Some(TenantView::of(&project))),
        Err(KeystoneError::Forbidden | KeystoneError::NotFound | KeystoneError::Unauthorized) => {
            Ok(Some(TenantView::unknown(&project.id, &project.name)))
        }
        Err(error) => Err(fault(&error)),
    }
}
