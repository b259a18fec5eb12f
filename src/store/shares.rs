//! What is shared with a project.

use super::error::StoreError;
use super::images::Store;

/// A share that takes effect: of an image that is there, and not private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The image.
    pub image_id: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// Whether the project may pass it on.
    pub is_passed_on: bool,
}

impl Store {
    /// What is shared with a project, in the order of the images.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shares_with(&self, project_id: &str) -> Result<Vec<Share>, StoreError> {
        self.database.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT i.id, i.owner, m.can_share FROM image_members m \
                 JOIN images i ON i.seq = m.seq WHERE m.project_id = ?1 \
                 AND i.status NOT IN ('deleted', 'pending_delete') AND i.visibility <> 'private' \
                 ORDER BY m.created_at, i.seq",
            )?;
            let rows = select.query_map([project_id], |row| {
                Ok(Share {
                    image_id: row.get(0)?,
                    owner: row.get(1)?,
                    is_passed_on: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
