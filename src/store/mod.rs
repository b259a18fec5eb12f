//! Where images are kept: SQLite, in memory or in a file.
//!
//! The only place of the crate that names rusqlite or writes SQL. Writes go
//! one after the other through one connection; reads use connections of their
//! own, one per thread that reads at the time.

mod ahead;
mod bits;
mod changes;
mod connecting;
mod data;
mod database;
mod dumping;
mod error;
mod file;
mod group;
mod held;
mod images;
#[cfg(feature = "cli")]
mod importing;
mod inserting;
mod listing;
mod lists;
mod loading;
mod location;
mod memory;
mod merging;
mod original;
mod pace;
mod patience;
mod properties;
mod renewal;
mod row_changes;
mod rows;
mod schema;
mod search;
mod seed;
mod select;
mod sets;
mod shared_texts;
mod shares;
mod snapshot;
pub mod spool;
mod taken;
mod terms;
#[cfg(test)]
mod tests;
mod text_block;
mod texts;
mod tokens;
mod turn;
mod uncommitted;
mod uploads;
mod walk;
mod worth;

pub use data::ImageDataRow;
#[cfg(feature = "cli")]
pub use importing::Incoming;

pub use dumping::Dumping;
pub use error::StoreError;
pub use images::{Change, Store};
pub use listing::Listing;
pub use lists::Slice;
pub use loading::Loaded;
pub use location::{DatabaseFile, Location, Sync};
pub use pace::{MOST_TOGETHER, Pace};
pub use patience::Patience;
pub use seed::Seed;
pub use shares::Share;
pub use tokens::{KeptTokens, TokenDigest};
pub use uncommitted::{Left, Uncommitted, put_off};
pub use uploads::{Decided, UploadTicket};
