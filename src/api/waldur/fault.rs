//! Why a request fails, and what the REST framework's exception handler makes of it.

use super::catalogue;
use super::language::Language;
use crate::http::{Refusal, StatusCode};
use crate::service::Failure;
use serde_json::{Map, Value, json};

/// What validators say of a NUL.
pub const NULL_CHARACTERS: &str = "Null characters are not allowed.";

/// Errors by field, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, Value)>);

impl FieldErrors {
    /// Adds what is wrong with a field: messages, or messages by place.
    pub fn add(&mut self, field: &'static str, messages: Value) {
        self.0.push((field, messages));
    }

    /// The fields that have errors.
    #[cfg(test)]
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(field, _)| *field)
    }

    /// # Errors
    /// When there are any.
    pub fn into_result(self) -> Result<(), Fault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Fault::Invalid(self))
        }
    }
}

/// Why a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No token, or none that this server reads.
    NotAuthenticated,
    /// `Authorization: Token` alone.
    NoCredentials,
    /// More than one word behind `Token`.
    TokenWithSpaces,
    /// A token that is no UTF-8.
    TokenWithBadCharacters,
    /// Nobody has the token.
    UnknownToken,
    /// The token's user may not sign in.
    InactiveUser,
    /// The token was not used for too long.
    ExpiredToken,
    /// Parameters are malformed.
    Invalid(FieldErrors),
    /// There is no such format.
    UnknownFormat,
    /// There is no such image, or none that the user sees: why, which the client is not told.
    NoImage(String),
    /// There is no such page.
    InvalidPage,
    /// A URL in a filter leads to no view.
    Unresolved(String),
    /// The method is none of this resource's.
    WrongMethod(String),
    /// `Accept` has no form that there is.
    NotAcceptable,
    /// The original raises here, and nobody catches it.
    Crash,
    /// What comes from outside of the service.
    Outside(Refusal),
    /// The store failed.
    Store(Failure),
}

impl Fault {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated
            | Self::NoCredentials
            | Self::TokenWithSpaces
            | Self::TokenWithBadCharacters
            | Self::UnknownToken
            | Self::InactiveUser
            | Self::ExpiredToken => StatusCode::UNAUTHORIZED,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::UnknownFormat | Self::NoImage(_) | Self::InvalidPage | Self::Unresolved(_) => {
                StatusCode::NOT_FOUND
            }
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Outside(refusal) => refusal.status,
            Self::Store(failure) if failure.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Crash | Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The body, in a language.
    pub fn body(&self, language: Language) -> Value {
        let say = |message| catalogue::translate(language, message);
        match self {
            Self::Invalid(errors) => {
                let fields = errors.0.iter().map(|(field, messages)| {
                    ((*field).to_owned(), translate_messages(language, messages))
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
            // The real one lists every pattern that it tried.
            Self::Unresolved(path) => {
                json!({"tried": [], "path": path.strip_prefix('/').unwrap_or(path)})
            }
            Self::WrongMethod(method) => {
                let message = say("Method \"{method}\" not allowed.");
                json!({"detail": message.replace("{method}", method)})
            }
            Self::Outside(refusal) => json!({"detail": refusal.says(say(own_words(refusal)))}),
            other => json!({"detail": say(other.message())}),
        }
    }

    /// Why, for whoever runs the server.
    pub fn why(&self) -> String {
        match self {
            Self::NotAuthenticated => "no `Authorization: Token …` in the request".to_owned(),
            Self::UnknownToken => "the token is not known".to_owned(),
            Self::InactiveUser => "the token is of a user that is not active".to_owned(),
            Self::ExpiredToken => "the token has ended".to_owned(),
            Self::NoImage(why) => why.clone(),
            Self::Invalid(errors) => {
                let wrong = errors.0.iter();
                let wrong = wrong.map(|(field, messages)| format!("{field}: {messages}"));
                wrong.collect::<Vec<_>>().join("; ")
            }
            Self::Unresolved(path) => format!("{path} leads to nothing that Waldur has"),
            Self::UnknownFormat => "there is no such format".to_owned(),
            Self::WrongMethod(method) => format!("there is no {method} here"),
            Self::Crash => "Waldur itself fails here, and so says nothing".to_owned(),
            Self::Outside(refusal) => refusal.message.clone(),
            Self::Store(failure) => failure.why().to_owned(),
            Self::NoCredentials
            | Self::TokenWithSpaces
            | Self::TokenWithBadCharacters
            | Self::InvalidPage
            | Self::NotAcceptable => self.message().to_owned(),
        }
    }

    fn message(&self) -> &'static str {
        match self {
            Self::NotAuthenticated => "Authentication credentials were not provided.",
            Self::NoCredentials => "Invalid token. No credentials provided.",
            Self::TokenWithSpaces => "Invalid token. Token string should not contain spaces.",
            Self::TokenWithBadCharacters => {
                "Invalid token header. Token string should not contain invalid characters."
            }
            Self::UnknownToken => "Invalid token.",
            Self::InactiveUser => "User inactive or deleted.",
            Self::ExpiredToken => "Token has expired.",
            Self::UnknownFormat | Self::Unresolved(_) => "Not found.",
            Self::NoImage(_) => "No Image matches the given query.",
            Self::InvalidPage => "Invalid page.",
            Self::NotAcceptable => "Could not satisfy the request Accept header.",
            Self::Invalid(_) => "Invalid input.",
            Self::WrongMethod(_) => "Method \"{method}\" not allowed.",
            Self::Store(failure) if failure.is_unavailable() => {
                "Service temporarily unavailable, try again later."
            }
            Self::Crash | Self::Outside(_) | Self::Store(_) => "A server error occurred.",
        }
    }
}

/// What the REST framework says with a status that nobody gave a message.
pub fn own_words(refusal: &Refusal) -> &'static str {
    match refusal.status.as_u16() {
        400 => "Malformed request.",
        401 => "Token has expired.",
        403 => "You do not have permission to perform this action.",
        404 => "Not found.",
        429 => "Request was throttled.",
        500 => "A server error occurred.",
        503 => "Service temporarily unavailable, try again later.",
        _ => refusal.status.canonical_reason().unwrap_or_default(),
    }
}

fn translate_messages(language: Language, messages: &Value) -> Value {
    match messages {
        Value::String(message) => json!(catalogue::translate(language, message)),
        Value::Array(messages) => messages
            .iter()
            .map(|message| translate_messages(language, message))
            .collect(),
        Value::Object(by_place) => by_place
            .iter()
            .map(|(place, messages)| (place.clone(), translate_messages(language, messages)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
