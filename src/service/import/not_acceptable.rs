//! What a cloud tells and no fixture may say.

use serde::{Deserialize, Serialize};

/// An image, or what belongs to it, cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{url}: image {id}: {path}: {reason}")]
pub struct NotAcceptable {
    /// What was asked for.
    pub url: String,
    /// The image.
    pub id: String,
    /// Where in the answer.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}
