//! Why data do not get into an image, or not out of it.

use super::error::ImageError;
use super::image_data::DataError;
use super::write_error::WriteError;
use crate::domain::GlanceStatus;
use crate::domain::disk::Misfit;
use crate::store::StoreError;
use crate::store::spool::SpoolError;

/// Why an upload came to nothing, or a download.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is not for the caller to do, or the image service does not write.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The data cannot be kept or read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// An image in this status takes no data.
    #[error("an image that is {} takes no data", .0.as_str())]
    Status(GlanceStatus),
    /// These formats have to be known before.
    #[error("what is not known yet: {}", .0.join(", "))]
    MissingFormats(Vec<&'static str>),
    /// Another number of bytes was announced.
    #[error("{expected} bytes were announced, and {got} came")]
    Size {
        /// What was announced.
        expected: u64,
        /// What came.
        got: u64,
    },
    /// Another digest was announced.
    #[error("data of the MD5 {expected} were announced, and of {got} came")]
    Checksum {
        /// What was announced.
        expected: String,
        /// What came.
        got: String,
    },
    /// There are more bytes than are taken.
    #[error("there are more bytes than are taken")]
    TooLarge,
    /// They are not of the format that was declared; they are kept all the same.
    #[error(transparent)]
    Misfit(Misfit),
    /// The image was deleted meanwhile.
    #[error("the image was deleted while its data came")]
    Gone,
    /// The client has left.
    #[error("the data stopped coming: {0}")]
    CutOff(String),
    /// The data are locked.
    #[error("the image is deactivated")]
    Deactivated,
    /// There are none.
    #[error("the image has no data here")]
    NoData,
}

impl UploadError {
    /// What went wrong, for whoever runs the server; clients are told what the real one tells them.
    #[must_use]
    pub fn why(&self) -> String {
        super::failure::why(self)
    }
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        Self::Write(error.into())
    }
}

impl From<ImageError> for UploadError {
    fn from(error: ImageError) -> Self {
        Self::Write(error.into())
    }
}

impl From<SpoolError> for UploadError {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::TooLarge { .. } => Self::TooLarge,
            other => Self::Data(other.into()),
        }
    }
}
