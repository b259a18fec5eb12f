//! The terms of images: words and values of which it is kept which rows have them.
//!
//! For each term there is a set of rows, a block of them at a time. What a list asks for is what such
//! sets have in common, which costs the same whether its terms are common, rare or absent.

use super::bits::{Bits, Malformed};
use super::error::{Damage, StoreError};
use crate::domain::{Direction, Image, PropertyValue};
use rusqlite::{CachedStatement, Connection};
use std::collections::BTreeMap;

/// What an image may have in common with others: a column or a property, and its value.
pub type Term = (String, String);

const PROPERTY: &str = "property:";

/// What a property is called among the terms.
pub fn property(key: &str) -> String {
    format!("{PROPERTY}{key}")
}

/// The term of images that have a property without a value.
pub fn null(key: &str) -> Term {
    (format!("null:{key}"), String::new())
}

/// How a yes or no is written.
pub fn flag(is_set: bool) -> &'static str {
    if is_set { "1" } else { "0" }
}

/// The owner, of images that are neither unlisted nor hidden: of what most lists show.
pub const SHOWN_OWNER: &str = "shown owner";

/// The visibility of such.
pub const SHOWN_VISIBILITY: &str = "shown visibility";

/// The term of images without an owner.
pub const OWNERLESS: (&str, &str) = ("ownerless", "1");

/// Shows each term of an image.
fn each(image: &Image, visit: &mut dyn FnMut(&str, &str)) {
    each_unlike(image, None, visit);
}

/// Shows terms of an image, among them all that another one has not: of an image of which little changes
/// little is looked at.
fn each_unlike(image: &Image, other: Option<&Image>, visit: &mut dyn FnMut(&str, &str)) {
    if other.is_none_or(|other| columns(other) != columns(image)) {
        each_of_columns(image, visit);
    }
    if other.is_none_or(|other| other.tags != image.tags) {
        for tag in &image.tags {
            visit("tag", tag);
        }
    }
    let mut name = String::new();
    for (key, value) in image.properties.iter() {
        if other.is_some_and(|other| other.properties.get(key) == Some(value)) {
            continue;
        }
        match value {
            PropertyValue::Text(value) => {
                name.clear();
                name.push_str(PROPERTY);
                name.push_str(key);
                visit(&name, value);
            }
            PropertyValue::Null => visit(&null(key).0, ""),
            // Nobody can ask for what is no text.
            PropertyValue::Json(_) => {}
        }
    }
}

/// What terms of columns are made of.
fn columns(image: &Image) -> impl PartialEq + use<'_> {
    (
        (
            image.status,
            image.hidden,
            image.protected,
            image.visibility,
        ),
        (image.min_ram_mib, image.min_disk_gib),
        (&image.owner, &image.container_format, &image.disk_format),
    )
}

fn each_of_columns(image: &Image, visit: &mut dyn FnMut(&str, &str)) {
    visit("status", image.status.as_str());
    visit("unlisted", flag(image.status.is_unlisted()));
    visit("hidden", flag(image.hidden));
    visit("protected", flag(image.protected));
    visit("visibility", image.visibility.as_str());
    match &image.owner {
        Some(owner) => visit("owner", owner),
        None => visit(OWNERLESS.0, OWNERLESS.1),
    }
    if !image.status.is_unlisted() && !image.hidden {
        visit(SHOWN_VISIBILITY, image.visibility.as_str());
        if let Some(owner) = &image.owner {
            visit(SHOWN_OWNER, owner);
        }
    }
    let mut number = itoa::Buffer::new();
    visit("min_ram", number.format(image.min_ram_mib));
    visit("min_disk", number.format(image.min_disk_gib));
    for (key, value) in [
        ("container_format", &image.container_format),
        ("disk_format", &image.disk_format),
    ] {
        if let Some(value) = value {
            visit(key, value);
        }
    }
}

