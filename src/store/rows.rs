//! Rows and images, one into the other.

use super::error::{Damage, StoreError};
use super::inserting::{Details, Inserting};
use super::row_changes::Changes;
use super::shared_texts::Tables;
use super::{properties, terms, texts};
use crate::domain::{
    GlanceStatus, Image, ImageTexts, Member, MemberStatus, Properties, TextMaker, Timestamp,
    Visibility,
};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row, ToSql};
use std::fmt;

/// An image and its row.
pub type Numbered = (i64, Image);

/// Every column of an image, in the order that `read` expects.
pub const COLUMNS: &str = "i.created_at, i.seq, i.id, i.name, i.status, i.visibility, i.owner, \
     i.min_ram, i.min_disk, i.size, i.virtual_size, i.updated_at, i.deleted_at, \
     i.container_format, i.disk_format, i.checksum, i.os_hash_algo, i.os_hash_value, \
     i.protected, i.hidden, i.properties, i.unlisted, i.has_data";

/// Stores a new image.
fn insert_new(connection: &Tables<'_>, maker: &TextMaker, image: &Image) -> Result<(), StoreError> {
    let last = Last::of(connection)?;
    if let Some(seq) = Inserting::into(connection)?.insert(image)? {
        texts::put(connection, seq, &(maker.make)(image))?;
        last.watch(connection, image)?;
        terms::change(connection, seq, None, Some(image))?;
    }
    Ok(())
}

/// The last row: those behind it come before it in the usual order, or the rows are out of order.
#[derive(Debug)]
pub struct Last(Option<(i64, String)>);

impl Last {
    pub fn of(connection: &Connection) -> Result<Self, StoreError> {
        let last = "SELECT created_at, id FROM images ORDER BY seq DESC LIMIT 1";
        let mut last = connection.prepare_cached(last)?;
        let mut rows = last.query([])?;
        let Some(row) = rows.next()? else {
            return Ok(Self(None));
        };
        // What cannot be read is in no order.
        let keys = (
            row.get(0).unwrap_or(i64::MAX),
            row.get(1).unwrap_or_default(),
        );
        Ok(Self(Some(keys)))
    }

    /// An image comes behind it.
    fn watch(&self, connection: &Connection, image: &Image) -> Result<(), StoreError> {
        if !self.comes_before(image) {
            put_out_of_order(connection)?;
        }
        Ok(())
    }

    fn comes_before(&self, image: &Image) -> bool {
        self.0.as_ref().is_none_or(|(created_at, id)| {
            (*created_at, id.as_str()) < (image.created_at.micros(), image.id.as_str())
        })
    }

    /// An image comes behind it and is the last from now on; says whether it comes behind it in the
    /// usual order, too.
    pub fn advance(&mut self, image: &Image) -> bool {
        let is_in_order = self.comes_before(image);
        match &mut self.0 {
            Some((created_at, id)) => {
                *created_at = image.created_at.micros();
                id.clone_from(&image.id);
            }
            None => self.0 = Some((image.created_at.micros(), image.id.clone())),
        }
        is_in_order
    }
}

/// Keeps that rows of higher numbers do not always come first.
pub fn put_out_of_order(connection: &Connection) -> Result<(), StoreError> {
    let update = "UPDATE image_order SET in_order = 0 WHERE in_order = 1";
    connection.prepare_cached(update)?.execute([])?;
    Ok(())
}

/// Stores an image in place of the one of its id, if there is one.
pub fn put(connection: &Tables<'_>, maker: &TextMaker, image: &Image) -> Result<(), StoreError> {
    match known(connection, &image.id)? {
        Some(known) => put_over(connection, maker, &known, image),
        None => insert_new(connection, maker, image),
    }
}

/// The same by whoever has found an image before: it is not read again if it is the one of this id.
pub fn put_known(
    connection: &Tables<'_>,
    maker: &TextMaker,
    known: Option<&Numbered>,
    image: &Image,
) -> Result<(), StoreError> {
    match known.filter(|(_, before)| before.id == image.id) {
        Some(known) => put_over(connection, maker, known, image),
        None => put(connection, maker, image),
    }
}

