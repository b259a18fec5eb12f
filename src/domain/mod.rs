//! The words of the field, without any of its wire forms: images and their
//! filters, callers, projects, users, instances.
//!
//! Nothing here knows SQL, HTTP, JSON or XML, and no type derives `Serialize`:
//! how a word looks on the wire is the business of the facade that speaks it.

pub mod asked;
pub mod caller;
mod data;
pub mod disk;
pub mod filter;
mod hexadecimal;
pub mod identity;
pub mod image;
mod image_builder;
mod instant;
pub mod listed;
pub mod password;
pub mod plan;
mod processors;
pub mod progress;
pub mod properties;
#[cfg(test)]
pub mod property_tests;
pub mod sibling;
pub mod timestamp;
pub mod token;
mod transition;

pub use asked::{Asked, AskedFilters};
pub use caller::{Caller, Roles};
pub use data::DataKind;
pub use filter::{Comparison, Direction, ImageQuery, Matches, Scope, Shares, Sort, SortKey, Test};
pub use hexadecimal::hexadecimal;
pub use identity::{Directory, FixedToken, Grant, IdentityDomain, Project, Target, User};
pub use image::{GlanceStatus, Image, Member, MemberStatus, Visibility};
pub use image_builder::ImageBuilder;
pub use instant::instant;
pub use listed::{ImageTexts, ListForm, ListedImage, TextMaker};
pub use password::{Password, PasswordHash};
pub use plan::{BodyWanted, Operation, Plan, Work};
pub use processors::processors;
pub use progress::{Progress, Untold};
pub use properties::{Properties, PropertyValue};
pub use sibling::{Instance, WaldurData};
pub use timestamp::{Fraction, NoTime, Timestamp};
pub use token::{Named, Token, TokenScope, TokenUser};
pub use transition::{Transition, TransitionPlan, TransitionPlanError, Trigger};
