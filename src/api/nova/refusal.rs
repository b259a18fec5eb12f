//! The one place that turns a fault into an answer, in the form that the client asked for.

use super::call::Call;
use super::dialect::{Internal, Media, Unauthorized};
use super::fault::{Fault, NO_RESOURCE, OverLimit, Told, UNAVAILABLE};
use super::xmlns;
use crate::http::json;
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode, webob};

/// The answer.
pub fn reply(fault: Fault, call: &Call<'_>) -> Reply {
    let Fault { told, why } = fault;
    let why = why.unwrap_or_else(|| why_of(&told, call));
    let reply = match told {
        Told::Unrouted => page(call, StatusCode::NOT_FOUND, NO_RESOURCE),
        Told::BodyTooLarge => {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            let title = status.canonical_reason().unwrap_or_default();
            // The page's title is WebOb's own, which is older than RFC 7231's.
            page(call, status, call.dialect.body_too_large)
                .renamed(title, "Request Entity Too Large")
        }
        Told::Unauthorized => unauthorized(call.dialect.unauthorized, &call.keystone_url()),
        // keystonemiddleware's own sentence.
        Told::IdentityDown => page(
            call,
            StatusCode::SERVICE_UNAVAILABLE,
            "The Keystone service is temporarily unavailable.",
        ),
        Told::Unavailable(retry_after_seconds) => {
            let reply = render(call, StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, None);
            match retry_after_seconds {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            }
        }
        Told::Bare => bare(),
        Told::Failed => {
            let message = internal(Internal::Juno, "");
            render(call, StatusCode::INTERNAL_SERVER_ERROR, &message, None)
        }
        Told::Api(status, message) => render(call, status, &message, None),
        Told::Internal(class) => {
            let message = internal(call.dialect.internal, class);
            render(call, StatusCode::INTERNAL_SERVER_ERROR, &message, None)
        }
        Told::OverLimit(limit) => over_limit(call, &limit),
    };
    reply.because(why)
}

/// Why, where nothing but what the client is told was noted.
fn why_of(told: &Told, call: &Call<'_>) -> String {
    match told {
        Told::Api(_, message) => message.clone().into_owned(),
        Told::Unrouted => {
            let method = call.head.method();
            format!("this server has no route for {method} there")
        }
        Told::BodyTooLarge => "the body is larger than 112 KiB".to_owned(),
        Told::Unauthorized => call.why_nobody(),
        Told::IdentityDown => "the real Keystone does not answer".to_owned(),
        Told::Unavailable(_) => "the image service does not answer".to_owned(),
        Told::OverLimit(over) => {
            format!("{} {} requests a minute are allowed", over.limit, over.verb)
        }
        Told::Internal("") | Told::Bare | Told::Failed => {
            "the release that this server is fails here".to_owned()
        }
        Told::Internal(class) => format!("the release that this server is raises {class} here"),
    }
}

/// What a WSGI server says when the application raises: nothing.
fn bare() -> Reply {
    Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "").without_ids()
}

/// A page of WebOb's.
fn page(call: &Call<'_>, status: StatusCode, sentence: &str) -> Reply {
    let accept = call.head.accept();
    webob::page(
        call.dialect.webob,
        call.head.method(),
        accept,
        status,
        sentence,
    )
}

fn unauthorized(form: Unauthorized, keystone: &str) -> Reply {
    let status = StatusCode::UNAUTHORIZED;
    let (reply, challenge) = match form {
        Unauthorized::Juno => (
            Reply::new(status, "text/plain", "Authentication required"),
            format!("Keystone uri='{keystone}'"),
        ),
        Unauthorized::V21 => {
            let body = "{\"error\": {\"code\": 401, \"title\": \"Unauthorized\", \"message\": \
                        \"The request you have made requires authentication.\"}}";
            (
                Reply::new(status, Media::Json.as_str(), body),
                format!("Keystone uri=\"{keystone}\""),
            )
        }
    };
    reply.with("www-authenticate", challenge)
}

fn internal(form: Internal, class: &str) -> String {
    match form {
        Internal::Juno => {
            "The server has either erred or is incapable of performing the requested operation."
                .to_owned()
        }
        Internal::V21 => {
            format!("Unexpected API Error. Please contact the administrator\n<class '{class}'>")
        }
    }
}

fn over_limit(call: &Call<'_>, over: &OverLimit) -> Reply {
    let OverLimit {
        retry_after_seconds,
        verb,
        limit,
    } = over;
    let retry_after = retry_after_seconds.to_string();
    let extra = Extra {
        retry_after: &retry_after,
        details: &format!("Only {limit} {verb} request(s) can be made to \"*\" every minute."),
    };
    let message = "This request was rate-limited.";
    let reply = render(call, StatusCode::TOO_MANY_REQUESTS, message, Some(&extra));
    match reply.has_ids() {
        true => reply.with("retry-after", retry_after),
        false => reply,
    }
}

/// What an error about a limit says beside its message.
struct Extra<'e> {
    retry_after: &'e str,
    details: &'e str,
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

fn render(call: &Call<'_>, status: StatusCode, message: &str, extra: Option<&Extra<'_>>) -> Reply {
    let name = fault_name(status);
    match call.media {
        // Nova 2014.2 has serialisers for errors under the plain names only, and fails on others.
        Media::VendorJson | Media::VendorXml
            if call.dialect.exact && call.dialect.formats.xml() =>
        {
            bare()
        }
        Media::Xml | Media::VendorXml => Reply::new(
            status,
            "application/xml; charset=UTF-8",
            xml(name, status, message, extra),
        ),
        Media::Json | Media::VendorJson | Media::Atom => {
            let body = json(call.dialect.formats.xml(), name, status, message, extra);
            Reply::new(status, "application/json; charset=UTF-8", body)
        }
    }
}

/// Nova 2014.2, which knows XML, has the message in front of the code.
fn json(
    message_first: bool,
    name: &'static str,
    status: StatusCode,
    message: &str,
    extra: Option<&Extra<'_>>,
) -> Vec<u8> {
    let code = status.as_u16().into();
    json::object(160, |root| {
        root.object(name, |fault| {
            if message_first {
                fault.text("message", message).number("code", code);
            } else {
                fault.number("code", code).text("message", message);
            }
            if let Some(Extra {
                retry_after,
                details,
            }) = extra
            {
                fault
                    .text("retryAfter", retry_after)
                    .text("details", details);
            }
        });
    })
}

/// Without a declaration: Nova 2014.2 writes errors with minidom, from the root element down.
fn xml(
    name: &'static str,
    status: StatusCode,
    message: &str,
    extra: Option<&Extra<'_>>,
) -> Vec<u8> {
    let mut writer = XmlWriter::minidom();
    writer.element(
        name,
        |attributes| {
            attributes.push("code", status.as_str());
            if let Some(Extra { retry_after, .. }) = extra {
                attributes.push("retryAfter", retry_after);
            }
            attributes.push("xmlns", xmlns::COMPUTE);
        },
        |fault| {
            fault.text_element("message", |_| {}, message);
            if let Some(Extra { details, .. }) = extra {
                fault.text_element("details", |_| {}, details);
            }
        },
    );
    writer.into_bytes()
}
