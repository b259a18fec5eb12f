//! The way of a request through one tree where a real cloud is behind it: as in `tree`, in the same
//! order, but who asks is told by Keystone, and images by Glance.

use super::call::{Call, token_of};
use super::fault::{Fault, Told};
use super::images::metadata::remote as metadata;
use super::images::{self, remote as image, remote_list as list};
use super::operation::{Operation, Route};
use super::remote::Remote;
use super::tree::{self, Prepared};
use crate::domain::Caller;
use crate::http::Reply;
use crate::service::upstream::Upstream;
use crate::service::why;
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
        let caller = sign_in(call, upstream).await?;
        call.caller = caller.ok_or(Told::Unauthorized)?;
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

/// Finds out who asks; nobody when there is no good token.
async fn sign_in(call: &Call<'_>, upstream: &Upstream) -> Result<Option<Caller>, Fault> {
    let service_token = call.head.header("x-service-token");
    if let Some(token) = service_token.filter(|_| call.dialect.checks_service_token) {
        let caller = caller(upstream, token).await?;
        if !caller.is_some_and(|caller| caller.has_any(&["service"])) {
            return Ok(None);
        }
    }
    let Some(token) = token_of(call.head) else {
        return Ok(None);
    };
    let caller = caller(upstream, token).await?;
    let is_let_in = |caller: &Caller| call.dialect.admits_unscoped || caller.project_id.is_some();
    Ok(caller.filter(is_let_in))
}

async fn caller(upstream: &Upstream, token: &str) -> Result<Option<Caller>, Fault> {
    match upstream.tokens.find(token).await {
        Ok(known) => Ok(known.map(|known| known.caller())),
        Err(error) => {
            let why = why(&*error);
            tracing::warn!(why, "the identity service failed");
            Err(Fault::from(Told::IdentityDown).because(why))
        }
    }
}
