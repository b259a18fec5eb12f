//! Why nobody is let in.

use crate::store::StoreError;

/// Why a token is none to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no text at all.
    #[error("no token in the request")]
    Missing,
    /// Nobody issued it.
    #[error("the token is not known")]
    Unknown,
    /// It has expired or was revoked.
    #[error("the token has ended")]
    Ended,
}

/// Why nobody signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Something was wrong; nobody learns what.
    #[error("the request requires authentication")]
    Refused,
    /// The token that was to prove the user does not.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The new token cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}
