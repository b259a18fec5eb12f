//! What goes wrong on demand: faults as values, and who decides which of them fires.
//!
//! Nothing here knows HTTP, or what carries an effect out: a request is a handful of texts, an effect a
//! value. Faults are in order, the first that fires wins, and all that they count is counted under one
//! lock, so that a fault that is to fire three times fires three times however many ask at once.

mod action;
mod condition;
mod fault;
mod pattern;
mod preset;
mod rules;
mod schedule;
mod span;
#[cfg(test)]
mod tests;
mod wrong;

pub use action::{Action, Delay, Effect, FaultReply, Refused};
pub use condition::{Asked, Condition, Headers};
pub use fault::{Fault, unknown};
pub use pattern::Pattern;
pub use preset::{PRESETS, Preset};
pub use rules::{FaultId, FaultReport, FaultState, Faults, Strike, TooManyFaults};
pub use schedule::{Cycle, Schedule};
pub use span::{SPAN_FORM, read_span, write_span};
pub use wrong::WrongFault;
