//! What a test harness turns: the clock, the ids, and the fixtures that a server starts from.

pub mod agenda;
pub mod builtin;
#[cfg(feature = "cli")]
pub mod catalogue;
pub mod clock;
pub mod fixture;
pub mod ids;

pub use agenda::Agenda;
pub use builtin::is_built_in;
pub use clock::{Clock, ClockError, ClockPlace};
pub use fixture::{Fixture, FixtureError};
pub use ids::{Ids, IdsPlace};
