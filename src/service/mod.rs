//! Use cases, written once for all facades: who may see and change what,
//! how lists are asked for, what a change does.

mod access;
mod app;
pub mod error;
pub mod glance_query;
pub mod glance_v1;
pub mod identity;
mod images;
pub mod listed_query;
mod rate_limit;
pub mod rules;
pub mod waldur;

pub use app::App;
pub use error::ImageError;
pub use images::is_uuid;
pub use rules::{Filters, ImageRules};
