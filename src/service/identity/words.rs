//! The words of a sign-in: who, by what, for what.

use std::fmt;

/// The domain of v2.0, which knows none.
pub const DEFAULT_DOMAIN: &str = "default";

/// A domain, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainRef {
    /// By id.
    Id(String),
    /// By name.
    Name(String),
    /// That of the user who signs in.
    OfUser,
}

impl fmt::Display for DomainRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "of id {id:?}"),
            Self::Name(name) => write!(f, "called {name:?}"),
            Self::OfUser => f.write_str("of the user"),
        }
    }
}

/// A user or a project, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// By id.
    Id(String),
    /// By a name within a domain.
    Name(String, DomainRef),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "of id {id:?}"),
            Self::Name(name, domain) => write!(f, "called {name:?} in a domain {domain}"),
        }
    }
}

/// By what a user is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a password; a missing one is as wrong as any.
    Password(Reference, Option<String>),
    /// By a token that was issued before.
    Token(String),
}

/// What the token is to be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedScope {
    /// The user's default project if that is possible, else nothing.
    Default,
    /// Nothing.
    Unscoped,
    /// A project.
    Project(Reference),
    /// A domain.
    Domain(DomainRef),
    /// The deployment.
    System,
}

/// How a token's text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// As long as a Fernet token of today, and as opaque.
    Opaque,
    /// 32 hex digits, as the UUID tokens of 2014.
    Hex,
}
