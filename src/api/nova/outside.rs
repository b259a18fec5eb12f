//! Errors that come from outside of Nova, in Nova's words.

use super::call::Call;
use super::fault::{Fault, GLANCE_FAILED, OverLimit, Told};
use crate::http::{Refusal, Reply, StatusCode, webob};

/// Seconds until a limit lets through again, where nobody says how many: the length of its window.
const USUAL_WAIT_SECONDS: u32 = 60;

/// Requests a minute, where nothing is limited (Nova 2014.2's default for POST and PUT).
const USUAL_LIMIT: u32 = 10;

/// The fault. Without a message it is what Nova itself says with such a status.
pub fn fault(refusal: &Refusal, call: &Call<'_>) -> Fault {
    let status = refusal.status;
    if !refusal.message.is_empty() {
        return Fault::api(status, refusal.message.clone());
    }
    match status {
        StatusCode::UNAUTHORIZED => Told::Unauthorized.into(),
        StatusCode::INTERNAL_SERVER_ERROR => Fault::internal(GLANCE_FAILED),
        StatusCode::TOO_MANY_REQUESTS => Told::OverLimit(OverLimit {
            retry_after_seconds: refusal.retry_after.unwrap_or(USUAL_WAIT_SECONDS).into(),
            verb: call.head.method().to_string(),
            limit: call.app.config.rate_limit.unwrap_or(USUAL_LIMIT),
        })
        .into(),
        status => Fault::api(status, webob::sentence(status)),
    }
}

/// Tells the client when to come again, unless the answer does so already.
pub fn put_retry_after(refusal: &Refusal, reply: Reply) -> Reply {
    let says_so = reply.headers().any(|(name, _)| name == "retry-after");
    match says_so {
        true => reply,
        false => refusal.put_retry_after(reply),
    }
}
