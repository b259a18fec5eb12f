//! How much of everything an image may have.

use crate::service::quota::{Limited, MOST};
use crate::service::write_error::WriteError;

/// Checks a number.
///
/// # Errors
/// When it is too large.
pub fn check(what: Limited, attempted: usize) -> Result<(), WriteError> {
    match attempted > MOST {
        true => Err(WriteError::TooMany { what, attempted }),
        false => Ok(()),
    }
}
