//! Why a use case failed, in words that every facade renders its own way.

use super::access::{Denied, Hidden};
use super::glance_query::QueryError;
use crate::store::StoreError;

/// Why an image could not be listed, shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// There is none of that id, or the caller may not know of it.
    #[error(transparent)]
    NotFound(#[from] Hidden),
    /// The caller sees the image, but may not change it.
    #[error(transparent)]
    Forbidden(#[from] Denied),
    /// The image is protected from deletion.
    #[error("the image is protected")]
    Protected,
    /// A property that only Glance itself sets.
    #[error("property {0:?} is reserved")]
    ReservedProperty(String),
    /// The image has no disk or container format yet.
    #[error("{0}")]
    MissingFormat(&'static str),
    /// The marker names no image that the caller sees.
    #[error("No image found with ID {0}")]
    UnknownMarker(String, #[source] Hidden),
    /// The marker is longer than any id; Glance 33's own words, which it forgets to fill in.
    #[error("Image with the given id %(image_id)s was not found")]
    LongMarker,
    /// A text holds characters that the image service cannot store.
    #[error("Param values can't contain 4 byte unicode.")]
    BeyondBmp,
    /// The marker names another project's private image.
    #[error("Forbidding request, image {0} not visible")]
    ForeignMarker(String, #[source] Hidden),
    /// The query cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl ImageError {
    /// Whether the caller may write nothing at all.
    #[must_use]
    pub fn is_of_reader(&self) -> bool {
        matches!(self, Self::Forbidden(Denied::OnlyReads { .. }))
    }

    /// What went wrong, for whoever runs the server; clients are told what the real one tells them.
    #[must_use]
    pub fn why(&self) -> String {
        super::failure::why(self)
    }
}
