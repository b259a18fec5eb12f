//! What falls due in a space.

use crate::control;

/// A thing that time brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A token has ended for good.
    TokensEnd,
}

/// What falls due in a space, in order.
pub type Agenda = control::Agenda<Due>;
