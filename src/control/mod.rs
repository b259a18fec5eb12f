//! What a test harness turns and reads: the clock, the ids, what goes wrong on demand, the fixtures that a
//! server starts from, and the journal of what was asked of it.

pub mod agenda;
pub mod builtin;
#[cfg(feature = "cli")]
pub mod catalogue;
pub mod clock;
pub mod faults;
pub mod fixture;
pub mod idle;
pub mod ids;
pub mod journal;
pub mod long_lock;

pub use agenda::Agenda;
pub use builtin::is_built_in;
pub use clock::{Clock, ClockError, ClockPlace};
pub use fixture::{
    Described, Fixture, FixtureError, Unsaid, read_uploads, written_image, written_uploads,
};
pub use idle::Idle;
pub use ids::{Ids, IdsPlace};
pub use journal::{Journal, SpaceJournal};
pub use long_lock::LongLock;
