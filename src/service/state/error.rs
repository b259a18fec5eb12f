//! Why a state was not read or changed.

use crate::control::FixtureError;
use crate::service::seed::LoadError;
use crate::store::StoreError;
use std::error::Error;

/// Why the state of a space was not read, or nothing else put in its place. Nothing of it changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The fixture is none.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// No such set is built in.
    #[error("no fixture {name:?} is built in")]
    NotBuiltIn {
        /// What was asked for.
        name: String,
    },
    /// The space was removed.
    #[error("the space was removed")]
    Removed,
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<LoadError> for StateError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Fixture(error) => error.into(),
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for StateError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

/// What is wrong with a body that is no fixture, but has the form of a part of one.
fn wrong(error: &FixtureError) -> String {
    match error {
        FixtureError::Wrong { path, reason, .. } => {
            format!("the body is wrong at {path}: {reason}")
        }
        FixtureError::NotJson { source, .. } => format!("the body is not JSON: {source}"),
        other => other.to_string(),
    }
}

impl PeopleError {
    /// There is no user of this id.
    #[must_use]
    pub fn missing_user(id: &str) -> Self {
        let id = id.to_owned();
        Self::Missing { what: USER, id }
    }

    /// There is no project of this id.
    #[must_use]
    pub fn missing_project(id: &str) -> Self {
        let id = id.to_owned();
        Self::Missing { what: PROJECT, id }
    }
}

/// What users are called in errors.
pub const USER: &str = "user";

/// What projects are called in errors.
pub const PROJECT: &str = "project";

/// Why a user or a project was not changed. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// What was sent is none.
    #[error("{}", wrong(.0))]
    Wrong(#[from] FixtureError),
    /// There is one.
    #[error("there is a {what} of this id, or of this name in its domain: {id:?}")]
    Taken {
        /// `user` or `project`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// There is none.
    #[error("there is no {what} {id:?}")]
    Missing {
        /// `user` or `project`.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// An id stays what it is.
    #[error("the id of a {what} does not change")]
    OtherId {
        /// `user` or `project`.
        what: &'static str,
    },
    /// Something else needs it.
    #[error("project {id:?} stays: {why}")]
    Needed {
        /// The project.
        id: String,
        /// By whom.
        why: String,
    },
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
}
