//! Data of images.

/// What data are to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataKind {
    /// What it is made of.
    Image,
    /// What waits to be imported into it.
    Staged,
}
