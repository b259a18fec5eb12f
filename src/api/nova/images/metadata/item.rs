//! Items of metadata, and what a write does with them.

use crate::api::nova::fault::Fault;
use crate::python::Value;
use indexmap::IndexMap;

/// Metadata as a client sees it.
pub type Shown = IndexMap<String, Value>;

/// Most items of an image's metadata (Nova's quota `metadata_items`).
pub const MOST_ITEMS: usize = 128;

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write<'a> {
    /// POST: the given items are added to those that are there.
    Merge,
    /// PUT: the given items take the place of those that are there.
    Replace,
    /// PUT of one key.
    One(&'a str),
}

/// More items than the quota allows: 403, not 413.
pub fn over_quota() -> Fault {
    Fault::forbidden("Image metadata limit exceeded")
}
