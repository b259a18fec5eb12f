//! Whether a space is still there, for whoever is in the middle of something in it.

use std::sync::atomic::{AtomicBool, Ordering};

/// Of one space.
#[derive(Debug, Default)]
pub struct Removal(AtomicBool);

impl Removal {
    /// Says to all that it is gone.
    pub fn happen(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether nobody finds any more what is done in it.
    #[must_use]
    pub fn has_happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
