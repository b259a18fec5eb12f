//! Images: lists, one image, and its metadata.

mod finish;
pub mod list;
pub mod metadata;
mod operation;
mod page;
mod prepared;
mod query;
pub mod remote;
pub mod remote_list;
pub mod show;
mod view;

pub use operation::{LAST_MINOR_VERSION, Operation};
pub use prepared::TEXTS;
