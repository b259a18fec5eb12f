//! Between the web framework and us: the only place that knows both its requests and ours.

use super::beside::Beside;
use super::connection::ConnectionFacts;
use super::server::Server;
use crate::http::reply::Parts;
use crate::http::{
    Body, CutOff, Head, Method, Reply, ReplyBody, ReplyStream, Request, StatusCode, Wire,
};
use actix_http::{Payload, RequestHead};
use actix_web::body::{BodyStream, BoxBody, SizedStream};
use actix_web::http::header as framework;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::http::{ConnectionType, Version};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use std::borrow::Cow;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

/// What a connection beyond all places may ask for.
const HEALTH: &str = "/_control/health/";

/// A request of the framework's.
type Http = actix_http::Request;

/// An answer of the framework's.
type Response = actix_http::Response<BoxBody>;

/// Answers a request of the framework's. The framework's own applications look for a handler by the path, and have
/// each request and answer in forms of their own: all of that would be for the one handler that there is.
pub async fn answer(server: Rc<Server>, mut http: Http) -> Response {
    let payload = http.take_payload();
    let (server, http) = (&*server, &http);
    let facts = http.conn_data::<ConnectionFacts>();
    if let Some(facts) = facts {
        facts.order.take_turn();
    }
    let reply = if http.method() == actix_web::http::Method::CONNECT {
        // Its target is no path, and what follows it no request: a proxy's business.
        return ended(Reply::empty(StatusCode::METHOD_NOT_ALLOWED));
    } else if facts.is_some_and(|facts| facts.is_beyond) {
        return ended(Box::pin(beyond(server, http)).await);
    } else {
        match head_of(server, http.head(), facts) {
            Some(head) => {
                let body = body(http, payload);
                // Pinned here: handed on, it would take its room twice.
                let call = pin!(server.call(Request { head, body }));
                let watched = facts.filter(|_| server.asks_others());
                match unless_left(call, watched).await {
                    Some(reply) => reply,
                    None => return ended(left()),
                }
            }
            None => Reply::empty(StatusCode::BAD_REQUEST),
        }
    };
    send(http, reply).await
}

