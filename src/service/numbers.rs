//! Numbers that nobody has had before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what a server makes: what is kept of one thing is never taken for another's.
#[derive(Clone, Debug, Default)]
pub struct Numbers(Arc<AtomicU64>);

impl Numbers {
    /// The next one; the first is 0.
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}
