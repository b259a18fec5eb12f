//! What v3 says when something is wrong: Keystone's own errors, and the pages of the framework
//! below it for what no resource of its answers.

use crate::api::keystone::failed;
use crate::domain::Token;
use crate::http::{Method, Refusal, Reply, StatusCode};
use crate::python;
use crate::service::Failure;
use crate::service::identity::{SignInError, TokenError};
use serde::Serialize;

/// The methods of sign-in that Keystone 30 knows.
pub const METHODS: [&str; 7] = [
    "external",
    "password",
    "token",
    "oauth1",
    "mapped",
    "application_credential",
    "ec2credential",
];

/// An error of Keystone's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request cannot be understood; the message says why.
    BadRequest(String),
    /// Nobody signed in, or nobody may: why not, which the client is never told.
    Unauthorized(String),
    /// A sign-in by a method that is not offered.
    UnsupportedMethod,
    /// A sign-in by application credential that asks for a scope.
    CredentialWithScope,
    /// The caller may not do this.
    Forbidden {
        /// The name of the policy's rule.
        rule: Option<&'static str>,
        /// Who asks, in words.
        asker: String,
    },
    /// The caller may not do this, for a reason of its own.
    ForbiddenBecause(&'static str),
    /// There is none.
    NotFound(String),
    /// What comes from outside of the service.
    Outside(Refusal),
    /// The emulator failed.
    Internal(Failure),
}

#[derive(Serialize)]
struct Body<'a> {
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: u16,
    message: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Methods>,
}

#[derive(Serialize)]
struct Methods {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    methods: &'static [&'static str],
}

impl Fault {
    /// Something is missing in a part of the request.
    pub fn expecting(attribute: &str, place: &str) -> Self {
        Self::BadRequest(format!(
            "Expecting to find {attribute} in {place}. The server could not comply with the request \
             since it is either malformed or otherwise incorrect. The client is assumed to be in \
             error."
        ))
    }

    /// Whoever shows this token may not.
    pub fn forbidden(rule: Option<&'static str>, token: &Token) -> Self {
        Self::Forbidden {
            rule,
            asker: token.to_string(),
        }
    }

    /// There is no such thing.
    pub fn could_not_find(what: &str, id: &str) -> Self {
        Self::NotFound(format!("Could not find {what}: {id}."))
    }

    /// The answer; `base` is what links begin with.
    pub fn reply(&self, base: &str) -> Reply {
        let (status, message) = self.status_and_message();
        let identity = match self {
            Self::UnsupportedMethod => Some(Methods { methods: &METHODS }),
            Self::CredentialWithScope => Some(Methods { methods: &[] }),
            _ => None,
        };
        let body = Body {
            error: Error {
                code: status.as_u16(),
                message: &message,
                title: status.canonical_reason().unwrap_or_default(),
                identity,
            },
        };
        let body = python::to_vec(&body).unwrap_or_default();
        let why = match self {
            Self::Unauthorized(why) => why.clone(),
            Self::Forbidden { rule, asker } => format!(
                "{} is not for {asker}",
                rule.map_or_else(|| "this".to_owned(), |rule| format!("identity:{rule}"))
            ),
            Self::Internal(failure) => failure.why().to_owned(),
            _ => message,
        };
        let reply = Reply::new(status, "application/json", body).because(why);
        if status == StatusCode::UNAUTHORIZED {
            reply.with("www-authenticate", format!("Keystone uri=\"{base}/v3\""))
        } else {
            reply
        }
    }

    fn status_and_message(&self) -> (StatusCode, String) {
        match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, message.clone()),
            Self::Unauthorized(_) => (
                StatusCode::UNAUTHORIZED,
                "The request you have made requires authentication.".to_owned(),
            ),
            Self::UnsupportedMethod => (
                StatusCode::UNAUTHORIZED,
                "Attempted to authenticate with an unsupported method.".to_owned(),
            ),
            Self::CredentialWithScope => (
                StatusCode::UNAUTHORIZED,
                "Error authenticating with application credential: Application credentials cannot \
                 request a scope."
                    .to_owned(),
            ),
            Self::Forbidden { rule, .. } => {
                let rule = rule.map_or_else(String::new, |rule| format!(": identity:{rule}"));
                let message =
                    format!("You are not authorized to perform the requested action{rule}.");
                (StatusCode::FORBIDDEN, message)
            }
            Self::ForbiddenBecause(reason) => {
                let message =
                    format!("You are not authorized to perform the requested action: {reason}.");
                (StatusCode::FORBIDDEN, message)
            }
            Self::NotFound(message) => (StatusCode::NOT_FOUND, message.clone()),
            Self::Outside(refusal) => failed::outside(refusal),
            Self::Internal(failure) => failed::told(failure),
        }
    }
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Self {
        // Keystone 30 speaks of Fernet whatever it is given; clients match on the status.
        let message = match error {
            TokenError::Missing => "No token in the request",
            TokenError::Unknown => "Could not recognize Fernet token",
            TokenError::Ended => "Failed to validate token",
        };
        Self::NotFound(message.to_owned())
    }
}

impl From<SignInError> for Fault {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused(refused) => Self::Unauthorized(refused.to_string()),
            SignInError::SystemToken => Self::ForbiddenBecause(
                "Using a system-scoped token to create a project-scoped or domain-scoped token is \
                 not allowed.",
            ),
            SignInError::Token(error) => error.into(),
            SignInError::Store(error) => Self::Internal(Failure::of(&error)),
        }
    }
}

/// Werkzeug's page for a path without a route.
pub fn not_found_page() -> Reply {
    page(
        StatusCode::NOT_FOUND,
        "The requested URL was not found on the server. If you entered the URL manually please \
         check your spelling and try again.",
    )
    .because("Keystone has no such path")
}

/// Werkzeug's page for a method that a version document does not have.
pub fn wrong_method_page(allowed: &[Method]) -> Reply {
    page(
        StatusCode::METHOD_NOT_ALLOWED,
        "The method is not allowed for the requested URL.",
    )
    .with("allow", list(allowed))
    .because(format!("here are {} only", list(allowed)))
}

/// What flask-restful says for a method that a resource does not have.
pub fn wrong_method(allowed: &[Method]) -> Reply {
    let body = r#"{"message": "The method is not allowed for the requested URL."}"#;
    Reply::new(StatusCode::METHOD_NOT_ALLOWED, "application/json", body)
        .with("allow", list(allowed))
        .because(format!("here are {} only", list(allowed)))
}

/// The answer to OPTIONS.
pub fn options(allowed: &[Method]) -> Reply {
    Reply::new(StatusCode::OK, HTML, "").with("allow", list(allowed))
}

/// Werkzeug's page for a path with a double slash.
pub fn redirect_page(url: &str) -> Reply {
    let shown = url
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;");
    let body = format!(
        "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n\
         <p>You should be redirected automatically to the target URL: <a href=\"{shown}\">{shown}\
         </a>. If not, click the link.\n"
    );
    Reply::new(StatusCode::PERMANENT_REDIRECT, HTML, body).with("location", url.to_owned())
}

const HTML: &str = "text/html; charset=utf-8";

fn page(status: StatusCode, sentence: &str) -> Reply {
    let title = status.canonical_reason().unwrap_or_default();
    let body = format!(
        "<!doctype html>\n<html lang=en>\n<title>{} {title}</title>\n<h1>{title}</h1>\n\
         <p>{sentence}</p>\n",
        status.as_str()
    );
    Reply::new(status, HTML, body)
}

fn list(methods: &[Method]) -> String {
    let names: Vec<_> = methods.iter().map(Method::as_str).collect();
    names.join(", ")
}