/// What a call comes to, unless the client of a watched connection leaves while it is waited for: then it is
/// given up, and with it what others were asked for.
fn unless_left<'c>(
    mut call: Pin<&'c mut impl Future<Output = Reply>>,
    watched: Option<&'c ConnectionFacts>,
) -> impl Future<Output = Option<Reply>> {
    poll_fn(move |context| match call.as_mut().poll(context) {
        Poll::Ready(reply) => Poll::Ready(Some(reply)),
        Poll::Pending if watched.is_some_and(|facts| facts.order.is_left()) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
}

/// To a client that has only stopped talking.
fn left() -> Reply {
    Reply::new(
        StatusCode::BAD_REQUEST,
        "text/plain; charset=utf-8",
        "The connection was closed before the answer was there.\n",
    )
}

/// Asked before a client is told to go on with a body that it has announced: one that is too large is
/// refused instead.
pub async fn expect(server: Rc<Server>, http: Http) -> Result<Http, Refused> {
    let head = head_of(&server, http.head(), http.conn_data::<ConnectionFacts>());
    match head {
        Some(head) if server.is_too_much(&head) => {
            let body = Body::Stream(futures_util::stream::empty().boxed_local());
            let reply = server.call(Request { head, body }).await;
            Err(Refused(ended(reply)))
        }
        _ => Ok(http),
    }
}

/// An answer in place of `100 Continue`.
#[derive(Debug)]
pub struct Refused(Response);

impl From<Refused> for Response {
    fn from(refused: Refused) -> Self {
        refused.0
    }
}

/// The connections that there is room for are taken.
async fn beyond(server: &Server, http: &Http) -> Reply {
    let is_probe = http.uri().path().starts_with(HEALTH);
    match head_of(server, http.head(), http.conn_data::<ConnectionFacts>()) {
        Some(head) if is_probe => {
            let body = Body::empty();
            server.call(Request { head, body }).await
        }
        _ => Reply::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "text/plain; charset=utf-8",
            "There are as many connections as this server takes (--max-connections).\n",
        )
        .with("retry-after", "1"),
    }
}

/// The last answer of a connection.
fn ended(reply: Reply) -> Response {
    let mut response = response(reply.into_parts(), None);
    response
        .head_mut()
        .set_connection_type(ConnectionType::Close);
    response
}

/// Leaves word on the connection of how the reply wants to be sent.
async fn send(http: &Http, reply: Reply) -> Response {
    let mut parts = reply.into_parts();
    let wire = parts.wire.clone();
    let ends = parts.status == StatusCode::REQUEST_TIMEOUT;
    let is_stream = matches!(parts.body, ReplyBody::Stream(_));
    let is_head = http.method() == actix_web::http::Method::HEAD;
    let facts = http.conn_data::<ConnectionFacts>();
    let is_usual = wire == Wire::Normal && !is_head;
    let beside = facts.filter(|_| is_usual).map(|facts| facts.order.beside());
    if is_head {
        take_body(&mut parts);
    }
    let mut response = response(parts, beside);
    if is_stream && http.version() < Version::HTTP_11 {
        // There are no chunks: the end of the connection is the end of the body.
        let head = response.head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    if ends {
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
        if let Some(facts) = http.conn_data::<ConnectionFacts>() {
            facts.order.end();
        }
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

/// What a `HEAD` gets: the framework would have a body made, and throw it away.
fn take_body(parts: &mut Parts) {
    if let ReplyBody::Sized(_, body) = &mut parts.body {
        *body = futures_util::stream::empty().boxed();
    }
}

/// Nothing when it is no head of HTTP's own library, which the framework's should make impossible.
fn head_of(server: &Server, http: &RequestHead, facts: Option<&ConnectionFacts>) -> Option<Head> {
    let method = Method::from_bytes(http.method.as_str().as_bytes()).ok()?;
    let target = http
        .uri
        .path_and_query()
        .map_or(http.uri.path(), |both| both.as_str());
    let headers = server.headers.of(|| {
        let headers = http.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_bytes()))
    })?;
    // The address that the client connected to.
    let local = facts.and_then(|facts| facts.local);
    let local = local.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    Some(server.head(method, target, headers, local))
}

fn body(http: &Http, payload: Payload) -> Body {
    let headers = http.head().headers();
    let length = headers.get(CONTENT_LENGTH);
    let is_empty = length.is_none_or(|length| length.as_bytes() == b"0");
    if is_empty && !headers.contains_key(TRANSFER_ENCODING) {
        return Body::empty();
    }
    let chunks = payload.map(|chunk| chunk.map_err(|error| CutOff(error.into())));
    Body::Stream(chunks.boxed_local())
}

/// The form that the framework sends, with the body beside it where there is a way. A header that HTTP cannot
/// hold is left out.
fn response(parts: Parts, beside: Option<&Beside>) -> Response {
    let status = framework_status(parts.status);
    let mut length = None;
    let body = match parts.body {
        ReplyBody::Whole(bytes) => match beside.filter(|_| has_body(status) && !bytes.is_empty()) {
            Some(beside) => {
                length = Some(bytes.len());
                BoxBody::new(beside.place(bytes))
            }
            None => BoxBody::new(bytes),
        },
        ReplyBody::Stream(stream) => BoxBody::new(BodyStream::new(in_turns(stream))),
        ReplyBody::Sized(bytes, stream) => BoxBody::new(SizedStream::new(bytes, in_turns(stream))),
    };
    let mut response = Response::with_body(status, body);
    let headers = response.headers_mut();
    if let Some(value) = parts.content_type.and_then(header_value) {
        headers.insert(CONTENT_TYPE, value);
    }
    for (name, value) in parts.headers {
        if let (Some(name), Some(value)) = (header_name(name), header_value(value)) {
            headers.append(name, value);
        }
    }
    if let Some(length) = length {
        // Of any other body the framework says so, and lets nobody else.
        headers.remove(TRANSFER_ENCODING);
        headers.insert(CONTENT_LENGTH, length.into());
        response.head_mut().no_chunking(true);
    }
    response
}

/// Whether an answer of this status has a body, whatever is given for one.
fn has_body(status: actix_web::http::StatusCode) -> bool {
    use actix_web::http::StatusCode as Status;
    !status.is_informational() && status != Status::NO_CONTENT && status != Status::NOT_MODIFIED
}

/// Lets other connections have their turn before each piece: to a client that reads as fast as it is written
/// to, the framework would write a long list in one go.
fn in_turns(stream: ReplyStream) -> impl Stream<Item = Result<Bytes, CutOff>> {
    stream.then(|piece| async {
        actix_web::rt::task::yield_now().await;
        piece
    })
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
        Cow::Borrowed(text) => {
            framework::HeaderValue::from_maybe_shared(Bytes::from_static(text.as_bytes())).ok()
        }
        Cow::Owned(text) => framework::HeaderValue::try_from(text).ok(),
    }
}
