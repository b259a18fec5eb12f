//! Between the web framework and us: the only place that knows both its requests and ours.

use super::connection::ConnectionFacts;
use super::server::Server;
use crate::http::reply::Parts;
use crate::http::{
    Body, CutOff, Head, HeaderMap, HeaderName, HeaderValue, Method, Reply, ReplyBody, Request,
    StatusCode, Wire,
};
use actix_web::body::{BodyStream, BoxBody};
use actix_web::http::header as framework;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::http::{ConnectionType, Version};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use std::borrow::Cow;
use std::net::SocketAddr;

/// Answers a request of the framework's.
pub async fn answer(http: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(server) = http.app_data::<Server>() else {
        return HttpResponse::InternalServerError().finish();
    };
    let reply = match head(server, &http) {
        Some(head) => {
            let body = body(&http, payload);
            server.call(Request { head, body }).await
        }
        None => Reply::empty(StatusCode::BAD_REQUEST),
    };
    send(&http, reply).await
}

/// Leaves word on the connection of how the reply wants to be sent.
async fn send(http: &HttpRequest, reply: Reply) -> HttpResponse {
    let parts = reply.into_parts();
    let wire = parts.wire.clone();
    let is_stream = matches!(parts.body, ReplyBody::Stream(_));
    let mut response = response(parts);
    if is_stream && http.version() < Version::HTTP_11 {
        // There are no chunks: the end of the connection is the end of the body.
        let head = response.head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    if wire != Wire::Normal {
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
        if let Some(facts) = http.conn_data::<ConnectionFacts>() {
            // The replies before this one are not written yet: the framework does that while we wait.
            actix_web::rt::task::yield_now().await;
            facts.order.place(wire);
        }
    }
    response
}

/// Nothing when it is no head of HTTP's own library, which the framework's should make impossible.
fn head(server: &Server, http: &HttpRequest) -> Option<Head> {
    let method = Method::from_bytes(http.method().as_str().as_bytes()).ok()?;
    let uri = http.uri();
    let target = uri
        .path_and_query()
        .map_or(uri.path(), |both| both.as_str());
    let mut headers = HeaderMap::with_capacity(http.headers().len());
    for (name, value) in http.headers() {
        headers.append(
            HeaderName::from_bytes(name.as_str().as_bytes()).ok()?,
            HeaderValue::from_bytes(value.as_bytes()).ok()?,
        );
    }
    Some(server.head(method, target, headers, local_address(http)))
}

/// The address that the client connected to.
fn local_address(http: &HttpRequest) -> SocketAddr {
    let facts = http.conn_data::<ConnectionFacts>();
    let local = facts.and_then(|facts| facts.local);
    local.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
}

fn body(http: &HttpRequest, payload: web::Payload) -> Body {
    let headers = http.headers();
    let length = headers.get(CONTENT_LENGTH);
    let is_empty = length.is_none_or(|length| length.as_bytes() == b"0");
    if is_empty && !headers.contains_key(TRANSFER_ENCODING) {
        return Body::empty();
    }
    let chunks = payload.map(|chunk| chunk.map_err(|error| CutOff(error.into())));
    Body::Stream(chunks.boxed_local())
}

/// The form that the framework sends. A header that HTTP cannot hold is left out.
fn response(parts: Parts) -> HttpResponse {
    let status = framework_status(parts.status);
    let mut response = match parts.body {
        ReplyBody::Whole(bytes) => HttpResponse::build(status).body(bytes),
        ReplyBody::Stream(stream) => {
            HttpResponse::build(status).body(BoxBody::new(BodyStream::new(stream)))
        }
    };
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    if let Some(value) = parts.content_type.and_then(header_value) {
        headers.insert(CONTENT_TYPE, value);
    }
    for (name, value) in parts.headers {
        if let (Some(name), Some(value)) = (header_name(name), header_value(value)) {
            headers.append(name, value);
        }
    }
    response
}

fn framework_status(status: StatusCode) -> actix_web::http::StatusCode {
    actix_web::http::StatusCode::from_u16(status.as_u16())
        .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR)
}

fn header_name(name: Cow<'static, str>) -> Option<framework::HeaderName> {
    match name {
        Cow::Borrowed(name) => Some(framework::HeaderName::from_static(name)),
        Cow::Owned(name) => framework::HeaderName::from_bytes(name.as_bytes()).ok(),
    }
}

fn header_value(value: Cow<'static, str>) -> Option<framework::HeaderValue> {
    match value {
        Cow::Borrowed(text) => framework::HeaderValue::from_str(text).ok(),
        Cow::Owned(text) => framework::HeaderValue::try_from(text).ok(),
    }
}
