//! `/v3/auth/tokens`.

use super::auth_request::AuthRequest;
use super::call::{Call, json};
use super::fault::Fault;
use super::views::TokenView;
use crate::http::{Method, Reply, StatusCode, query};
use crate::service::Failure;
use crate::service::identity::{
    DomainRef, EXPIRED_WINDOW_SECONDS, LiveToken, Reach, TokenError, TokenForm,
};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Body<'a> {
    token: TokenView<'a>,
}

/// `POST`: signs in.
pub fn issue(call: &Call<'_>) -> Result<Reply, Fault> {
    let identity = &call.app.identity;
    let own = call.site.offer.means_own_projects;
    let domain = own.then_some(&DomainRef::OfUser);
    // Keystone 30 judges the scope before it looks for the user.
    let judge = |scope: &_| identity.check_scope(scope).map_err(Fault::from);
    let AuthRequest { proofs, scope } = AuthRequest::parse(call.json_body(), domain, judge)?;
    let issued = identity.sign_in(&proofs, &scope, TokenForm::Opaque)?;
    document(call, StatusCode::CREATED, &issued.live, issued.text)
}

/// `GET` and `HEAD`: what a token stands for.
pub fn validate(call: &Call<'_>) -> Result<Reply, Fault> {
    let rule = match *call.head.method() {
        Method::HEAD => "check_token",
        _ => "validate_token",
    };
    let (text, live) = subject(call, rule)?;
    document(call, StatusCode::OK, &live, text.to_owned())
}

/// `DELETE`: ends a token, and all that were made from it if it is the first of its chain.
pub fn revoke(call: &Call<'_>) -> Result<Reply, Fault> {
    let (text, _) = subject(call, "revoke_token")?;
    // Whoever was let look at an expired one (`allow_expired`) still cannot end it.
    call.app.identity.look_up(text, 0)?;
    match call.app.identity.revoke(text, Reach::Chain) {
        Ok(()) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Err(error) => Err(Fault::Internal(Failure::of(&error))),
    }
}

/// The token that the request is about. First the asker must be somebody, then the token must
/// live, then the asker must be its owner or an administrator.
fn subject<'c>(call: &'c Call<'_>, rule: &'static str) -> Result<(&'c str, Arc<LiveToken>), Fault> {
    let asker = call.asker()?;
    let Some(text) = call.head.header("x-subject-token") else {
        return Err(if asker.token.is_admin() {
            TokenError::Missing.into()
        } else {
            Fault::forbidden(Some(rule), &asker.token)
        });
    };
    let live = call.app.identity.look_up(text, window_seconds(call))?;
    if asker.token.is_admin() || asker.token.user.id == live.token.user.id {
        Ok((text, live))
    } else {
        Err(Fault::forbidden(Some(rule), &asker.token))
    }
}

fn document(
    call: &Call<'_>,
    status: StatusCode,
    live: &LiveToken,
    text: String,
) -> Result<Reply, Fault> {
    let body = Body {
        token: TokenView::new(call, &live.token, !has_parameter(call, "nocatalog")),
    };
    Ok(json(status, &body)?.with("x-subject-token", text))
}

/// How long ago a token may have expired to be shown all the same.
fn window_seconds(call: &Call<'_>) -> i64 {
    let parameters = query::parse_lossy(call.head.raw_query());
    let first = parameters
        .iter()
        .find(|(name, _)| name == "allow_expired")
        .map(|(_, value)| value.trim().to_lowercase());
    // What oslo.utils takes for true.
    match first.as_deref() {
        Some("1" | "t" | "true" | "on" | "y" | "yes") => EXPIRED_WINDOW_SECONDS,
        _ => 0,
    }
}

fn has_parameter(call: &Call<'_>, name: &str) -> bool {
    query::parse_lossy(call.head.raw_query())
        .iter()
        .any(|(known, _)| known == name)
}
