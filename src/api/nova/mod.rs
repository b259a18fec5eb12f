//! stub
use crate::http::cache::ReplyCache;
use crate::http::{Reply, Request};
use crate::service::App;
use actix_web::http::StatusCode;
use std::cell::RefCell;
/// Answers.
pub fn answer(_app: &App, _cache: &RefCell<ReplyCache>, _request: &Request<'_>) -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}
