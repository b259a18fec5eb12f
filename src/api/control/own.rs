//! Whether what a space shows is its own.

use super::answer::fault;
use super::route::Ask;
use crate::http::{Reply, StatusCode};

/// Lets pass who would put something in place of images that are this server's own.
///
/// # Errors
/// The answer where they are a real cloud's.
pub fn check(ask: &Ask<'_>) -> Result<(), Box<Reply>> {
    if ask.app.upstream.is_none() {
        return Ok(());
    }
    let why = "the images are a real cloud's (--upstream-url): they are changed there";
    Err(Box::new(fault(StatusCode::CONFLICT, why)))
}
