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
    /// It has put one off; for others it waits.
    Taken(Uncommitted),
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

/// Does work that must not panic. Of the changes that it makes together with others, the commit of the first
/// is put off.
pub fn put_off<T>(work: impl FnOnce() -> T) -> (T, Option<Uncommitted>) {
    SLOT.set(Slot::Open);
    let done = work();
    match SLOT.replace(Slot::Closed) {
        Slot::Taken(uncommitted) => (done, Some(uncommitted)),
        Slot::Open | Slot::Closed => (done, None),
    }
}

/// Whether the commit of a change is to be put off.
pub(super) fn is_put_off() -> bool {
    SLOT.with_borrow(|slot| matches!(slot, Slot::Open))
}

/// Leaves a change to whoever commits it.
pub(super) fn leave(uncommitted: Uncommitted) {
    SLOT.set(Slot::Taken(uncommitted));
}
