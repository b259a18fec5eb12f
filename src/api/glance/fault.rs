//! What goes wrong, as values: a status, what the client is told, and why.

use crate::http::webob::{self, Says};
use crate::http::{Method, Refusal, StatusCode};
use crate::service::glance_query::QueryError;
use crate::service::{Failure, ImageError};

/// The generic sentence of a 403.
const DENIED: &str = "Access was denied to this resource.";

/// That of a 409.
const CONFLICT: &str = "There was a conflict when trying to complete your request.";

/// That of a 404.
const NOT_FOUND: &str = "The resource could not be found.";

/// That of a 400.
pub const MALFORMED: &str = "The server could not comply with the request since it is either malformed or otherwise incorrect.";

/// That of a 416.
const NO_RANGE: &str = "The Range requested is not available.";

/// That of a 500.
const INCAPABLE: &str =
    "The server has either erred or is incapable of performing the requested operation.";

/// That of a 503.
const UNAVAILABLE: &str = "The server is currently unavailable. Please try again at a later time.";

/// That of a 401.
const UNAUTHORIZED: &str = "This server could not verify that you are authorized to access the \
                            document you requested. Either you supplied the wrong credentials (e.g., \
                            bad password), or your browser does not understand how to supply the \
                            credentials required.";

/// A refusal, before it has a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The status.
    pub status: StatusCode,
    /// What the client is told.
    pub says: Says,
    /// Headers that belong to it.
    pub headers: Vec<(&'static str, String)>,
    /// Whether an answer to `HEAD` is labelled as plain text, and not as the HTML that it is not.
    pub plain_to_head: bool,
    /// Why, for whoever runs the server.
    pub why: Option<String>,
}

impl Fault {
    fn new(status: StatusCode, says: Says) -> Self {
        Self {
            status,
            says,
            headers: Vec::new(),
            plain_to_head: false,
            why: None,
        }
    }

    /// A status and a sentence.
    pub fn sentence(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self::new(status, Says::Sentence(sentence.into()))
    }

