//! Changes whose commit is put off: whoever makes many of them, one after the other, has them committed
//! together, and waits once.
//!
//! Who asks for a change knows nothing of that: between the two stand the facades and the services. So it is
//! a matter of what the thread does as a whole, as its patience is.

use super::group::Group;
use super::spool::DataName;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static SLOT: RefCell<Slot> = const { RefCell::new(Slot::Closed) };
}

/// What a thread means to do with a change.
#[derive(Debug)]
enum Slot {
    /// To wait until it is committed.
    Closed,
    /// To put its commit off.
    Open,
    /// It has put one off, or waited in vain; for others it waits.
    Taken(Left),
}

/// What work leaves to whoever had it put commits off.
#[derive(Debug)]
#[must_use]
pub enum Left {
    /// Nothing: it changed nothing, or waited for the commit.
    Nothing,
    /// A change, to be committed.
    Change(Uncommitted),
    /// No change: another process has the file, and had it for longer than the work could wait.
    InVain,
}

/// A change that is written, but not committed: nobody else sees it. It has to be committed.
#[derive(Debug)]
#[must_use]
pub struct Uncommitted {
    pub(super) group: Arc<Group>,
    /// The image that has changed, if one has.
    pub(super) changed: Option<String>,
    /// What the image has no use for any more.
    pub(super) freed: Vec<DataName>,
}

impl Uncommitted {
    /// Whether somebody else has committed it meanwhile, or failed to.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.group.is_decided()
    }
}

/// Does work that must not panic. Of the changes that it makes together with others, the commit of the first
/// is put off.
pub fn put_off<T>(work: impl FnOnce() -> T) -> (T, Left) {
    SLOT.set(Slot::Open);
    let done = work();
    match SLOT.replace(Slot::Closed) {
        Slot::Taken(left) => (done, left),
        Slot::Open | Slot::Closed => (done, Left::Nothing),
    }
}

/// Whether the commit of a change is to be put off.
pub(super) fn is_put_off() -> bool {
    SLOT.with_borrow(|slot| matches!(slot, Slot::Open))
}

/// Leaves something to whoever commits.
pub(super) fn leave(left: Left) {
    SLOT.set(Slot::Taken(left));
}
