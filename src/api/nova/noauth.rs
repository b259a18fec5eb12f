//! Sign-in as a Nova without Keystone offers it (nova/api/openstack/auth.py, `NoAuthMiddleware`): name
//! and key in headers, whatever they are.

use super::call::Call;
use super::fault::{Fault, Told};
use super::headers::{X_AUTH_KEY, X_AUTH_TOKEN, X_AUTH_USER};
use crate::config::AuthMode;
use crate::http::escape::quote;
use crate::http::{Reply, StatusCode};

/// The token of a client that shows a name or a key and no token yet; nothing for any other, and
/// where there is a Keystone. Clients that have a secret show it as the key, and it is their token, too.
pub fn sign_in(call: &Call<'_>) -> Result<Option<Reply>, Fault> {
    let head = call.head;
    if call.app.config.auth != AuthMode::Open || head.header(&X_AUTH_TOKEN).is_some() {
        return Ok(None);
    }
    let (user, key) = (head.header(&X_AUTH_USER), head.header(&X_AUTH_KEY));
    if user.is_none() && key.is_none() {
        return Ok(None);
    }
    let stand_in = call.app.config.stand_in.as_ref();
    let secret = stand_in.and_then(|it| it.client_secret.as_ref());
    if secret.is_some_and(|secret| !key.is_some_and(|key| secret.is(key))) {
        let why = "X-Auth-Key is not the secret of clients";
        return Err(Fault::from(Told::Unauthorized).because(why));
    }
    let named = head.header("x-auth-project-id").filter(|id| !id.is_empty());
    let directory = call.app.identity.directory();
    let project = named.unwrap_or_else(|| directory.default_project_id());
    let project = quote(project);
    let user = quote(user.unwrap_or("admin"));
    let url = format!("{}/{}/{project}", call.base_url(), call.version);
    let token = match secret {
        Some(secret) => secret.reveal().to_owned(),
        None => format!("{user}:{project}"),
    };
    let reply = Reply::new(StatusCode::NO_CONTENT, "text/plain; charset=UTF-8", "")
        .with("x-auth-token", token)
        .with("x-server-management-url", url);
    Ok(Some(reply))
}
