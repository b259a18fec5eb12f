//! How many processors there are for this process.

use std::num::NonZero;
use std::sync::OnceLock;

/// Those that it may use, at least one. Linux says so in several files, which are read once.
#[must_use]
pub fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZero::get))
}