/// The terms of an image that another one need not have, in order and each once.
fn of(image: Option<&Image>, other: Option<&Image>) -> Vec<Term> {
    let mut terms = Vec::new();
    if let Some(image) = image {
        each_unlike(image, other, &mut |key, value| {
            terms.push((key.to_owned(), value.to_owned()));
        });
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Those of some terms that are not among others; both in order.
fn without<'t>(terms: &'t [Term], others: &'t [Term]) -> impl Iterator<Item = &'t Term> {
    let is_other = |term: &&Term| others.binary_search(term).is_err();
    terms.iter().filter(is_other)
}

/// Keeps that a row, which had the terms of one image, has those of another.
pub fn change(
    connection: &Connection,
    seq: i64,
    before: Option<&Image>,
    after: Option<&Image>,
) -> Result<(), StoreError> {
    let (before, after) = (of(before, after), of(after, before));
    let (block, place) = Bits::place(seq);
    for term in without(&before, &after) {
        let mut bits = rows(connection, term, block)?;
        bits.clear(place);
        put(connection, term, block, &bits)?;
    }
    for term in without(&after, &before) {
        let mut bits = rows(connection, term, block)?;
        bits.set(place);
        put(connection, term, block, &bits)?;
    }
    Ok(())
}

/// Which rows of a block have a term.
fn rows(connection: &Connection, (key, value): &Term, block: i64) -> Result<Bits, StoreError> {
    let select = "SELECT block, rows FROM image_terms WHERE key = ?1 AND value = ?2 AND block = ?3";
    let mut reading = Reading(connection.prepare_cached(select)?);
    let found = reading.next(key, value, block)?;
    Ok(found.map(|(_, bits)| bits).unwrap_or_default())
}

fn put(
    connection: &Connection,
    (key, value): &Term,
    block: i64,
    bits: &Bits,
) -> Result<(), StoreError> {
    if bits.is_empty() {
        let delete = "DELETE FROM image_terms WHERE key = ?1 AND value = ?2 AND block = ?3";
        let mut delete = connection.prepare_cached(delete)?;
        delete.execute((key, value, block))?;
    } else {
        let insert = "INSERT OR REPLACE INTO image_terms (key, value, block, rows) \
             VALUES (?1, ?2, ?3, ?4)";
        let mut insert = connection.prepare_cached(insert)?;
        insert.execute((key, value, block, bits.encode()))?;
    }
    Ok(())
}

/// The sets of rows of terms, read in a direction.
pub struct Reading<'c>(CachedStatement<'c>);

impl<'c> Reading<'c> {
    pub fn of(connection: &'c Connection, direction: Direction) -> Result<Self, StoreError> {
        let select = match direction {
            Direction::Ascending => {
                "SELECT block, rows FROM image_terms \
                 WHERE key = ?1 AND value = ?2 AND block >= ?3 ORDER BY block LIMIT 1"
            }
            Direction::Descending => {
                "SELECT block, rows FROM image_terms \
                 WHERE key = ?1 AND value = ?2 AND block <= ?3 ORDER BY block DESC LIMIT 1"
            }
        };
        Ok(Self(connection.prepare_cached(select)?))
    }

    /// The first block, from this one on, with rows that have a term, and which those are.
    pub fn next(
        &mut self,
        key: &str,
        value: &str,
        from: i64,
    ) -> Result<Option<(i64, Bits)>, StoreError> {
        let mut found = self.0.query((key, value, from))?;
        let Some(row) = found.next()? else {
            return Ok(None);
        };
        let block = row.get(0)?;
        let damage = || Damage::of_block(key, block);
        let stored = row.get_ref(1)?.as_blob();
        let stored = stored.map_err(|error| damage().found_by(error))?;
        let bits = Bits::decode(stored).map_err(|Malformed| damage())?;
        Ok(Some((block, bits)))
    }
}

/// The terms of many new rows, written a block at a time: most rows of a block share most of them.
#[derive(Debug, Default)]
pub struct Adding {
    /// Whether there were no rows before: then there is nothing to add to.
    is_first: bool,
    block: i64,
    rows: BTreeMap<String, BTreeMap<String, Vec<u16>>>,
}

impl Adding {
    /// Of rows with higher numbers than any, in their order; says whether there were none before.
    pub fn to(is_empty: bool) -> Self {
        Self {
            is_first: is_empty,
            ..Self::default()
        }
    }

    /// Takes the terms of an image that was added as a row.
    pub fn add(
        &mut self,
        connection: &Connection,
        seq: i64,
        image: &Image,
    ) -> Result<(), StoreError> {
        let place = self.place(connection, seq)?;
        each(image, &mut |key, value| self.take(key, value, place));
        Ok(())
    }

    /// Takes one term of a row.
    pub fn add_term(
        &mut self,
        connection: &Connection,
        seq: i64,
        key: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        let place = self.place(connection, seq)?;
        self.take(key, value, place);
        Ok(())
    }

    fn place(&mut self, connection: &Connection, seq: i64) -> Result<u16, StoreError> {
        let (block, place) = Bits::place(seq);
        if block != self.block {
            self.write(connection)?;
            self.block = block;
        }
        Ok(place)
    }

    fn take(&mut self, key: &str, value: &str, place: u16) {
        // Most are there already, and need no text of their own.
        if let Some(places) = self.rows.get_mut(key).and_then(|rows| rows.get_mut(value)) {
            places.push(place);
        } else {
            let values = self.rows.entry(key.to_owned()).or_default();
            values.insert(value.to_owned(), vec![place]);
        }
    }

    /// Writes what was taken.
    pub fn write(&mut self, connection: &Connection) -> Result<(), StoreError> {
        for (key, values) in std::mem::take(&mut self.rows) {
            for (value, places) in values {
                let term = (key.clone(), value);
                let mut bits = match self.is_first {
                    true => Bits::default(),
                    false => rows(connection, &term, self.block)?,
                };
                for place in places {
                    bits.set(place);
                }
                put(connection, &term, self.block, &bits)?;
            }
        }
        Ok(())
    }
}
