//! What a test harness turns: the clock, the ids, and the fixtures that a server starts from.

pub mod agenda;
pub mod builtin;
pub mod clock;
pub mod fixture;
pub mod idle;
pub mod ids;

pub use agenda::Agenda;
pub use builtin::is_built_in;
pub use clock::{Clock, ClockError};
pub use fixture::{
    Described, Fixture, FixtureError, Unsaid, read_uploads, written_image, written_uploads,
};
pub use idle::Idle;
pub use ids::Ids;
