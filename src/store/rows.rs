//! Rows and images, one into the other.

use super::{StoreError, properties};
use crate::domain::{
    GlanceStatus, Image, Member, MemberStatus, PropertyValue, Timestamp, Visibility,
};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

/// Every column of an image, in the order that `read` expects.
pub const COLUMNS: &str = "i.seq, i.id, i.name, i.status, i.visibility, i.owner, i.min_ram, \
     i.min_disk, i.size, i.virtual_size, i.created_at, i.updated_at, i.deleted_at, \
     i.container_format, i.disk_format, i.checksum, i.os_hash_algo, i.os_hash_value, \
     i.protected, i.hidden, i.properties";

const INSERT: &str = "INSERT INTO images (id, name, status, unlisted, visibility, owner, min_ram, \
     min_disk, size, virtual_size, created_at, updated_at, deleted_at, container_format, \
     disk_format, checksum, os_hash_algo, os_hash_value, protected, hidden, properties, plain) \
     VALUES (:id, :name, :status, :unlisted, :visibility, :owner, :min_ram, :min_disk, :size, \
     :virtual_size, :created_at, :updated_at, :deleted_at, :container_format, :disk_format, \
     :checksum, :os_hash_algo, :os_hash_value, :protected, :hidden, :properties, :plain) \
     ON CONFLICT (id) DO NOTHING RETURNING seq";

/// Stores an image unless its id is known; says whether it did.
pub fn insert_new(connection: &Connection, image: &Image) -> Result<bool, StoreError> {
    let (stored, plain) = properties::encode(&image.properties);
    let seq: Option<i64> = connection
        .prepare_cached(INSERT)?
        .query_row(
            named_params! {
                ":id": image.id,
                ":name": image.name,
                ":status": image.status.as_str(),
                ":unlisted": image.status.is_unlisted(),
                ":visibility": image.visibility.as_str(),
                ":owner": image.owner,
                ":min_ram": image.min_ram_mib,
                ":min_disk": image.min_disk_gib,
                ":size": image.size_bytes,
                ":virtual_size": image.virtual_size_bytes,
                ":created_at": image.created_at.micros(),
                ":updated_at": image.updated_at.micros(),
                ":deleted_at": image.deleted_at.map(Timestamp::micros),
                ":container_format": image.container_format,
                ":disk_format": image.disk_format,
                ":checksum": image.checksum,
                ":os_hash_algo": image.os_hash_algo,
                ":os_hash_value": image.os_hash_value,
                ":protected": image.protected,
                ":hidden": image.hidden,
                ":properties": stored,
                ":plain": plain,
            },
            |row| row.get(0),
        )
        .optional()?;
    let Some(seq) = seq else { return Ok(false) };
    insert_details(connection, seq, image)?;
    Ok(true)
}

fn insert_details(connection: &Connection, seq: i64, image: &Image) -> Result<(), StoreError> {
    let mut property = connection
        .prepare_cached("INSERT INTO image_properties (key, value, seq) VALUES (?1, ?2, ?3)")?;
    for (key, value) in image.properties.iter() {
        if let PropertyValue::Text(value) = value {
            property.execute((key, value, seq))?;
        }
    }
    let mut tag = connection
        .prepare_cached("INSERT INTO image_tags (tag, seq, position) VALUES (?1, ?2, ?3)")?;
    for (position, text) in image.tags.iter().enumerate() {
        tag.execute((text, seq, i64::try_from(position).unwrap_or(i64::MAX)))?;
    }
    let mut member = connection.prepare_cached(
        "INSERT INTO image_members (project_id, seq, status, position) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (position, one) in image.members.iter().enumerate() {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        member.execute((&one.project_id, seq, one.status.as_str(), position))?;
    }
    Ok(())
}

/// Stores an image in place of the one of its id.
pub fn put(connection: &Connection, image: &Image) -> Result<(), StoreError> {
    remove(connection, &image.id)?;
    insert_new(connection, image)?;
    Ok(())
}

pub fn remove(connection: &Connection, id: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM images WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM image_properties; DELETE FROM image_tags; DELETE FROM image_members; \
         DELETE FROM images;",
    )?;
    Ok(())
}

pub fn find(connection: &Connection, id: &str) -> Result<Option<Image>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM images i WHERE i.id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(|row| read(connection, row)).transpose()
}

/// Reads one row of `COLUMNS`, and what other tables hold of it.
pub fn read(connection: &Connection, row: &Row<'_>) -> Result<Image, StoreError> {
    let seq: i64 = row.get(0)?;
    let id: String = row.get(1)?;
    let damaged = || StoreError::Damaged(id.clone());
    let stored: String = row.get(20)?;
    Ok(Image {
        name: row.get(2)?,
        status: GlanceStatus::parse(row.get_ref(3)?.as_str().map_err(|_| damaged())?)
            .ok_or_else(damaged)?,
        visibility: Visibility::parse(row.get_ref(4)?.as_str().map_err(|_| damaged())?)
            .ok_or_else(damaged)?,
        owner: row.get(5)?,
        min_ram_mib: row.get(6)?,
        min_disk_gib: row.get(7)?,
        size_bytes: row.get(8)?,
        virtual_size_bytes: row.get(9)?,
        created_at: Timestamp::from_micros(row.get(10)?),
        updated_at: Timestamp::from_micros(row.get(11)?),
        deleted_at: row.get::<_, Option<i64>>(12)?.map(Timestamp::from_micros),
        container_format: row.get(13)?,
        disk_format: row.get(14)?,
        checksum: row.get(15)?,
        os_hash_algo: row.get(16)?,
        os_hash_value: row.get(17)?,
        protected: row.get(18)?,
        hidden: row.get(19)?,
        tags: read_tags(connection, seq)?,
        properties: properties::decode(&stored),
        members: read_members(connection, seq, &id)?,
        id,
    })
}

fn read_tags(connection: &Connection, seq: i64) -> Result<Vec<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT tag FROM image_tags WHERE seq = ?1 ORDER BY position")?;
    let tags = statement.query_map([seq], |row| row.get(0))?;
    Ok(tags.collect::<Result<_, _>>()?)
}

fn read_members(connection: &Connection, seq: i64, id: &str) -> Result<Vec<Member>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT project_id, status FROM image_members WHERE seq = ?1 ORDER BY position",
    )?;
    let mut rows = statement.query([seq])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let status: String = row.get(1)?;
        let status =
            MemberStatus::parse(&status).ok_or_else(|| StoreError::Damaged(id.to_owned()))?;
        members.push(Member {
            project_id: row.get(0)?,
            status,
        });
    }
    Ok(members)
}
