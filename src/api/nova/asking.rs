//! The way of a request through one tree where a real cloud is behind it: as in `tree`, in the same
//! order, but who asks is told by Keystone, and images by Glance.

use super::call::{Call, token_of};
use super::fault::{Fault, Told};
use super::headers::X_SERVICE_TOKEN;
use super::images::metadata::remote as metadata;
use super::images::{self, remote as image, remote_list as list};
use super::operation::{Operation, Route};
use super::remote::Remote;
use super::tree::{self, Prepared};
use crate::http::Reply;
use crate::service::upstream::{KnownToken, Upstream};
use crate::service::why;
use std::error::Error;
use std::sync::Arc;

/// Answers a request.
pub async fn answer(
    call: &mut Call<'_>,
    upstream: &Arc<Upstream>,
    route: Option<&Route>,
) -> Result<Reply, Fault> {
    if let Some(reply) = tree::enter(call)? {
        return Ok(reply);
    }
    if tree::needs_caller(call, route) {
        if upstream.stands_in() {
            stand_in(call, upstream, route).await?;
        } else {
            let known = sign_in(call, upstream).await?;
            let known = known.ok_or(Told::Unauthorized)?;
            call.caller = known.caller();
            call.image_url.clone_from(&known.image_url);
        }
    }
    let (operation, body) = match tree::prepare(call, route)? {
        Prepared::Answered(reply) => return Ok(reply),
        Prepared::Operation(operation, body) => (operation, body),
    };
    let remote = || Remote::of(call, upstream);
    match operation {
        Operation::Images(images::Operation::Index) => list::index(call, remote()?).await,
        Operation::Images(images::Operation::Detail) => list::detail(call, remote()?).await,
        Operation::Images(images::Operation::Show(id)) => image::show(call, &remote()?, id).await,
        Operation::Images(images::Operation::Delete(id)) => {
            image::delete(call, &remote()?, id).await
        }
        Operation::Metadata(operation) => {
            metadata::answer(call, &remote()?, operation, &body).await
        }
        Operation::Images(images::Operation::Create)
        | Operation::Discovery(_)
        | Operation::NoSuchAction
        | Operation::RefusedAction => tree::carry_out(call, operation, &body),
    }
}

/// Takes whoever may ask for this server itself, in the project that the URL names.
async fn stand_in(
    call: &mut Call<'_>,
    upstream: &Upstream,
    route: Option<&Route>,
) -> Result<(), Fault> {
    if !call.shows_client_secret() {
        let why = "the client shows neither its secret nor a token that it got here with it";
        return Err(Fault::from(Told::Unauthorized).because(why));
    }
    let own = upstream.own_token().await;
    let Some(own) = own.map_err(|error| identity_down(&*error))? else {
        return Ok(());
    };
    call.caller = own.caller.clone();
    if let Some(project) = route.and_then(|route| route.project.clone()) {
        call.caller.project_id = Some(project);
    }
    call.image_url.clone_from(&own.image_url);
    Ok(())
}

/// Finds out who asks; nobody when there is no good token.
async fn sign_in(call: &Call<'_>, upstream: &Upstream) -> Result<Option<Arc<KnownToken>>, Fault> {
    let service_token = call.head.header(&X_SERVICE_TOKEN);
    if let Some(token) = service_token.filter(|_| call.dialect.checks_service_token) {
        let known = known(upstream, token).await?;
        if !known.is_some_and(|known| known.caller().has_any(&["service"])) {
            return Ok(None);
        }
    }
    let Some(token) = token_of(call.head) else {
        return Ok(None);
    };
    let known = known(upstream, token).await?;
    Ok(known.filter(|known| call.dialect.admits_unscoped || known.project_id().is_some()))
}

async fn known(upstream: &Upstream, token: &str) -> Result<Option<Arc<KnownToken>>, Fault> {
    let found = upstream.tokens.find(token).await;
    found.map_err(|error| {
        tracing::warn!(why = why(&*error), "the identity service failed");
        identity_down(&*error)
    })
}

fn identity_down(error: &(dyn Error + 'static)) -> Fault {
    Fault::from(Told::IdentityDown).because(why(error))
}
