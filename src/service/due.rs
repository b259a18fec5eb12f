//! What falls due in a space.

use crate::control;
use std::sync::Arc;

/// A thing that time brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A token has ended for good.
    TokensEnd,
    /// The image of this id comes to the next step of its plan.
    Transition(Arc<str>),
}

/// What falls due in a space, in order.
pub type Agenda = control::Agenda<Due>;
