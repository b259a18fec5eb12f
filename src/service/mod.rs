//! Use cases, written once for all facades: who may see and change what,
//! how lists are asked for, what a change does.

mod access;
mod app;
mod error;
mod failure;
pub mod glance_query;
pub mod glance_v1;
pub mod identity;
mod images;
pub mod listed_query;
mod rate_limit;
pub mod rules;
#[cfg(test)]
mod tests;
pub mod waldur;

pub use app::{App, LoadError};
pub use error::ImageError;
pub use failure::Failure;
pub use images::is_uuid;
pub use rules::{Filters, ImageRules};

pub use crate::store::{Listing, Slice};
