//! How images come from one status to the next without anybody's doing: after a time on the clock, after
//! so many reads, or by a word.
//!
//! Each image has a plan at most, and a plan waits for one thing at a time. What time brings stands in
//! the space's agenda. Reads are counted where images are read, with the book of the plans open: so many
//! answers, and not one more, show the image as it was. While no image waits for reads, that costs
//! whoever reads one atomic load. The step that the last of them brings about stands in the agenda, too, as
//! due: whoever comes next finds it taken.
//!
//! Two locks: who changes plans together with images holds them ([`Held`]), for as long as the store takes;
//! who looks, counts or puts off an upload opens the book for a moment. Plans are held before the store
//! is written to, never the other way round, and nobody writes or waits who has the book open. It is all in
//! memory: a server that is started again has no plans.
//!
//! Nobody who comes to read waits for another process that has a database file for longer than a blink. A
//! step that cannot be taken so soon is late: it is tried again by all who come, and images are shown as they
//! are until it is taken.

mod arrival;
mod book;
mod held;
mod keeper;
mod saved;
#[cfg(test)]
mod tests;

pub use arrival::Arrival;
pub use held::Held;
pub use keeper::Transitions;
pub use saved::{SavedCourse, SavedTransitions, SavedWait};
