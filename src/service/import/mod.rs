//! A real cloud's images, or saved lists of them, into a database.
//!
//! What a cloud tells is written to a file beside the database as it comes ([`side_file`]): pages of images,
//! then the members of shared images, then which data came. Each line is a document of a fixture, so what
//! has come is stored as a fixture is, in one transaction, and what has come is not asked for again
//! when a run was cut off. Each tells, too, whether it is what was written (`sealed`). `cloud` asks, `acceptable` looks at what it is told before it is written, `taking`
//! says in which order, and `run` is the whole of it.

mod acceptable;
mod cloud;
mod data;
mod error;
mod identity;
mod not_acceptable;
mod page;
mod run;
mod sealed;
mod side_file;
mod staged;
mod taking;

pub use error::ImportError;
pub use run::{Existing, Import, Notice, Report, Wishes};
