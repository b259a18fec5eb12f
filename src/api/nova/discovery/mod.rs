//! What a client looks at before it asks for images: versions, extensions, limits.

pub mod extensions;
pub mod limits;
mod operation;
pub mod versions;

pub use operation::{CHOICES, Operation, VERSIONS};
