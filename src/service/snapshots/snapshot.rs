//! What a snapshot is.

use crate::control::{ClockPlace, IdsPlace};
use crate::domain::Timestamp;
use crate::service::identity::SavedTokens;
use crate::service::seed::Around;
use crate::service::transitions::SavedTransitions;
use crate::service::waldur::Used;
use crate::store::Seed;

/// What is told of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnapshotInfo {
    /// Its name.
    pub name: String,
    /// When it was taken, by the clock of its space.
    pub taken_at: Timestamp,
    /// How many images it has, deleted ones too.
    pub images: u64,
    /// What their rows take, in bytes; data of images come on top of it.
    pub bytes: u64,
}

/// The whole state of a space at a moment.
#[derive(Debug)]
pub struct Snapshot {
    /// What is told of it.
    pub info: SnapshotInfo,
    /// The images, and what keeps their data.
    pub images: Seed,
    /// All else.
    pub rest: Rest,
}

/// All of a state but the images. Whoever has a part of a space that changes adds it here, to
/// `manifest.rs`, and to both ways in `use_cases.rs`.
#[derive(Debug)]
pub struct Rest {
    /// Who and what stands around the images.
    pub around: Around,
    /// The tokens that there were.
    pub tokens: SavedTokens,
    /// When Waldur's were used.
    pub used: Used,
    /// The plans of images.
    pub transitions: SavedTransitions,
    /// Where the clock was.
    pub clock: ClockPlace,
    /// What had been drawn of a seeded sequence of ids.
    pub ids: Option<IdsPlace>,
}