/// Stores an image in place of the known one, which has its id, as the same row: its text stays where its
/// neighbours' are.
fn put_over(
    connection: &Tables<'_>,
    maker: &TextMaker,
    (seq, before): &Numbered,
    image: &Image,
) -> Result<(), StoreError> {
    let seq = *seq;
    Changes::between(before, image).write(connection, seq)?;
    if (&before.tags, &before.members) != (&image.tags, &image.members) {
        for forget in [
            "DELETE FROM image_tags WHERE seq = ?1",
            "DELETE FROM image_members WHERE seq = ?1",
        ] {
            connection.prepare_cached(forget)?.execute([seq])?;
        }
        Details::of(connection).insert(seq, image)?;
    }
    texts::put(connection, seq, &(maker.make)(image))?;
    terms::change(connection, seq, Some(before), Some(image))?;
    if before.created_at != image.created_at {
        put_out_of_order(connection)?;
    }
    Ok(())
}

pub fn remove(connection: &Tables<'_>, id: &str) -> Result<(), StoreError> {
    if let Some((seq, before)) = known(connection, id)? {
        let delete = "DELETE FROM images WHERE seq = ?1";
        connection.prepare_cached(delete)?.execute([seq])?;
        texts::put(connection, seq, &ImageTexts::default())?;
        terms::change(connection, seq, Some(&before), None)?;
    }
    Ok(())
}

/// Forgets all images, and the tokens with them.
pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    texts::remove_all(connection)?;
    connection.execute_batch(
        "DELETE FROM image_terms; DELETE FROM image_tags; DELETE FROM image_members; \
         DELETE FROM images; UPDATE image_order SET in_order = 1; DELETE FROM tokens; \
         DELETE FROM revoked_tokens;",
    )?;
    Ok(())
}

/// The id of a row.
pub fn id(connection: &Connection, seq: i64) -> Result<String, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM images WHERE seq = ?1")?;
    let mut rows = statement.query([seq])?;
    match rows.next()? {
        Some(row) => Ok(row.get(0).map_err(|error| no_id(seq).found_by(error))?),
        None => Err(missing(seq).into()),
    }
}

/// The row of an id.
pub fn seq(connection: &Connection, id: &str) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT seq FROM images WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}

/// The image of a row.
pub fn at(connection: &Connection, seq: i64) -> Result<Image, StoreError> {
    let (_, image) = one(connection, "i.seq", seq)?.ok_or_else(|| missing(seq))?;
    Ok(image)
}

pub fn find(connection: &Connection, id: &str) -> Result<Option<Image>, StoreError> {
    Ok(known(connection, id)?.map(|(_, image)| image))
}

/// The image of an id, and its row.
pub fn known(connection: &Connection, id: &str) -> Result<Option<Numbered>, StoreError> {
    one(connection, "i.id", id)
}

fn one(
    connection: &Connection,
    column: &str,
    key: impl ToSql,
) -> Result<Option<Numbered>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM images i WHERE {column} = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([key])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some((row.get(1)?, read(connection, row)?)))
}

fn no_id(seq: i64) -> Damage {
    Damage::of_row(seq, "its id cannot be read")
}

/// What a row is that others speak of.
pub fn missing(seq: i64) -> Damage {
    Damage::of_row(seq, "an index has it, and the table does not")
}

/// Shows an id and a name, as they stand in a row behind its number.
pub fn entry<T>(
    row: &Row<'_>,
    seq: i64,
    show: impl FnOnce(&str, Option<&str>) -> T,
) -> Result<T, StoreError> {
    let id = row.get_ref(2)?.as_str();
    let id = id.map_err(|error| no_id(seq).found_by(error))?;
    let name = row.get_ref(3)?.as_str_or_null();
    let name = name.map_err(|error| Damage::of_image(id, CANNOT_READ_NAME).found_by(error))?;
    Ok(show(id, name))
}

const CANNOT_READ_NAME: &str = "its name cannot be read";

/// A row of `COLUMNS`, whose image has this id.
struct Columns<'r> {
    row: &'r Row<'r>,
    id: &'r str,
}

