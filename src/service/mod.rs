//! Use cases, written once for all facades: who may see and change what,
//! how lists are asked for, what a change does.

mod access;
mod app;
pub mod error;
pub mod glance_query;
pub mod identity;
mod images;
pub mod rules;

pub use access::list_scope;
pub use app::App;
pub use error::ImageError;
pub use identity::Identity;
pub use images::Images;
pub use rules::ImageRules;
