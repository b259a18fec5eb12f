//! Sign-in as a Nova without Keystone offers it (nova/api/openstack/auth.py, `NoAuthMiddleware`): name
//! and key in headers, whatever they are.

use super::call::Call;
use super::headers::X_AUTH_TOKEN;
use crate::config::AuthMode;
use crate::http::escape::quote;
use crate::http::{Reply, StatusCode};

/// The token of a client that shows a name or a key and no token yet; nothing for any other, and
/// where there is a Keystone.
pub fn sign_in(call: &Call<'_>) -> Option<Reply> {
    let head = call.head;
    if call.app.config.auth != AuthMode::Open || head.header(&X_AUTH_TOKEN).is_some() {
        return None;
    }
    let user = head.header("x-auth-user");
    if user.is_none() && head.header("x-auth-key").is_none() {
        return None;
    }
    let named = head.header("x-auth-project-id").filter(|id| !id.is_empty());
    let directory = call.app.identity.directory();
    let project = named.unwrap_or_else(|| directory.default_project_id());
    let project = quote(project);
    let user = quote(user.unwrap_or("admin"));
    let url = format!("{}/{}/{project}", call.base_url(), call.version);
    let reply = Reply::new(StatusCode::NO_CONTENT, "text/plain; charset=UTF-8", "")
        .with("x-auth-token", format!("{user}:{project}"))
        .with("x-server-management-url", url);
    Some(reply)
}
