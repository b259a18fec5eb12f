//! Why nobody is let in.

use super::words::{DomainRef, Reference};
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
    /// Something was wrong; no client learns what.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The token that was to prove the user does not.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token that proves the user is the system's, which gives none for less.
    #[error("a system-scoped token gives no token for a project or a domain")]
    SystemToken,
    /// The new token cannot be kept.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Why a sign-in is refused, for whoever wonders.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing was shown by which a user is recognised.
    #[error("no proof of a user was given")]
    NoProof,
    /// There is no such user, or one that may not sign in.
    #[error("no enabled user is {0}")]
    NoSuchUser(Reference),
    /// The user has another password, or none.
    #[error("that is not the password of user {0}")]
    WrongPassword(String),
    /// It is not what all clients have to show.
    #[error("that is not the secret of clients")]
    NotTheSecret,
    /// The proofs are of two users.
    #[error("one proof is of user {0}, another of user {1}")]
    TwoUsers(String, String),
    /// There is no such project, or one that is not open.
    #[error("no enabled project is {0}")]
    NoSuchProject(Reference),
    /// There is no such domain, or one that is not open.
    #[error("no enabled domain is {0}")]
    NoSuchDomain(DomainRef),
    /// The user has no role in the scope.
    #[error("user {user} has no role on {scope}")]
    NoRole {
        /// The user's id.
        user: String,
        /// What the token was to be for.
        scope: String,
    },
}
