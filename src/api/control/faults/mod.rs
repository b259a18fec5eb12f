//! `/_control/faults`: what goes wrong on demand in a space.
//!
//! A fault is a flat object (`wanted.rs`). Requests that bring a fault of their own say it in the same
//! words (`brought.rs`).

mod brought;
mod routes;
mod wanted;

pub use brought::brought;
pub use routes::ROUTES;