impl Columns<'_> {
    fn get<T: FromSql>(&self, column: usize) -> Result<T, StoreError> {
        let value = self.row.get(column);
        Ok(value.map_err(|error| self.damage(column).found_by(error))?)
    }

    /// A word of a list of words.
    fn word<T>(&self, column: usize, parse: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let word = self.row.get_ref(column)?.as_str();
        let word = word.map_err(|error| self.damage(column).found_by(error))?;
        Ok(parse(word).ok_or_else(|| self.unknown(column, word))?)
    }

    /// What was stored as 0 or 1.
    fn flag(&self, column: usize) -> Result<bool, StoreError> {
        match self.get(column)? {
            0_i64 => Ok(false),
            1 => Ok(true),
            other => Err(self.unknown(column, other).into()),
        }
    }

    fn properties(&self, column: usize) -> Result<Properties, StoreError> {
        let text = self.row.get_ref(column)?.as_str();
        let text = text.map_err(|error| self.damage(column).found_by(error))?;
        Ok(properties::decode(text).map_err(|error| self.damage(column).found_by(error))?)
    }

    fn damage(&self, column: usize) -> Damage {
        let name = self.row.as_ref().column_name(column);
        let name = name.unwrap_or("column");
        Damage::of_image(self.id, format!("its {name} cannot be read"))
    }

    fn unknown(&self, column: usize, value: impl fmt::Debug) -> Damage {
        self.damage(column).found_by(format!("what is {value:?}?"))
    }
}

/// Reads one row of `COLUMNS`, and what other tables hold of it.
pub fn read(connection: &Connection, row: &Row<'_>) -> Result<Image, StoreError> {
    let seq: i64 = row.get(1)?;
    let id: String = row.get(2).map_err(|error| no_id(seq).found_by(error))?;
    let columns = Columns { row, id: &id };
    let status = columns.word(4, GlanceStatus::parse)?;
    // Lists go by this one: an image whose flag were wrong would be missing there, or be too much.
    if columns.flag(21)? != status.is_unlisted() {
        return Err(Damage::of_image(&id, "its unlisted and its status disagree").into());
    }
    Ok(Image {
        name: columns.get(3)?,
        status,
        visibility: columns.word(5, Visibility::parse)?,
        owner: columns.get(6)?,
        min_ram_mib: columns.get(7)?,
        min_disk_gib: columns.get(8)?,
        size_bytes: columns.get(9)?,
        virtual_size_bytes: columns.get(10)?,
        created_at: Timestamp::from_micros(columns.get(0)?),
        updated_at: Timestamp::from_micros(columns.get(11)?),
        deleted_at: columns.get::<Option<_>>(12)?.map(Timestamp::from_micros),
        container_format: columns.get(13)?,
        disk_format: columns.get(14)?,
        checksum: columns.get(15)?,
        os_hash_algo: columns.get(16)?,
        os_hash_value: columns.get(17)?,
        protected: columns.flag(18)?,
        hidden: columns.flag(19)?,
        tags: read_tags(connection, seq, &id)?,
        properties: columns.properties(20)?,
        members: read_members(connection, seq, &id)?,
        has_data: columns.flag(22)?,
        id,
    })
}

fn read_tags(connection: &Connection, seq: i64, id: &str) -> Result<Vec<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT tag FROM image_tags WHERE seq = ?1 ORDER BY position")?;
    let mut rows = statement.query([seq])?;
    let mut tags = Vec::new();
    while let Some(row) = rows.next()? {
        let tag = row.get(0);
        let damage = || Damage::of_image(id, "one of its tags cannot be read");
        tags.push(tag.map_err(|error| damage().found_by(error))?);
    }
    Ok(tags)
}

fn read_members(connection: &Connection, seq: i64, id: &str) -> Result<Vec<Member>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT project_id, status, can_share, created_at, updated_at FROM image_members \
         WHERE seq = ?1 ORDER BY position",
    )?;
    let mut rows = statement.query([seq])?;
    let damage = || Damage::of_image(id, "one of its members cannot be read");
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let fail = |error: rusqlite::Error| damage().found_by(error);
        let status: String = row.get(1).map_err(fail)?;
        members.push(Member {
            project_id: row.get(0).map_err(fail)?,
            status: MemberStatus::parse(&status)
                .ok_or_else(|| damage().found_by(format!("what is {status:?}?")))?,
            can_share: row.get(2).map_err(fail)?,
            created_at: Timestamp::from_micros(row.get(3).map_err(fail)?),
            updated_at: Timestamp::from_micros(row.get(4).map_err(fail)?),
        });
    }
    Ok(members)
}
