//! What a browser is told so that an allowed page (`--allow-origin`) may ask, and read the answers: the
//! Fetch standard's CORS protocol. A page of this server's own needs none of it.

use super::gate::allowed_page;
use crate::config::ServerConfig;
use crate::http::{Head, Method, Reply};

/// Whether a browser asks whether a page of its may ask.
#[must_use]
pub fn asks_first(config: &ServerConfig, head: &Head) -> bool {
    head.method() == Method::OPTIONS
        && head.header("access-control-request-method").is_some()
        && allowed_page(config, head).is_some()
}

/// It may: the gate looks at the request itself when it comes.
#[must_use]
pub fn may_ask() -> Reply {
    super::answer::done()
        .with(
            "access-control-allow-methods",
            "GET, HEAD, POST, PUT, PATCH, DELETE",
        )
        .with(
            "access-control-allow-headers",
            "authorization, content-type, last-event-id, x-control-token",
        )
        .with("access-control-max-age", "600")
}

/// Lets an allowed page read an answer.
#[must_use]
pub fn shown(config: &ServerConfig, head: &Head, reply: Reply) -> Reply {
    if config.allow_origins.is_empty() {
        return reply;
    }
    let reply = reply.with("vary", "origin");
    match allowed_page(config, head) {
        Some(origin) => reply.with("access-control-allow-origin", origin.to_owned()),
        None => reply,
    }
}
