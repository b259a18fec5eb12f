//! What stands between a request's plan and its answer.

use crate::domain::Plan;
use crate::http::{Head, Refusal, Reply};
use std::fmt;
use std::time::Duration;

/// Looks at each request once its plan is known, before its body is read, and decides what becomes of
/// it.
///
/// Requests to `/_control` are never shown to it: whoever has made a server unreachable must be able to
/// undo that.
///
/// ```
/// use nova_images::{Emulator, Exchange, Interceptor, Refusal, Verdict};
///
/// /// Glance is down: lists of images fail in Nova's own words.
/// struct NoLists;
///
/// impl Interceptor for NoLists {
///     fn look(&self, exchange: &Exchange<'_>) -> Verdict {
///         match exchange.plan.operation.as_str() {
///             "nova.images.detail" => {
///                 let refusal = Refusal::new(http::StatusCode::SERVICE_UNAVAILABLE, "Try later.");
///                 Verdict::Answer(exchange.refuse(&refusal))
///             }
///             _ => Verdict::Pass,
///         }
///     }
/// }
///
/// # fn main() -> Result<(), nova_images::StartError> {
/// let nova = Emulator::builder().interceptor(NoLists).start()?;
/// # Ok(())
/// # }
/// ```
pub trait Interceptor: Send + Sync {
    /// Decides. It is called on a thread that answers requests, and must not wait.
    fn look(&self, exchange: &Exchange<'_>) -> Verdict;
}

/// What becomes of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It is answered.
    Pass,
    /// It is answered after so long.
    Delay(Duration),
    /// This is the answer; nothing is done.
    Answer(Reply),
    /// It is carried out, and then answered with this all the same.
    After(Reply),
}

/// A request that an interceptor looks at.
#[derive(Clone, Copy)]
pub struct Exchange<'e> {
    /// What it is about.
    pub plan: &'e Plan,
    /// Its head, as the space that it is for sees it.
    pub head: &'e Head,
    /// The name of that space; nothing for the server's own.
    pub space: Option<&'e str>,
    refuse: &'e dyn Fn(&Refusal) -> Reply,
}

impl<'e> Exchange<'e> {
    pub(super) fn new(
        plan: &'e Plan,
        head: &'e Head,
        refuse: &'e dyn Fn(&Refusal) -> Reply,
    ) -> Self {
        Self {
            plan,
            head,
            space: head.origin().space(),
            refuse,
        }
    }

    /// An error as the asked service words its own, in the form that the request asks for.
    #[must_use]
    pub fn refuse(&self, refusal: &Refusal) -> Reply {
        (self.refuse)(refusal)
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, head, .. } = self;
        write!(f, "{} {} {}", plan.operation, head.method(), head.target())
    }
}
