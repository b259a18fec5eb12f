//! What a test harness turns: the clock, the ids, what goes wrong on demand, and the fixtures that a server
//! starts from.

pub mod agenda;
pub mod builtin;
pub mod clock;
pub mod faults;
pub mod fixture;
pub mod ids;

pub use agenda::Agenda;
pub use builtin::is_built_in;
pub use clock::{Clock, ClockError};
pub use fixture::{Fixture, FixtureError};
pub use ids::Ids;
