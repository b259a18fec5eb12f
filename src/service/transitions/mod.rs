//! How images come from one status to the next without anybody's doing: after a time on the clock, after
//! so many reads, or by a word.
//!
//! Each image has a plan at most, and a plan waits for one thing at a time. What time brings stands in
//! the space's agenda. Reads are counted where images are read, under the lock of the plans: so many
//! answers, and not one more, show the image as it was. While no image waits for reads, that costs
//! whoever reads one atomic load.
//!
//! The lock of the plans is taken before the store is written to, never the other way round. It is all
//! in memory: a server that is started again has no plans.

mod arrival;
mod held;
mod keeper;
mod saved;
#[cfg(test)]
mod tests;

pub use arrival::Arrival;
pub use held::Held;
pub use keeper::Transitions;
pub use saved::{SavedCourse, SavedTransitions, SavedWait};
