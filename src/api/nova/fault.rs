//! Everything that goes wrong, as values: `refusal` alone turns one into an answer.

use crate::http::{CutOff, StatusCode};
use crate::python::{html_escape, strip};
use crate::service::glance_query::QueryError;
use crate::service::{Failure, ImageError};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The sentence of a WebOb 400 that nobody gave a message.
pub const MALFORMED: &str = "The server could not comply with the request since it is either malformed or otherwise incorrect.";

/// The sentence of a 404 that nobody gave a message.
pub const NO_RESOURCE: &str = "The resource could not be found.";

/// The class of the exception when Glance failed.
pub const GLANCE_FAILED: &str = "glanceclient.exc.HTTPInternalServerError";

/// The sentence of a WebOb 503 that nobody gave a message.
pub const UNAVAILABLE: &str =
    "The server is currently unavailable. Please try again at a later time.";

/// Why a request has no better answer.
#[derive(Debug)]
pub struct Fault {
    /// What the client is told.
    pub told: Told,
    /// What it is not told: for the journal and the log.
    pub why: Option<String>,
}

/// What a client is told.
#[derive(Debug)]
pub enum Told {
    /// An error of Nova's, with its message.
    Api(StatusCode, Cow<'static, str>),
    /// The server failed; Nova 34 names the Python class.
    Internal(&'static str),
    /// Too many requests.
    OverLimit(OverLimit),
    /// No route leads there.
    Unrouted,
    /// The body is larger than oslo.middleware lets through.
    BodyTooLarge,
    /// No valid token.
    Unauthorized,
    /// Nobody can say whether the token is valid.
    IdentityDown,
    /// The image service does not answer; when to come back, in seconds, where it says so.
    Unavailable(Option<u64>),
    /// The server failed before it could even say so.
    Bare,
    /// The server failed outside of what names the class.
    Failed,
}

/// A limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverLimit {
    /// When to come back.
    pub retry_after_seconds: i64,
    /// What was limited.
    pub verb: String,
    /// How often it may be done in a minute.
    pub limit: u32,
}

impl From<Told> for Fault {
    fn from(told: Told) -> Self {
        Self { told, why: None }
    }
}

impl Fault {
    /// In the middle of a list, where nobody can be told any more.
    pub fn cut_off(self) -> CutOff {
        let why = self.why;
        let why = why.unwrap_or_else(|| "an image cannot be shown".to_owned());
        tracing::error!(why, "a list was cut off");
        CutOff(why.into())
    }

    /// An error of Nova's, with its message.
    pub fn api(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Told::Api(status, message.into()).into()
    }

    /// A 400 with a message.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::api(StatusCode::BAD_REQUEST, message)
    }

    /// A 404 with a message.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::api(StatusCode::NOT_FOUND, message)
    }

    /// A 403 with a message.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::api(StatusCode::FORBIDDEN, message)
    }

    /// A 500, with the class of Python's exception.
    pub fn internal(class: &'static str) -> Self {
        Told::Internal(class).into()
    }

    /// With what the client is not told.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// What an error about the image of an id is in Nova's words.
    pub fn of_image(error: ImageError, id: &str) -> Self {
        let why = error.why();
        let fault = match error {
            ImageError::NotFound(_) => Self::not_found("Image not found."),
            ImageError::Forbidden(_) | ImageError::ReservedProperty(_) => {
                Self::forbidden(format!("Not authorized for image {id}."))
            }
            ImageError::Protected => Self::forbidden("You are not allowed to delete the image."),
            ImageError::MissingFormat(reason) => Self::bad_request(reason),
            ImageError::BeyondBmp => Self::internal("nova.exception.ImageBadRequest"),
            ImageError::Query(QueryError::OutOfRange | QueryError::Relation) => {
                Self::internal(GLANCE_FAILED)
            }
            error @ (ImageError::UnknownMarker(..)
            | ImageError::LongMarker
            | ImageError::ForeignMarker(..)
            | ImageError::Query(_)) => Self::bad_request(error.to_string()),
            ImageError::Store(error) => {
                if Failure::of(&error).is_unavailable() {
                    Self::api(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE)
                } else {
                    Self::internal(GLANCE_FAILED)
                }
            }
        };
        fault.because(why)
    }

    /// What Glance's refusal of a list becomes when Nova 34 hands it on: wrapped, and escaped for
    /// HTML, since Glance answered Nova with an HTML page.
    pub fn of_glance_list(error: ImageError) -> Self {
        let (why, text) = (error.why(), error.to_string());
        let fault = match error {
            ImageError::ForeignMarker(..) => {
                Self::forbidden(told_on_a_page("403 Forbidden", &text))
            }
            ImageError::Query(QueryError::OutOfRange | QueryError::Relation) => {
                Self::internal(GLANCE_FAILED)
            }
            ImageError::UnknownMarker(..) | ImageError::LongMarker | ImageError::Query(_) => {
                Self::bad_request(told_on_a_page("400 Bad Request", &text))
            }
            other => return Self::of_image(other, ""),
        };
        fault.because(why)
    }

    /// What Glance's refusal of a list becomes in Nova 2014.2: a sentence that tells nothing.
    pub fn of_glance_v1_list(error: ImageError) -> Self {
        match error {
            ImageError::Query(QueryError::OutOfRange) => {
                Self::internal(GLANCE_FAILED).because(error.why())
            }
            ImageError::ForeignMarker(..)
            | ImageError::UnknownMarker(..)
            | ImageError::Query(_) => Self::bad_request(MALFORMED).because(error.why()),
            other => Self::of_image(other, ""),
        }
    }
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        Self::of_glance_list(ImageError::Query(error))
    }
}

/// What glanceclient reads on one of Glance's pages: its lines stripped, each once, joined.
fn told_on_a_page(title: &str, text: &str) -> String {
    let escaped = html_escaped(text);
    let ends = |letter: char| matches!(letter, '\n'..='\r' | '\x1c'..='\x1e');
    let mut lines: Vec<&str> = vec![title];
    for line in escaped.split(ends).map(strip) {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    format!("HTTP {}", lines.join(": "))
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
