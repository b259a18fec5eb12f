//! v2.0 in front of a real Keystone that has only v3, in one domain.
//!
//! Requests and answers are v2.0's own; what they ask for is asked of v3.

mod asker;
mod failed;
mod tenants;
mod tokens;
mod views;

pub use tenants::list;
pub use tokens::{authenticate, endpoints, revoke, validate};
