//! New rows of images.

use super::error::StoreError;
use super::properties;
use crate::domain::{Image, Timestamp};
use rusqlite::{CachedStatement, Connection, params};

const IMAGE: &str = "INSERT INTO images (id, name, status, unlisted, visibility, owner, min_ram, \
     min_disk, size, virtual_size, created_at, updated_at, deleted_at, container_format, \
     disk_format, checksum, os_hash_algo, os_hash_value, protected, hidden, properties, has_data) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, \
     ?20, ?21, ?22) ON CONFLICT (id) DO NOTHING";

const TAG: &str = "INSERT INTO image_tags (tag, seq, position) VALUES (?1, ?2, ?3)";

const MEMBER: &str = "INSERT INTO image_members (project_id, seq, status, position, can_share, \
     created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Stores images as new rows, without what lists are made of.
pub struct Inserting<'c> {
    // Of many rows, to look a statement up for each takes as long as a tenth of all that is done with them.
    image: CachedStatement<'c>,
    details: Details<'c>,
}

impl<'c> Inserting<'c> {
    /// Into the tables of a connection.
    pub fn into(connection: &'c Connection) -> Result<Self, StoreError> {
        Ok(Self {
            image: connection.prepare_cached(IMAGE)?,
            details: Details::of(connection),
        })
    }

    /// Stores an image; nothing when there is one of its id.
    pub fn insert(&mut self, image: &Image) -> Result<Option<i64>, StoreError> {
        // Not with RETURNING: that makes SQLite keep a journal for every single statement.
        let inserted = self.image.execute(params![
            image.id,
            image.name,
            image.status.as_str(),
            image.status.is_unlisted(),
            image.visibility.as_str(),
            image.owner,
            image.min_ram_mib,
            image.min_disk_gib,
            image.size_bytes,
            image.virtual_size_bytes,
            image.created_at.micros(),
            image.updated_at.micros(),
            image.deleted_at.map(Timestamp::micros),
            image.container_format,
            image.disk_format,
            image.checksum,
            image.os_hash_algo,
            image.os_hash_value,
            image.protected,
            image.hidden,
            properties::encode(&image.properties),
            image.has_data,
        ])?;
        if inserted == 0 {
            return Ok(None);
        }
        let seq = self.details.connection.last_insert_rowid();
        self.details.insert(seq, image)?;
        Ok(Some(seq))
    }
}

/// Stores what other tables hold of images.
pub struct Details<'c> {
    connection: &'c Connection,
    // Many images have neither.
    tag: Option<CachedStatement<'c>>,
    member: Option<CachedStatement<'c>>,
}

impl<'c> Details<'c> {
    /// Into the tables of a connection.
    pub fn of(connection: &'c Connection) -> Self {
        Self {
            connection,
            tag: None,
            member: None,
        }
    }

    /// Stores what they hold of an image, of which they hold nothing yet.
    pub fn insert(&mut self, seq: i64, image: &Image) -> Result<(), StoreError> {
        for (text, position) in image.tags.iter().zip(0_i64..) {
            prepared(self.connection, &mut self.tag, TAG)?.execute((text, seq, position))?;
        }
        for (member, position) in image.members.iter().zip(0_i64..) {
            prepared(self.connection, &mut self.member, MEMBER)?.execute((
                &member.project_id,
                seq,
                member.status.as_str(),
                position,
                member.can_share,
                member.created_at.micros(),
                member.updated_at.micros(),
            ))?;
        }
        Ok(())
    }
}

/// A statement that is prepared when it is first needed.
fn prepared<'s, 'c>(
    connection: &'c Connection,
    statement: &'s mut Option<CachedStatement<'c>>,
    sql: &str,
) -> Result<&'s mut CachedStatement<'c>, StoreError> {
    match statement {
        Some(statement) => Ok(statement),
        None => Ok(statement.insert(connection.prepare_cached(sql)?)),
    }
}
