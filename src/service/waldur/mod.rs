//! Waldur over the images of the one store: who signs in, which rows a user sees, what is counted.

mod clouds;
mod defaults;
mod letters;
mod listing;
mod naming;
mod rows;
mod table;
mod tokens;

pub use clouds::{Known, Usage, UsageScope, Waldur};
pub use listing::{RowTest, Viewer};
pub use naming::name_of;
pub use rows::ImageRow;
pub use tokens::{Refusal, Used};
