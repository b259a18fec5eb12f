//! The pages that WebOb makes of its own exceptions, when no service gives an error a form.

use super::accept::WEBOB;
use super::escape::{WEBOB_1_2_PATH, WEBOB_1_8_PATH};
use super::reply::Reply;
use super::{Method, StatusCode, json};
use crate::python::html_escape;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use std::fmt::Write as _;

/// How a release of WebOb picks the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// WebOb 1.2 (2014): HTML when `Accept` has `html` or `*/*` anywhere, else plain text.
    Substring,
    /// WebOb 1.8: HTML or JSON, as `Accept` likes, HTML first; plain text when it likes neither.
    Offers,
}

impl Choice {
    /// What `Request.path` escapes.
    const fn path(self) -> &'static AsciiSet {
        match self {
            Self::Substring => WEBOB_1_2_PATH,
            Self::Offers => WEBOB_1_8_PATH,
        }
    }

    /// A path, escaped as `Request.path` has it.
    #[must_use]
    pub fn quoted(self, path: &str) -> String {
        utf8_percent_encode(path, self.path()).to_string()
    }
}

enum Form {
    Plain,
    Html,
    Json,
}

/// What a page says below its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// One sentence.
    Sentence(String),
    /// A sentence that belongs to the status, and below it the reason.
    Reason(&'static str, String),
    /// What a status says in a form of its own: a line, and the reason if there is one.
    Line(String, String),
    /// Nothing but this.
    Only(String),
}

impl Says {
    /// The most particular of what is said.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Line(line, reason) if reason.is_empty() => line,
            Self::Sentence(text)
            | Self::Reason(_, text)
            | Self::Line(_, text)
            | Self::Only(text) => text,
        }
    }

    /// The body, its texts as a form writes them.
    fn body(&self, text: impl Fn(&str) -> String) -> String {
        match self {
            Self::Sentence(sentence) => format!("{}<br /><br />\n\n\n", text(sentence)),
            Self::Reason(sentence, reason) => {
                format!("{sentence}<br /><br />\n{}\n\n", text(reason))
            }
            Self::Line(line, reason) => format!("{}<br /><br />\n{}", text(line), text(reason)),
            Self::Only(sentence) => text(sentence),
        }
    }
}

/// The page of a status: its title, and one sentence.
#[must_use]
pub fn page(
    choice: Choice,
    method: &Method,
    accept: Option<&str>,
    status: StatusCode,
    sentence: &str,
) -> Reply {
    page_of(
        choice,
        method,
        accept,
        status,
        &Says::Sentence(sentence.to_owned()),
    )
}

/// The page of a status: its title, and what it says below.
#[must_use]
pub fn page_of(
    choice: Choice,
    method: &Method,
    accept: Option<&str>,
    status: StatusCode,
    says: &Says,
) -> Reply {
    let reason = reason(status);
    let title = format!("{} {reason}", status.as_str());
    // The body of an answer to HEAD is empty, and what is empty is labelled HTML.
    if method == Method::HEAD {
        return Reply::new(status, "text/html; charset=UTF-8", "");
    }
    match form(choice, accept.unwrap_or_default()) {
        Form::Plain => Reply::new(
            status,
            "text/plain; charset=UTF-8",
            plain_page(status, says),
        ),
        Form::Html => {
            let body = format!(
                "<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n  \
                 {}\n </body>\n</html>",
                says.body(html_text)
            );
            Reply::new(status, "text/html; charset=UTF-8", body)
        }
        Form::Json => {
            let body = json::object(160, |page| {
                page.text("message", &says.body(str::to_owned))
                    .text("code", &title)
                    .text("title", reason);
            });
            Reply::new(status, "application/json", body)
        }
    }
}

/// The page as plain text: what one service of Glance 2014.2 quotes when it hands another's error on.
#[must_use]
pub fn plain_page(status: StatusCode, says: &Says) -> String {
    format!(
        "{} {}\n\n{}",
        status.as_str(),
        reason(status),
        without_tags(&says.body(str::to_owned))
    )
}

/// What WebOb says with a status that nobody gave a message (`webob/exc.py`).
#[must_use]
pub fn sentence(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => {
            "The server could not comply with the request since it is either malformed or otherwise \
             incorrect."
        }
        401 => {
            "This server could not verify that you are authorized to access the document you \
             requested. Either you supplied the wrong credentials (e.g., bad password), or your \
             browser does not understand how to supply the credentials required."
        }
        403 => "Access was denied to this resource.",
        404 => "The resource could not be found.",
        408 => "The server has waited too long for the request to be sent by the client.",
        409 => "There was a conflict when trying to complete your request.",
        410 => "This resource is no longer available.  No forwarding address is given.",
        413 => "The body of your request was too large for this server.",
        429 => "The client has sent too many requests to the server.",
        500 => "The server has either erred or is incapable of performing the requested operation.",
        502 => "Bad gateway.",
        503 => "The server is currently unavailable. Please try again at a later time.",
        504 => "The gateway has timed out.",
        _ => reason(status),
    }
}

/// WebOb's own words, some of which are older than RFC 7231's.
fn reason(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        StatusCode::RANGE_NOT_SATISFIABLE => "Request Range Not Satisfiable",
        other => other.canonical_reason().unwrap_or_default(),
    }
}

/// WebOb's `html_escape`: what is not ASCII becomes a reference.
fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in html_escape(text).chars() {
        match letter {
            ascii if ascii.is_ascii() => out.push(ascii),
            other => _ = write!(out, "&#{};", u32::from(other)),
        }
    }
    out
}

/// WebOb's `strip_tags`: a `br` is a new line, and other tags are none.
fn without_tags(body: &str) -> String {
    let body = body.replace('\n', " ").replace('\r', "");
    let mut out = String::with_capacity(body.len());
    let mut rest = body.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        let Some((inside, behind)) = tag.split_once('>') else {
            out.push('<');
            rest = tag;
            continue;
        };
        let is_break = inside
            .get(..2)
            .is_some_and(|name| name.eq_ignore_ascii_case("br"));
        if is_break {
            out.push('\n');
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn form(choice: Choice, accept: &str) -> Form {
    match choice {
        Choice::Substring if accept.contains("html") || accept.contains("*/*") => Form::Html,
        Choice::Substring => Form::Plain,
        Choice::Offers => match WEBOB.best_match(accept, &["text/html", "application/json"]) {
            Some(("text/html", _)) => Form::Html,
            Some(_) => Form::Json,
            None => Form::Plain,
        },
    }
}
