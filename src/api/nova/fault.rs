//! Everything that goes wrong, and the one place that turns it into an answer.

use super::call::Call;
use super::media::Media;
use super::namespaces;
use crate::http::json;
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, webob};
use crate::python::html_escape;
use crate::service::ImageError;
use crate::service::glance_query::QueryError;
use actix_web::http::StatusCode;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The sentence of a WebOb 400 that nobody gave a message.
pub const MALFORMED: &str = "The server could not comply with the request since it is either malformed or otherwise incorrect.";

/// The sentence of a 404 that nobody gave a message.
pub const NO_RESOURCE: &str = "The resource could not be found.";

/// Why a request has no better answer.
#[derive(Debug)]
pub enum Fault {
    /// An error of Nova's, with its message.
    Api(StatusCode, Cow<'static, str>),
    /// The server failed; Nova 34 names the Python class.
    Internal(&'static str),
    /// Too many requests: seconds to wait, the verb and the limit.
    OverLimit {
        /// When to come back.
        retry_after_seconds: i64,
        /// What was limited.
        verb: String,
        /// How often it may be done in a minute.
        limit: u32,
    },
    /// No route leads there.
    Unrouted,
    /// The body is larger than oslo.middleware lets through.
    BodyTooLarge,
    /// No valid token.
    Unauthorized,
}

impl Fault {
    /// A 400 with a message.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Api(StatusCode::BAD_REQUEST, message.into())
    }

    /// A 404 with a message.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Api(StatusCode::NOT_FOUND, message.into())
    }

    /// A 403 with a message.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Api(StatusCode::FORBIDDEN, message.into())
    }

    /// What an error about the image of an id is in Nova's words.
    pub fn of_image(error: ImageError, id: &str) -> Self {
        match error {
            ImageError::NotFound => Self::not_found("Image not found."),
            ImageError::Forbidden | ImageError::ReservedProperty(_) => {
                Self::forbidden(format!("Not authorized for image {id}."))
            }
            ImageError::Protected => Self::forbidden("You are not allowed to delete the image."),
            ImageError::MissingFormat(reason) => Self::bad_request(reason),
            error @ (ImageError::UnknownMarker(_)
            | ImageError::ForeignMarker(_)
            | ImageError::Query(_)) => Self::bad_request(error.to_string()),
            ImageError::Store(error) => {
                tracing::error!(%error, "the store failed");
                Self::Internal("glanceclient.exc.HTTPInternalServerError")
            }
        }
    }

    /// What Glance's refusal of a list becomes when Nova 34 hands it on: wrapped, and escaped for
    /// HTML, since Glance answered Nova with an HTML page.
    pub fn of_glance_list(error: ImageError) -> Self {
        match error {
            ImageError::ForeignMarker(_) => Self::forbidden(format!(
                "HTTP 403 Forbidden: {}",
                html_escaped(&error.to_string())
            )),
            ImageError::UnknownMarker(_) | ImageError::Query(_) => Self::bad_request(format!(
                "HTTP 400 Bad Request: {}",
                html_escaped(&error.to_string())
            )),
            other => Self::of_image(other, ""),
        }
    }

    /// What Glance's refusal of a list becomes in Nova 2014.2: a sentence that tells nothing.
    pub fn of_glance_v1_list(error: ImageError) -> Self {
        match error {
            ImageError::ForeignMarker(_) | ImageError::UnknownMarker(_) | ImageError::Query(_) => {
                Self::bad_request(MALFORMED)
            }
            other => Self::of_image(other, ""),
        }
    }

    /// The answer, in the form that the client asked for.
    pub fn into_reply(self, call: &Call<'_>) -> Reply {
        let dialect = call.dialect;
        let accept = call.request.header("accept");
        let method = call.request.method();
        match self {
            Self::Unrouted => webob::page(
                dialect.webob,
                method,
                accept,
                StatusCode::NOT_FOUND,
                NO_RESOURCE,
            ),
            Self::BodyTooLarge => {
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                let title = status.canonical_reason().unwrap_or_default();
                let sentence = dialect.body_too_large;
                // The page's title is WebOb's own, which is older than RFC 7231's.
                let reply = webob::page(dialect.webob, method, accept, status, sentence);
                reply.renamed(title, "Request Entity Too Large")
            }
            Self::Unauthorized => (dialect.unauthorized)(&call.keystone_url()),
            Self::Api(status, message) => render(call, status, &message, None),
            Self::Internal(class) => {
                let message = (dialect.internal_message)(class);
                render(call, StatusCode::INTERNAL_SERVER_ERROR, &message, None)
            }
            Self::OverLimit {
                retry_after_seconds,
                verb,
                limit,
            } => {
                let details =
                    format!("Only {limit} {verb} request(s) can be made to \"*\" every minute.");
                let extra = OverLimit {
                    retry_after: retry_after_seconds.to_string(),
                    details,
                };
                let retry_after = extra.retry_after.clone();
                let message = "This request was rate-limited.";
                let reply = render(call, StatusCode::TOO_MANY_REQUESTS, message, Some(&extra));
                match reply.has_ids() {
                    true => reply.with("retry-after", retry_after),
                    false => reply,
                }
            }
        }
    }
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        Self::of_glance_list(ImageError::Query(error))
    }
}

