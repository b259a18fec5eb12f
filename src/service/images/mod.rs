//! The use cases around images, the same for every facade: Nova, Glance's two APIs.
//!
//! Who sees an image and who may write to it is said once, in [`super::access`]; what differs between
//! the services that were recorded is [`super::rules`]. A write is one transaction: what is refused
//! changes nothing, and what changes nothing leaves the generation as it is.

mod actions;
mod create;
mod edit;
mod limits;
mod listing;
mod members;
mod memberships;
mod service;
mod text;
mod transfer;

pub use create::NewOwner;
pub use edit::Edit;
pub use listing::Listing;
pub use memberships::Membership;
pub use service::{Images, is_uuid};
pub use transfer::{Content, Intake};
