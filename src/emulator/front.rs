//! The front door: which service a request is for, its body read, its answer sent.

use super::Shared;
use super::connection::ConnectionFacts;
use crate::api;
use crate::http::cache::Caches;
use crate::http::{Body, Origin, Reply, Request, RequestPath};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

/// Largest body of any service: oslo.middleware's default.
const MOST_BODY_BYTES: usize = 114_688;

/// The services behind the one port.
enum Service {
    Nova,
    Control,
}

/// Answers a request.
pub async fn answer(
    http: HttpRequest,
    payload: web::Payload,
    app: web::Data<Shared>,
) -> HttpResponse {
    let started = app.clock.monotonic_micros();
    let Ok(body) = read_body(&http, payload).await else {
        return Reply::empty(StatusCode::BAD_REQUEST).into_response();
    };
    let path = RequestPath::parse(http.uri().path());
    let (service, prefix, path) = place(path);
    let request = Request::new(&http, origin(&http), path, prefix, body);
    let reply = match service {
        Service::Nova => match http.app_data::<Rc<RefCell<Caches>>>() {
            Some(cache) => api::nova::answer(&app, cache, &request),
            None => api::nova::answer(&app, &RefCell::default(), &request),
        },
        Service::Control => api::control::answer(&app, &request),
    };
    tracing::debug!(
        method = %http.method(),
        target = %http.uri(),
        status = reply.status().as_u16(),
        micros = app.clock.monotonic_micros() - started,
        "request"
    );
    reply.into_response()
}

/// What the connection knows of the request.
fn origin(http: &HttpRequest) -> Origin {
    let facts = http.conn_data::<ConnectionFacts>();
    let local = facts.and_then(|facts| facts.local);
    Origin {
        local: local.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))),
        sent_target: facts.and_then(ConnectionFacts::sent_target),
    }
}

/// The service that a path belongs to, the prefix it is mounted under, and the path behind that.
fn place(path: RequestPath) -> (Service, &'static str, RequestPath) {
    match path.segments.first().map(String::as_str) {
        Some("_control") => (Service::Control, "/_control", path.without_first()),
        Some("compute") => (Service::Nova, "/compute", path.without_first()),
        _ => (Service::Nova, "", path),
    }
}

/// Reads the body up to the limit; what is longer is not kept.
async fn read_body(http: &HttpRequest, mut payload: web::Payload) -> Result<Body, ()> {
    let headers = http.headers();
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let length: Option<u64> = length.and_then(|text| text.parse().ok());
    match length {
        Some(0) => return Ok(Body::Whole(Bytes::new())),
        None if !headers.contains_key(TRANSFER_ENCODING) => return Ok(Body::Whole(Bytes::new())),
        Some(length) if length > MOST_BODY_BYTES as u64 => {
            drain(&mut payload).await;
            return Ok(Body::TooLarge);
        }
        _ => {}
    }
    let mut whole = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ())?;
        if whole.len() + chunk.len() > MOST_BODY_BYTES {
            drain(&mut payload).await;
            return Ok(Body::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(Body::Whole(whole.freeze()))
}

/// Most bytes that are read and dropped so that a client which is still sending sees its answer.
const MOST_DRAINED_BYTES: usize = 1024 * 1024;

async fn drain(payload: &mut web::Payload) {
    let mut drained = 0;
    while let Some(Ok(chunk)) = payload.next().await {
        drained += chunk.len();
        if drained > MOST_DRAINED_BYTES {
            break;
        }
    }
}