struct OverLimit {
    retry_after: String,
    details: String,
}

/// Nova's names of its errors (nova/api/openstack/wsgi.py, `Fault._fault_names`).
fn fault_name(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 | 429 => "overLimit",
        415 => "badMediaType",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    }
}

fn render(
    call: &Call<'_>,
    status: StatusCode,
    message: &str,
    over_limit: Option<&OverLimit>,
) -> Reply {
    let name = fault_name(status);
    match call.media {
        // Nova 2014.2 has serialisers for errors under the plain names only, and fails on others.
        Media::VendorJson | Media::VendorXml
            if call.dialect.exact && call.dialect.formats.xml() =>
        {
            Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "").without_ids()
        }
        Media::Xml | Media::VendorXml => Reply::new(
            status,
            "application/xml; charset=UTF-8",
            xml(name, status, message, over_limit),
        ),
        Media::Json | Media::VendorJson | Media::Atom => {
            let body = json::object(160, |root| {
                root.object(name, |fault| {
                    if call.dialect.formats.xml() {
                        fault
                            .text("message", message)
                            .number("code", status.as_u16().into());
                    } else {
                        fault
                            .number("code", status.as_u16().into())
                            .text("message", message);
                    }
                    if let Some(OverLimit {
                        retry_after,
                        details,
                    }) = over_limit
                    {
                        fault
                            .text("retryAfter", retry_after)
                            .text("details", details);
                    }
                });
            });
            Reply::new(status, "application/json; charset=UTF-8", body)
        }
    }
}

/// Without a declaration: Nova 2014.2 writes errors with minidom, from the root element down.
fn xml(
    name: &'static str,
    status: StatusCode,
    message: &str,
    over_limit: Option<&OverLimit>,
) -> Vec<u8> {
    let mut writer = XmlWriter::minidom();
    writer.element(
        name,
        |attributes| {
            attributes.push("code", status.as_str());
            if let Some(OverLimit { retry_after, .. }) = over_limit {
                attributes.push("retryAfter", retry_after);
            }
            attributes.push("xmlns", namespaces::COMPUTE);
        },
        |fault| {
            fault.text_element("message", |_| {}, message);
            if let Some(OverLimit { details, .. }) = over_limit {
                fault.text_element("details", |_| {}, details);
            }
        },
    );
    writer.into_bytes()
}

/// Escapes as Python's `html.escape` and the ASCII encoding of the page do.
fn html_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in html_escape(text).chars() {
        match character {
            ascii if ascii.is_ascii() => out.push(ascii),
            other => _ = write!(out, "&#{};", u32::from(other)),
        }
    }
    out
}
