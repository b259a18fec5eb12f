//! Rows and images, one into the other.

use super::error::StoreError;
use super::{properties, texts};
use crate::domain::{
    GlanceStatus, Image, ImageTexts, Member, MemberStatus, PropertyValue, TextMaker, Timestamp,
    Visibility,
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

/// Every column of an image, in the order that `read` expects.
pub const COLUMNS: &str = "i.created_at, i.seq, i.id, i.name, i.status, i.visibility, i.owner, \
     i.min_ram, i.min_disk, i.size, i.virtual_size, i.updated_at, i.deleted_at, \
     i.container_format, i.disk_format, i.checksum, i.os_hash_algo, i.os_hash_value, \
     i.protected, i.hidden, i.properties";

const INSERT: &str = "INSERT INTO images (seq, id, name, status, unlisted, visibility, owner, min_ram, \
     min_disk, size, virtual_size, created_at, updated_at, deleted_at, container_format, \
     disk_format, checksum, os_hash_algo, os_hash_value, protected, hidden, properties) \
     VALUES (:seq, :id, :name, :status, :unlisted, :visibility, :owner, :min_ram, :min_disk, :size, \
     :virtual_size, :created_at, :updated_at, :deleted_at, :container_format, :disk_format, \
     :checksum, :os_hash_algo, :os_hash_value, :protected, :hidden, :properties) \
     ON CONFLICT (id) DO NOTHING";

/// Stores an image unless its id is known; says whether it did.
pub fn insert_new(
    connection: &Connection,
    maker: &TextMaker,
    image: &Image,
) -> Result<bool, StoreError> {
    insert(connection, maker, None, image)
}

/// Stores an image as this row, or as a new one.
fn insert(
    connection: &Connection,
    maker: &TextMaker,
    seq: Option<i64>,
    image: &Image,
) -> Result<bool, StoreError> {
    let stored = properties::encode(&image.properties);
    // Not with RETURNING: that makes SQLite keep a journal for every single statement.
    let inserted = connection.prepare_cached(INSERT)?.execute(named_params! {
        ":seq": seq,
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
    })?;
    if inserted == 0 {
        return Ok(false);
    }
    let seq = connection.last_insert_rowid();
    insert_details(connection, seq, image)?;
    texts::put(connection, seq, &(maker.make)(image))?;
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

/// Stores an image in place of the one of its id, as the same row: its text stays where its
/// neighbours' are.
pub fn put(connection: &Connection, maker: &TextMaker, image: &Image) -> Result<(), StoreError> {
    let seq = remove_row(connection, &image.id)?;
    insert(connection, maker, seq, image)?;
    Ok(())
}

pub fn remove(connection: &Connection, id: &str) -> Result<(), StoreError> {
    if let Some(seq) = remove_row(connection, id)? {
        texts::put(connection, seq, &ImageTexts::default())?;
    }
    Ok(())
}

/// Says which row it was.
fn remove_row(connection: &Connection, id: &str) -> Result<Option<i64>, StoreError> {
    let seq = connection
        .prepare_cached("DELETE FROM images WHERE id = ?1 RETURNING seq")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(seq)
}

pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    texts::remove_all(connection)?;
    connection.execute_batch(
        "DELETE FROM image_properties; DELETE FROM image_tags; DELETE FROM image_members; \
         DELETE FROM images;",
    )?;
    Ok(())
}

/// The id of a row.
pub fn id(connection: &Connection, seq: i64) -> Result<String, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM images WHERE seq = ?1")?;
    Ok(statement.query_row([seq], |row| row.get(0))?)
}

/// The image of a row.
pub fn at(connection: &Connection, seq: i64) -> Result<Option<Image>, StoreError> {
    one(connection, "i.seq", seq)
}

pub fn find(connection: &Connection, id: &str) -> Result<Option<Image>, StoreError> {
    one(connection, "i.id", id)
}

fn one(
    connection: &Connection,
    column: &str,
    key: impl ToSql,
) -> Result<Option<Image>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM images i WHERE {column} = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([key])?;
    rows.next()?.map(|row| read(connection, row)).transpose()
}

/// Reads one row of `COLUMNS`, and what other tables hold of it.
pub fn read(connection: &Connection, row: &Row<'_>) -> Result<Image, StoreError> {
    let seq: i64 = row.get(1)?;
    let id: String = row.get(2)?;
    let damaged = || StoreError::Damaged(id.clone());
    let stored: String = row.get(20)?;
    Ok(Image {
        name: row.get(3)?,
        status: GlanceStatus::parse(row.get_ref(4)?.as_str().map_err(|_| damaged())?)
            .ok_or_else(damaged)?,
        visibility: Visibility::parse(row.get_ref(5)?.as_str().map_err(|_| damaged())?)
            .ok_or_else(damaged)?,
        owner: row.get(6)?,
        min_ram_mib: row.get(7)?,
        min_disk_gib: row.get(8)?,
        size_bytes: row.get(9)?,
        virtual_size_bytes: row.get(10)?,
        created_at: Timestamp::from_micros(row.get(0)?),
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
