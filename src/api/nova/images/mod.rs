//! Images: lists, one image, and its metadata.

mod finish;
pub mod metadata;
mod operation;
pub mod list;
mod page;
mod prepared;
mod query;
pub mod remote;
pub mod remote_list;
pub mod show;
mod view;

pub use operation::{LAST_MINOR_VERSION, Operation};
pub use prepared::TEXTS;
