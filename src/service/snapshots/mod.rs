//! The whole state of a space under a name, to go back to.
//!
//! A snapshot is a copy of the pages of the images, and shares all else with the space, which never
//! changes but is exchanged. So to take one is to copy pages, and to go back is to copy them again,
//! beside, and to exchange them for those that are there. In a folder it is a file of these pages and one
//! that says all else.

mod error;
mod folder;
mod manifest;
mod shelf;
mod snapshot;
mod use_cases;

pub use error::SnapshotError;
pub use shelf::Shelf;
pub use snapshot::SnapshotInfo;
