//! Whose view of which cloud it is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who asked which image service: two of these that are equal are shown the same images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudIdentity {
    /// Where the image service is.
    pub image_url: String,
    /// The id of the user.
    pub user: String,
    /// The id of the project that the token is scoped to.
    pub project: Option<String>,
}

impl fmt::Display for CloudIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as user {}", self.image_url, self.user)?;
        match &self.project {
            Some(project) => write!(f, " of project {project}"),
            None => Ok(()),
        }
    }
}
