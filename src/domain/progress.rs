//! How far something long has come.

use std::fmt;

/// Who is told how far something long has come.
pub trait Progress: Send + Sync {
    /// Something begins that takes so many steps; none when nobody knows how many.
    fn begin(&self, what: &'static str, steps: u64);

    /// So many steps more are done.
    fn step(&self, steps: u64);

    /// It is done.
    fn end(&self);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Untold;

impl Progress for Untold {
    fn begin(&self, _: &'static str, _: u64) {}

    fn step(&self, _: u64) {}

    fn end(&self) {}
}

impl fmt::Debug for dyn Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}
