//! Images added to those that are there, all or none.

use super::error::StoreError;
use super::images::Store;
use super::shared_texts::Tables;
use super::{data, loading, rows};
use crate::domain::Image;
use std::collections::{BTreeSet, HashMap};

impl Store {
    /// Adds images, which come in the order of lists, in place of those of their ids, whose data stay;
    /// what there is of projects that are called otherwise now goes with them. The generation rises.
    ///
    /// # Errors
    /// When the database fails; then nothing changed.
    pub fn merge(
        &self,
        images: Vec<Image>,
        renamed: &HashMap<String, String>,
    ) -> Result<(), StoreError> {
        let mut freed = Vec::new();
        self.database.write_all(|connection| {
            freed.clear();
            for (before, now) in renamed {
                self.rename(connection, before, now)?;
            }
            let mut new = Vec::new();
            for mut image in images {
                let Some(known) = rows::known(connection, &image.id)? else {
                    new.push(image);
                    continue;
                };
                image.has_data = known.1.has_data && !image.status.is_deleted();
                rows::put_known(connection, &self.maker, Some(&known), &image)?;
                if image.status.is_deleted() {
                    freed.extend(data::forget(connection, &image.id)?);
                }
            }
            let many = new.len();
            loading::fill::<StoreError>(connection, self.maker, many, |add| {
                new.into_iter().try_for_each(add)
            })?;
            Ok(())
        })?;
        self.changes.everything();
        self.let_go(freed);
        Ok(())
    }

    /// Lets images and shares of a project be another one's.
    fn rename(&self, connection: &Tables<'_>, before: &str, now: &str) -> Result<(), StoreError> {
        let mut ids = BTreeSet::new();
        for sql in [
            "SELECT id FROM images WHERE owner = ?1",
            "SELECT i.id FROM image_members m JOIN images i ON i.seq = m.seq \
             WHERE m.project_id = ?1",
        ] {
            let mut select = connection.prepare(sql)?;
            let mut found = select.query([before])?;
            while let Some(row) = found.next()? {
                ids.insert(row.get::<_, String>(0)?);
            }
        }
        for id in ids {
            let Some(known) = rows::known(connection, &id)? else {
                continue;
            };
            let mut image = known.1.clone();
            if image.owner.as_deref() == Some(before) {
                image.owner = Some(now.to_owned());
            }
            let is_member = |project: &str| image.members.iter().any(|it| it.project_id == project);
            if is_member(now) {
                image.members.retain(|member| member.project_id != before);
            }
            for member in &mut image.members {
                if member.project_id == before {
                    now.clone_into(&mut member.project_id);
                }
            }
            rows::put_known(connection, &self.maker, Some(&known), &image)?;
        }
        Ok(())
    }
}
