//! Why the image service does not write, beside what every use case of images may say.

use super::access::{Denied, Hidden};
use super::error::ImageError;
use super::quota::Limited;
use crate::domain::GlanceStatus;
use crate::store::StoreError;

/// Why an image was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is not for the caller to see or to change, or the store failed.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Publishing takes a right that the caller has not.
    #[error(transparent)]
    Unpublishable(Denied),
    /// Images are made for one's own project.
    #[error(transparent)]
    OthersImage(Denied),
    /// Only an administrator gives images away.
    #[error("only an administrator may say whose the image is")]
    OwnerFixed,
    /// The format of data that are there.
    #[error("{0} is fixed once there are data")]
    FormatFixed(&'static str),
    /// What is asked for cannot be done in this status.
    #[error("the image is {}", .0.as_str())]
    WrongStatus(GlanceStatus),
    /// An image of this id is there, or was.
    #[error("there is an image {0}, or was one")]
    Exists(String),
    /// More than an image may have.
    #[error("{attempted} {what} are too many")]
    TooMany {
        /// Of what.
        what: Limited,
        /// How many there would be.
        attempted: usize,
    },
    /// Only shared images have members.
    #[error("the image is not shared, and so has no members")]
    NotShared,
    /// The project is a member.
    #[error("project {0} is a member already")]
    MemberExists(String),
    /// The project is no member, or the caller may not know of it.
    #[error("project {0} is no member that the caller may know of")]
    NoSuchMember(String),
    /// What is no answer to a share.
    #[error("a share is pending, accepted or rejected")]
    NoMemberStatus,
    /// The image has no such tag.
    #[error("the image has no tag {0:?}")]
    NoSuchTag(String),
    /// The text of an attribute holds characters that the image service cannot store.
    #[error("{0} can't contain 4 byte unicode characters.")]
    Unstorable(String),
    /// The key of a property does.
    #[error("Property names can't contain 4 byte unicode.")]
    UnstorableKey,
}

impl WriteError {
    /// What went wrong, for whoever runs the server; clients are told what the real one tells them.
    #[must_use]
    pub fn why(&self) -> String {
        super::failure::why(self)
    }
}

impl From<Hidden> for WriteError {
    fn from(hidden: Hidden) -> Self {
        Self::Image(hidden.into())
    }
}

impl From<Denied> for WriteError {
    fn from(denied: Denied) -> Self {
        Self::Image(denied.into())
    }
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Image(error.into())
    }
}
