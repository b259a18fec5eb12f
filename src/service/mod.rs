//! Use cases, written once for all facades: who may see and change what,
//! how lists are asked for, what a change does.

mod access;
mod app;
mod asked;
mod due;
mod error;
mod failure;
pub mod faults;
mod glance_parameters;
pub mod glance_query;
mod glance_sort;
pub mod glance_v1;
pub mod glance_v1_list;
pub mod identity;
mod image_control;
mod image_data;
mod images;
#[cfg(feature = "cli")]
pub mod import;
pub mod listed_query;
mod listed_time;
mod naming;
mod numbers;
mod outfit;
mod patience;
mod put_image;
mod query_error;
mod quota;
mod rate_limit;
mod removal;
mod reset;
mod resident;
pub mod rules;
mod seed;
mod snapshots;
mod spaces;
mod state;
#[cfg(test)]
mod tests;
mod transitions;
mod upload_error;
pub mod upstream;
pub mod waldur;
pub mod web_download;
mod write_error;

pub use app::App;
pub use error::ImageError;
pub use failure::{Failure, why};
pub use faults::FaultError;
pub use image_control::{ImageControlError, Planned, Putting};
pub use images::{Content, Edit, Images, Intake, Listing, Membership, NewOwner, is_uuid};
pub use put_image::PutImageError;
pub use quota::{Limited, MOST as MOST_LIMITED};
pub use reset::ResetError;
pub use resident::resident_bytes;
pub use rules::{Filters, ImageRules};
pub use seed::{LoadError, Reread};
pub use snapshots::{Shelf, SnapshotError, SnapshotInfo};
pub use spaces::{Order, SpaceContent, SpaceError, Spaces, Start};
pub use state::{Dump, PeopleError, StateError};
pub use upload_error::UploadError;
pub use write_error::WriteError;

pub use crate::control::fixture::writing::{project_to_json, user_to_json};
pub use crate::control::journal;
pub use crate::store::{Share, Slice};
