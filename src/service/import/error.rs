//! Why nothing is taken in.

use super::identity::CloudIdentity;
use super::not_acceptable::NotAcceptable;
use crate::control::FixtureError;
use crate::service::seed::LoadError;
use crate::service::upstream::{AskError, ClientError, CloudError, UpstreamError};
use crate::store::StoreError;
use crate::store::spool::SpoolError;
use http::StatusCode;
use std::io;
use std::path::PathBuf;

/// Why an import came to nothing. Its text is one line that says all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nobody signs in at the cloud.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The cloud cannot be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The image service did not answer what it was asked.
    #[error("{url}: {source}")]
    Asked {
        /// What was asked for.
        url: String,
        /// Why not.
        source: AskError,
    },
    /// What it answered is none of its lists.
    #[error("{url}: this is no list of API v2: {source}")]
    NoList {
        /// What was asked for.
        url: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A list goes round.
    #[error("{url}: its next page, {next}, was there already")]
    Endless {
        /// The page.
        url: String,
        /// What is to come behind it.
        next: String,
    },
    /// An image, or what belongs to it, cannot be taken.
    #[error(transparent)]
    NotAcceptable(#[from] NotAcceptable),
    /// Data broke off.
    #[error("the data of image {id}: {source}")]
    CutOff {
        /// The image.
        id: String,
        /// Why.
        source: UpstreamError,
    },
    /// Data cannot be kept.
    #[error("{}: the data of image {id}: {source}", folder.display())]
    Spool {
        /// The folder of data.
        folder: PathBuf,
        /// The image.
        id: String,
        /// Why not.
        source: SpoolError,
    },
    /// Data are others than the image tells of.
    #[error("the data of image {id} have the {what} {found}, and the image says {said}")]
    OtherData {
        /// The image.
        id: String,
        /// What differs.
        what: &'static str,
        /// What came.
        found: String,
        /// What was to come.
        said: String,
    },
    /// The file of what has come cannot be read or written.
    #[error("{}: {source}", path.display())]
    SideFile {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file of what has come holds something else.
    #[error("{}: line {line} is damaged: {what} (--restart throws the file away)", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which line, from 1 on.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The file of what has come was begun with another cloud, or by somebody else.
    #[error(
        "{} was begun from {found}, and this is {wanted} (--restart throws the file away)",
        path.display()
    )]
    OtherCloud {
        /// The file.
        path: PathBuf,
        /// Who it is from.
        found: Box<CloudIdentity>,
        /// Who is asked now.
        wanted: Box<CloudIdentity>,
    },
    /// A cloud is being taken in, and nobody said what becomes of it.
    #[error(
        "{} holds what has come from {found} and is not stored yet: without --file the import goes on, \
         with --restart the file is thrown away",
        path.display()
    )]
    Begun {
        /// The file.
        path: PathBuf,
        /// Who it is from.
        found: Box<CloudIdentity>,
    },
    /// The database is not empty.
    #[error(
        "{} has images already ({images}): --merge adds to them, --replace puts the new ones in their place",
        path.display()
    )]
    NotEmpty {
        /// The database.
        path: PathBuf,
        /// How many.
        images: u64,
    },
    /// The database fails.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        source: StoreError,
    },
    /// What was saved, or what has come, cannot be read.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// What came cannot be stored.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl ImportError {
    /// Whether the image service says that it was asked wrongly.
    pub fn is_bad_request(&self) -> bool {
        let refused = |source: &AskError| matches!(source, AskError::Refused { status, .. } if *status == StatusCode::BAD_REQUEST);
        matches!(self, Self::Asked { source, .. } if refused(source))
    }
}