    /// The request cannot be understood.
    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self::sentence(StatusCode::BAD_REQUEST, sentence)
    }

    /// The same, with the reason behind the generic sentence.
    pub fn malformed(reason: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            Says::Reason(MALFORMED, reason.into()),
        )
    }

    /// The caller may not.
    pub fn forbidden(sentence: impl Into<String>) -> Self {
        Self::sentence(StatusCode::FORBIDDEN, sentence)
    }

    /// The policy's words for it.
    pub fn not_authorized(action: &str) -> Self {
        Self::forbidden(format!(
            "You are not authorized to complete {action} action."
        ))
    }

    /// The caller may not, and nothing more is said.
    pub fn denied() -> Self {
        Self::forbidden(DENIED)
    }

    /// The same, with the reason behind the generic sentence.
    pub fn denied_because(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, Says::Reason(DENIED, reason.into()))
    }

    /// There is none.
    pub fn not_found(sentence: impl Into<String>) -> Self {
        Self::sentence(StatusCode::NOT_FOUND, sentence)
    }

    /// The same, with the reason behind the generic sentence.
    pub fn not_found_because(reason: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            Says::Reason(NOT_FOUND, reason.into()),
        )
    }

    /// No route leads there, or to nothing that is there.
    pub fn unrouted() -> Self {
        Self::not_found(NOT_FOUND).because("Glance has nothing there, or not by this method")
    }

    /// No image has the id, for all that the caller may know.
    pub fn no_image(id: &str) -> Self {
        Self::not_found(format!("No image found with ID {id}"))
    }

    /// Something is in the way.
    pub fn conflict(sentence: impl Into<String>) -> Self {
        Self::sentence(StatusCode::CONFLICT, sentence)
    }

    /// The same, with the reason behind the generic sentence.
    pub fn conflict_because(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Says::Reason(CONFLICT, reason.into()))
    }

    /// More than is taken.
    pub fn too_large(sentence: impl Into<String>) -> Self {
        Self::sentence(StatusCode::PAYLOAD_TOO_LARGE, sentence)
    }

    /// No such part of the data.
    pub fn no_range(reason: impl Into<String>) -> Self {
        Self::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            Says::Reason(NO_RANGE, reason.into()),
        )
    }

    /// The type of a body is not the one that is wanted. WebOb leaves its own gap open where there is
    /// none.
    pub fn media_type(sent: Option<&str>, reason: impl Into<String>) -> Self {
        let line = format!(
            "The request media type {} is not supported by this server. ",
            sent.unwrap_or("${CONTENT_TYPE}")
        );
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Says::Line(line, reason.into()),
        )
    }

    /// A method that a path does not have.
    pub fn wrong_method(method: &Method, allowed: &str) -> Self {
        let line = format!("The method {method} is not allowed for this resource. ");
        let says = Says::Line(line, String::new());
        Self::new(StatusCode::METHOD_NOT_ALLOWED, says).with("allow", allowed)
    }

    /// The same where nothing is said of other methods.
    pub fn bare_wrong_method(method: &Method) -> Self {
        let line = format!("The method {method} is not allowed for this resource. ");
        let says = Says::Line(line, String::new());
        Self::new(StatusCode::METHOD_NOT_ALLOWED, says)
    }

    /// A method that a path has, and that is switched off.
    pub fn disabled_method(sentence: &str, allowed: &str) -> Self {
        let says = Says::Only(sentence.to_owned());
        Self::new(StatusCode::METHOD_NOT_ALLOWED, says).with("allow", allowed)
    }

    /// Nobody is signed in; `keystone` is where to.
    pub fn unauthorized(keystone: &str, why: String) -> Self {
        Self::sentence(StatusCode::UNAUTHORIZED, UNAUTHORIZED)
            .with("www-authenticate", format!("Keystone uri=\"{keystone}\""))
            .because(why)
    }

    /// What comes from outside of the service.
    pub fn outside(refusal: &Refusal) -> Self {
        let own = webob::sentence(refusal.status);
        Self::sentence(refusal.status, refusal.says(own))
    }

    /// Something of ours failed, or what it stands on.
    pub fn internal(failure: &Failure) -> Self {
        let fault = match failure.is_unavailable() {
            true => Self::sentence(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
            false => Self::sentence(StatusCode::INTERNAL_SERVER_ERROR, INCAPABLE),
        };
        fault.because(failure.why())
    }

    /// Labelled as plain text to `HEAD`, too.
    #[must_use]
    pub fn plain_to_head(mut self) -> Self {
        self.plain_to_head = true;
        self
    }

    /// With a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With the reason, for whoever runs the server.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// What is wrong with a query.
    pub fn of_query(error: &QueryError) -> Self {
        match error {
            // The real service fails on these, and says nothing.
            QueryError::OutOfRange | QueryError::Relation => {
                Self::bad_request("Invalid filter value.").because(error.to_string())
            }
            other => Self::bad_request(other.to_string()),
        }
    }

    /// What a failed use case is called by API v2; `action` is what the policy calls it.
    pub fn of_image(error: ImageError, id: &str, action: &str) -> Self {
        let why = error.why();
        let fault = match error {
            ImageError::NotFound(_) => Self::no_image(id),
            ImageError::Forbidden(_) => Self::not_authorized(action),
            ImageError::Protected => {
                Self::forbidden(format!("Image {id} is protected and cannot be deleted."))
            }
            ImageError::ReservedProperty(key) => {
                Self::forbidden(format!("Attribute '{key}' is reserved."))
            }
            ImageError::MissingFormat(reason) => Self::bad_request(reason),
            ImageError::ForeignMarker(..) => Self::forbidden(error.to_string()),
            ImageError::UnknownMarker(..) | ImageError::LongMarker | ImageError::BeyondBmp => {
                Self::bad_request(error.to_string())
            }
            ImageError::Query(error) => Self::of_query(&error),
            ImageError::Store(error) => Self::internal(&Failure::of(&error)),
        };
        fault.because(why)
    }
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        Self::of_query(&error)
    }
}
