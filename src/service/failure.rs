//! Errors as those who run a server want them: with all that they come from.

use crate::store::StoreError;
use std::error::Error;
use std::fmt;

/// What an error says, and what each of its causes adds to that.
#[must_use]
pub fn why(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        // Many errors quote their cause.
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = next.source();
    }
    text
}

/// Something of ours failed: what a facade answers with its form of a 500.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    why: String,
    is_unavailable: bool,
}

impl Failure {
    /// Takes an error, and logs it: here and nowhere else.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let why = why(error);
        tracing::error!(why, "a request failed");
        let mut is_unavailable = false;
        let mut cause = Some(error);
        while let Some(error) = cause {
            is_unavailable |= error
                .downcast_ref()
                .is_some_and(StoreError::is_of_its_place);
            cause = error.source();
        }
        Self {
            why,
            is_unavailable,
        }
    }

    /// Whether it is because of what the server stands on, which may be better in a moment: then it is
    /// answered with the facade's form of a 503.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.is_unavailable
    }

    /// What went wrong. Clients are not told.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, why};
    use crate::service::image_data::DataError;
    use crate::store::StoreError;
    use std::sync::Arc;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        #[source]
        cause: Option<Box<Link>>,
    }

    fn link(text: &'static str, cause: Option<Link>) -> Link {
        let cause = cause.map(Box::new);
        Link { text, cause }
    }

    #[test]
    fn causes_are_named_once() {
        let disk = || link("the disk is full", None);
        assert_eq!(why(&disk()), "the disk is full");
        let database = link("database", Some(disk()));
        assert_eq!(why(&database), "database: the disk is full");
        let quoting = link("database: the disk is full", Some(disk()));
        assert_eq!(why(&quoting), "database: the disk is full");
        let long = link("reset", Some(link("cannot write", Some(disk()))));
        assert_eq!(why(&long), "reset: cannot write: the disk is full");
    }

    #[test]
    fn what_the_server_stands_on_is_found_behind_other_errors() {
        let gone = || StoreError::Gone("images.db".into());
        let together = StoreError::NotCommitted(Arc::new(gone()));
        for error in [gone(), StoreError::Busy, together] {
            let error = DataError::from(error);
            assert!(Failure::of(&error).is_unavailable(), "{error}");
        }
        assert!(!Failure::of(&StoreError::GivenUp).is_unavailable());
        assert!(why(&DataError::from(gone())).contains("images.db"));
    }
}
