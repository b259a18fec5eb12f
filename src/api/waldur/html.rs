//! Pages: Django's own, and the one that shows an answer to people.

use super::language::Language;
use crate::http::{Reply, StatusCode};
use crate::python::html_escape;

/// What pages are labelled.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// No such path.
pub fn not_found(language: Language) -> Reply {
    let text = "<p>The requested resource was not found on this server.</p>";
    own(
        StatusCode::NOT_FOUND,
        "Not Found",
        "Not Found",
        text,
        language,
    )
    .with("vary", "Accept-Language, Cookie")
}

/// A `Host` that is none: refused before cookies are looked at.
pub fn bad_request(language: Language) -> Reply {
    let title = "Bad Request (400)";
    own(
        StatusCode::BAD_REQUEST,
        "Bad Request",
        title,
        "<p></p>",
        language,
    )
    .with("vary", "Accept-Language")
}

/// Where the original raises.
pub fn server_error(language: Language) -> Reply {
    let title = "Server Error (500)";
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    own(status, "Server Error", title, "<p></p>", language).with("vary", "Accept-Language, Cookie")
}

/// What comes from outside, where no view of the REST framework's is asked.
pub fn refused(language: Language, status: StatusCode, message: &str) -> Reply {
    let title = status.canonical_reason().unwrap_or_default();
    let heading = format!("{title} ({})", status.as_str());
    let text = format!("<p>{}</p>", html_escape(message));
    own(status, title, &heading, &text, language).with("vary", "Accept-Language, Cookie")
}

/// The path with a slash at its end.
pub fn redirect(location: String, language: Language) -> Reply {
    Reply::new(StatusCode::MOVED_PERMANENTLY, MEDIA_TYPE, "")
        .with("location", location)
        .with("vary", "Accept-Language, Cookie")
        .with("content-language", language.tag())
}

/// The page for people: the answer as it is, with its status.
pub fn browse(path: &str, status: StatusCode, language: Language, json: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n  <title>{path} – Waldur</title>\n</head>\n\
         <body>\n  <h1>{path}</h1>\n  <pre><b>HTTP {status}</b>\n\n{json}</pre>\n</body>\n</html>\n",
        language.tag(),
        path = html_escape(path),
        json = html_escape(json),
    )
}

/// A page of `django/views/defaults.py`.
fn own(status: StatusCode, title: &str, heading: &str, text: &str, language: Language) -> Reply {
    let page = format!(
        "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  \
         <h1>{heading}</h1>{text}\n</body>\n</html>\n"
    );
    Reply::new(status, MEDIA_TYPE, page)
        .with("x-frame-options", "DENY")
        .with("content-language", language.tag())
}
