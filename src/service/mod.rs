//! Use cases, written once for all facades: who may see and change what,
//! how lists are asked for, what a change does.

mod access;
mod app;
mod error;
mod failure;
pub mod glance_query;
pub mod glance_v1;
pub mod identity;
#[allow(dead_code, reason = "the facade of image data is on its way")]
mod image_data;
mod images;
pub mod listed_query;
mod rate_limit;
pub mod rules;
#[cfg(test)]
mod tests;
pub mod waldur;
#[allow(
    dead_code,
    unused_imports,
    reason = "the facade of image data is on its way"
)]
pub mod web_download;

pub use app::App;
pub use error::ImageError;
pub use failure::Failure;
#[allow(unused_imports, reason = "as above")]
pub use image_data::{DataError, ImageData, Receiving};
pub use images::is_uuid;
pub use rules::{Filters, ImageRules};

#[allow(unused_imports, reason = "as above")]
pub use crate::store::spool::{DataName, Reading, SpoolError, Stored};
#[allow(unused_imports, reason = "as above")]
pub use crate::store::{Decided, ImageDataRow, Listing, Slice};
