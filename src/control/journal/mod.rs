//! What was asked and what was answered: kept for whoever wants to know what a client really did.
//!
//! A server has one journal. Its spaces share its bounds, and each sees its own entries only. What comes
//! in is kept as it is, but for secrets in headers; it is masked and made readable when somebody looks.

mod desk;
mod end;
mod entry;
mod following;
mod glob;
mod listeners;
mod masked;
mod matching;
mod record;
mod ring;
mod room;
#[cfg(test)]
mod samples;
mod shelf;
mod space;
mod tally;
mod times;
mod writing;

pub use desk::Desk;
pub use end::End;
pub use entry::{Entry, KeptBody};
pub use following::{Following, News};
pub use masked::{shown_target, told};
pub use matching::{Matching, StatusError, Statuses};
pub use record::{Answered, Record};
pub use room::{Bounds, Journal};
pub use space::{SpaceJournal, SpacePlace};
pub use tally::{NearMiss, Tally};
pub use times::{Times, TimesError};
pub use writing::{Draft, Writing};
