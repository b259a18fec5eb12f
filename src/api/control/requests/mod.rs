//! `/_control/requests`: what was asked of a space, and what it answered.

mod filter;
mod follow;
mod look;
mod routes;
mod shown;
mod tally;
mod wait;

pub use routes::ROUTES;
