//! Image data: files that never change, named by the SHA-512 of what is in them.
//!
//! One spool serves all stores of a server, so equal data are there once, whoever uploaded them. The
//! name is the digest that Glance tells of an image (`os_hash_value`): no third one is computed, and
//! whoever has an image's row finds its file.
//!
//! An upload streams into a part file and is hashed meanwhile, each digest on a thread of its own
//! ([`Upload`]). It becomes data when it is finished, and holds its name ([`hold::Hold`]) until a row says
//! who it belongs to. Data go when nothing holds their name any more; what a crash leaves behind is
//! swept at the next start.

mod error;
mod folder;
mod hold;
mod keeper;
mod lane;
mod name;
mod part;
mod pool;
mod reading;
mod room;
#[cfg(test)]
pub mod tests;
mod upload;

pub use error::SpoolError;
pub use folder::Place;
pub use hold::Hold;
pub use keeper::Spool;
pub use name::DataName;
pub use pool::Unfinished;
pub use reading::Reading;
pub use upload::{Stored, Upload};
