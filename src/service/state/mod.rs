//! The whole state of a space: written as a fixture, put in place of another, added to, changed by hand.

mod content;
mod dump;
mod error;
mod load;
mod people;

pub use dump::Dump;
pub use error::{PeopleError, StateError};
