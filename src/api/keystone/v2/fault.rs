//! What v2.0 says when something is wrong.

use super::views::ErrorView;
use crate::api::keystone::failed;
use crate::http::Refusal;
use crate::http::StatusCode;
use crate::service::Failure;
use crate::service::identity::{SignInError, TokenError};

/// An error of Keystone's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request cannot be understood; the message says why.
    BadRequest(String),
    /// The body is no XML: told in JSON, whatever the client would like.
    NotXml,
    /// Nobody signed in, or nobody may: why not, which the client is never told.
    Unauthorized(String),
    /// The caller may not do this.
    Forbidden {
        /// The name of the policy's rule.
        rule: &'static str,
        /// Who asks, in words.
        asker: String,
    },
    /// There is no such token.
    NoToken(String),
    /// There is no such path, or not by this method.
    NoRoute,
    /// What comes from outside of the service.
    Outside(Refusal),
    /// The emulator failed.
    Internal(Failure),
}

impl Fault {
    /// Something is missing in a part of the request.
    pub fn expecting(attribute: &str, place: &str) -> Self {
        // Keystone 2014.2: a dash here, where v3 has a full stop.
        Self::BadRequest(format!(
            "Expecting to find {attribute} in {place} - the server could not comply with the \
             request since it is either malformed or otherwise incorrect. The client is assumed \
             to be in error."
        ))
    }

    /// A text is longer than Keystone takes.
    pub fn too_long(attribute: &str, most: usize) -> Self {
        Self::BadRequest(format!(
            "Request attribute {attribute} must be less than or equal to {most}. The server could \
             not comply with the request because the attribute size is invalid (too large). The \
             client is assumed to be in error."
        ))
    }

    /// A value has a type that Python code stumbles over; the real message names the code.
    pub fn wrong_type(attribute: &str) -> Self {
        Self::BadRequest(format!("{attribute} has a value of the wrong type"))
    }

    /// The status, and what the body says.
    pub fn view(&self) -> (StatusCode, ErrorView) {
        let (status, message) = match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, message.clone()),
            Self::NotXml => return Self::expecting("valid XML", "request body").view(),
            Self::Unauthorized(_) => (
                StatusCode::UNAUTHORIZED,
                "The request you have made requires authentication.".to_owned(),
            ),
            Self::Forbidden { rule, .. } => (
                StatusCode::FORBIDDEN,
                format!("You are not authorized to perform the requested action: {rule}"),
            ),
            Self::NoToken(id) => (StatusCode::NOT_FOUND, format!("Could not find token: {id}")),
            Self::NoRoute => (
                StatusCode::NOT_FOUND,
                "The resource could not be found.".to_owned(),
            ),
            Self::Outside(refusal) => failed::outside(refusal),
            Self::Internal(failure) => failed::told(failure),
        };
        (status, ErrorView::new(status, message))
    }

    /// Why, for whoever runs the server.
    pub fn why(&self) -> String {
        match self {
            Self::BadRequest(why) | Self::Unauthorized(why) => why.clone(),
            Self::NotXml => "the body is no XML".to_owned(),
            Self::Forbidden { rule, asker } => {
                format!("{rule} takes the role admin, and the token is of {asker}")
            }
            Self::NoToken(_) => "the token is not known, or has ended".to_owned(),
            Self::NoRoute => "Keystone v2.0 has nothing there, or not by this method".to_owned(),
            Self::Outside(refusal) => refusal.message.clone(),
            Self::Internal(failure) => failure.why().to_owned(),
        }
    }
}

impl From<SignInError> for Fault {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => Self::Internal(Failure::of(&error)),
            refused @ (SignInError::Refused(_)
            | SignInError::SystemToken
            | SignInError::Token(
                TokenError::Missing | TokenError::Unknown | TokenError::Ended,
            )) => Self::Unauthorized(refused.to_string()),
        }
    }
}
