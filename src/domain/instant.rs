//! The machine's own time.

use std::time::Instant;

/// For durations that are the machine's, whatever a clock shows.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn instant() -> Instant {
    Instant::now()
}
