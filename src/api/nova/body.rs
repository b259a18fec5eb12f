//! Bodies that write metadata: how each release reads, checks and applies them.

use super::body_juno;
use super::body_v21;
use super::call::Call;
use super::fault::Fault;
use crate::domain::{Image, Properties};
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

/// How a dialect treats bodies.
#[derive(Clone, Copy)]
pub struct MetadataBodies {
    /// Reads the body: content type and syntax.
    pub read: fn(&Call<'_>, Write<'_>) -> Result<Value, Fault>,
    /// Checks it before anybody looks for the image.
    pub check: fn(&Call<'_>, Write<'_>, &Value) -> Result<(), Fault>,
    /// Applies it to what is shown now.
    pub apply: fn(&Call<'_>, Write<'_>, &Value, &mut Shown) -> Result<(), Fault>,
    /// What is stored of what would be shown, given the image as it is.
    pub store: fn(&Call<'_>, &Shown, &Image) -> Result<Properties, Fault>,
    /// Whether POST answers what is stored, not what was sent.
    pub create_answers_stored: bool,
}

/// Nova 2014.2's.
pub const JUNO: MetadataBodies = MetadataBodies {
    read: body_juno::read,
    check: body_juno::check,
    apply: body_juno::apply,
    store: body_juno::store,
    create_answers_stored: false,
};

/// Nova 34's v2.1.
pub const V21: MetadataBodies = MetadataBodies {
    read: body_v21::read,
    check: body_v21::check_strict,
    apply: body_v21::apply,
    store: body_v21::store,
    create_answers_stored: true,
};

/// Nova 34's v2: other members beside the one that counts are allowed.
pub const COMPAT: MetadataBodies = MetadataBodies {
    check: body_v21::check_loose,
    ..V21
};

/// More items than the quota allows: 403, not 413.
pub fn over_quota() -> Fault {
    Fault::forbidden("Image metadata limit exceeded")
}
