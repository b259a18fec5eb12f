//! The texts that lists show of images, kept beside them. Their words are a facade's.
//!
//! Rows that were added one after the other have their texts in one block, since lists mostly show
//! them one after the other, too: one look at the table serves many images. Texts of their own would
//! be looked up one by one, which takes longer than all else that a list does.

use super::error::{Damage, StoreError};
use super::shared_texts::{SeedTexts, Tables, TextForm};
use super::text_block::{Block, range};
use crate::domain::{ImageTexts, ListForm};
use rusqlite::{CachedStatement, Connection};
use std::ops::Range;
use std::sync::Arc;

/// Where the blocks of a form are.
struct Blocks {
    form: TextForm,
    table: &'static str,
    select: &'static str,
    put: &'static str,
    add: &'static str,
    remove: &'static str,
    sweep: &'static str,
}

const JSON: Blocks = Blocks {
    form: TextForm::Json,
    table: "image_json",
    select: "SELECT texts FROM image_json WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_json (block, texts) VALUES (?1, ?2)",
    add: "INSERT OR IGNORE INTO image_json (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_json WHERE block = ?1",
    sweep: "DELETE FROM image_json WHERE length(texts) = 0",
};

const XML: Blocks = Blocks {
    form: TextForm::Xml,
    table: "image_xml",
    select: "SELECT texts FROM image_xml WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_xml (block, texts) VALUES (?1, ?2)",
    add: "INSERT OR IGNORE INTO image_xml (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_xml WHERE block = ?1",
    sweep: "DELETE FROM image_xml WHERE length(texts) = 0",
};

const GLANCE: Blocks = Blocks {
    form: TextForm::Glance,
    table: "image_glance",
    select: "SELECT texts FROM image_glance WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_glance (block, texts) VALUES (?1, ?2)",
    add: "INSERT OR IGNORE INTO image_glance (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_glance WHERE block = ?1",
    sweep: "DELETE FROM image_glance WHERE length(texts) = 0",
};

const FORMS: [Blocks; 3] = [JSON, XML, GLANCE];

/// Keeps these texts of a row, in place of those that it had.
pub fn put(tables: &Tables<'_>, seq: i64, texts: &ImageTexts) -> Result<(), StoreError> {
    let mut adding = Adding::default();
    adding.add(tables, seq, texts)?;
    adding.write(tables)
}

/// The texts of many rows, one behind the other, written a block at a time.
#[derive(Debug, Default)]
pub struct Adding<'s> {
    /// Which block it is at, and what stands there in each form.
    number: Option<i64>,
    blocks: [Block; 3],
    /// Where they go, if not into the tables.
    seed: Option<&'s mut SeedTexts>,
}

impl<'s> Adding<'s> {
    /// Puts them here instead of into the tables.
    pub fn to_seed(seed: &'s mut SeedTexts) -> Self {
        Self {
            seed: Some(seed),
            ..Self::default()
        }
    }

    /// Takes the texts of a row.
    pub fn add(
        &mut self,
        tables: &Tables<'_>,
        seq: i64,
        texts: &ImageTexts,
    ) -> Result<(), StoreError> {
        if self.number != Some(Block::number(seq)) {
            self.write(tables)?;
            self.read(tables, seq)?;
        }
        for (form, block) in FORMS.iter().zip(&mut self.blocks) {
            form.edit(block, seq, texts)?;
        }
        Ok(())
    }

    /// Reads what stands in the block that a row's texts are in.
    fn read(&mut self, tables: &Tables<'_>, seq: i64) -> Result<(), StoreError> {
        let number = Block::number(seq);
        for (form, block) in FORMS.iter().zip(&mut self.blocks) {
            block.0.clear();
            match &self.seed {
                Some(seed) => block.0.extend_from_slice(seed.block(form.form, number)),
                None => form.read(tables, &mut None, seq, &mut block.0)?,
            }
        }
        self.number = Some(number);
        Ok(())
    }

    /// Writes what was taken.
    pub fn write(&mut self, tables: &Tables<'_>) -> Result<(), StoreError> {
        let Some(number) = self.number.take() else {
            return Ok(());
        };
        for (form, block) in FORMS.iter().zip(&self.blocks) {
            match &mut self.seed {
                Some(seed) => seed.put(form.form, number, &block.0),
                None => form.write(tables, number, block)?,
            }
        }
        // What is written in one form is written in all of them.
        if self.seed.is_none()
            && let Some(shared) = tables.shared()
        {
            shared.own(number);
        }
        Ok(())
    }
}

/// Writes the texts that the tables share with others' into them.
pub fn complete(tables: &Tables<'_>, into: &Connection) -> Result<(), StoreError> {
    let Some(shared) = tables.shared() else {
        return Ok(());
    };
    for blocks in FORMS {
        let mut add = into.prepare(blocks.add)?;
        for number in 0..i64::try_from(shared.seed().len()).unwrap_or(i64::MAX) {
            let block = shared.seed().block(blocks.form, number);
            if !block.is_empty() {
                add.execute((number, block))?;
            }
        }
        into.execute(blocks.sweep, [])?;
    }
    Ok(())
}

/// Forgets the texts of all rows.
pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM image_json; DELETE FROM image_xml; DELETE FROM image_glance;",
    )?;
    Ok(())
}

impl Blocks {
    /// Puts the block that a row's text is in, or would be, behind what was read.
    fn read<'c>(
        &self,
        tables: &Tables<'c>,
        select: &mut Option<CachedStatement<'c>>,
        seq: i64,
        read: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let number = Block::number(seq);
        if let Some(block) = tables.shared().and_then(|it| it.block(self.form, number)) {
            read.extend_from_slice(block);
            return Ok(());
        }
        let select = match select {
            Some(select) => select,
            None => select.insert(tables.connection().prepare_cached(self.select)?),
        };
        let mut rows = select.query([number])?;
        if let Some(row) = rows.next()? {
            let texts = row.get_ref(0)?.as_blob();
            let texts = texts.map_err(|error| self.damage(seq).found_by(error))?;
            if texts.is_empty() && !is_kept_empty(tables, number) {
                return Err(self.damage(seq).into());
            }
            read.extend_from_slice(texts);
        } else if let Some(shared) = tables.shared() {
            // It was to be the store's own, and that write was taken back.
            read.extend_from_slice(shared.seed().block(self.form, number));
        }
        Ok(())
    }

    /// Puts the text of a row into its block.
    fn edit(&self, block: &mut Block, seq: i64, texts: &ImageTexts) -> Result<(), StoreError> {
        let text = match self.form {
            TextForm::Json => &texts.json,
            TextForm::Xml => &texts.xml,
            TextForm::Glance => &texts.glance,
        };
        let put = block.put(seq, text.as_deref());
        Ok(put.map_err(|_| self.damage(seq))?)
    }

    fn write(&self, tables: &Tables<'_>, number: i64, block: &Block) -> Result<(), StoreError> {
        if block.0.is_empty() && !is_kept_empty(tables, number) {
            tables.prepare_cached(self.remove)?.execute([number])?;
        } else {
            let mut put = tables.prepare_cached(self.put)?;
            put.execute((number, &block.0))?;
        }
        Ok(())
    }

    fn damage(&self, seq: i64) -> Damage {
        let number = Block::number(seq);
        let table = self.table;
        Damage::of_row(
            seq,
            format!("block {number} of {table} is cut short or mixed up"),
        )
    }
}

/// A block without texts is not kept, unless it stands in the place of one that has some.
fn is_kept_empty(tables: &Tables<'_>, number: i64) -> bool {
    let shared = tables.shared();
    shared.is_some_and(|shared| shared.reaches(number))
}

/// The texts of one form, read row by row. The blocks that they are in stay, so that they can be looked
/// at when the connection is no longer needed.
pub struct Reading<'c> {
    tables: Tables<'c>,
    /// Nothing for whoever asks for the images themselves.
    blocks: Option<Blocks>,
    /// Prepared when it is needed.
    select: Option<CachedStatement<'c>>,
    texts: &'c mut Texts,
    /// The number of the block read last, and where it was copied to; nothing when it was put aside.
    last: Option<(i64, Option<Range<usize>>)>,
    /// The block read last, where few texts of each are wanted: of the others only those are copied.
    aside: Vec<u8>,
    /// How many blocks were read, and how many texts were wanted of them.
    blocks_read: usize,
    texts_read: usize,
}

/// Blocks that are copied whole before it is known how many texts are wanted of each.
const FIRST_BLOCKS: usize = 16;

/// Texts of a block, on average, from which on it costs less to copy blocks than texts.
const MANY_TEXTS: usize = 3;

/// Where a text is: among the blocks that were copied, or in a block of the seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPlace {
    seed_block: Option<i64>,
    range: Range<usize>,
}

/// Blocks that were read. Those of a seed do not change, so they are held and not copied; the others
/// stand one behind the other: memory that is used again costs a list less than new memory for each.
#[derive(Debug, Default)]
pub struct Texts {
    copied: Vec<u8>,
    seed: Option<(TextForm, Arc<SeedTexts>)>,
}

impl Texts {
    /// The text of a place.
    pub fn get(&self, place: &TextPlace) -> &[u8] {
        let block = match (place.seed_block, &self.seed) {
            (Some(number), Some((form, seed))) => seed.block(*form, number),
            _ => &self.copied,
        };
        // A place comes from the reading that the blocks come from.
        block.get(place.range.clone()).unwrap_or_default()
    }

    /// Forgets the blocks, but keeps their memory unless it is more than this.
    pub fn clear(&mut self, most: usize) {
        self.copied.clear();
        self.copied.shrink_to(most);
        self.seed = None;
    }
}

impl<'c> Reading<'c> {
    /// Of a form, behind what `texts` holds; nothing when it has no texts.
    pub fn of(tables: Tables<'c>, form: ListForm, texts: &'c mut Texts) -> Option<Self> {
        let blocks = match form {
            ListForm::Json => Some(JSON),
            ListForm::Xml => Some(XML),
            ListForm::Glance => Some(GLANCE),
            ListForm::Images => None,
            ListForm::Entries => return None,
        };
        Some(Self {
            tables,
            blocks,
            select: None,
            texts,
            last: None,
            aside: Vec::new(),
            blocks_read: 0,
            texts_read: 0,
        })
    }

    /// Where the text of a row is; nothing when it has none.
    pub fn place(&mut self, seq: i64) -> Result<Option<TextPlace>, StoreError> {
        let Some(blocks) = &self.blocks else {
            return Ok(None);
        };
        let number = Block::number(seq);
        if let Some(shared) = self.tables.shared()
            && let Some(block) = shared.block(blocks.form, number)
        {
            let seed = || (blocks.form, Arc::clone(shared.seed()));
            self.texts.seed.get_or_insert_with(seed);
            let text = range(block, seq).map_err(|_| blocks.damage(seq))?;
            return Ok(text.map(|range| TextPlace {
                seed_block: Some(number),
                range,
            }));
        }
        let place = match &self.last {
            Some((last, place)) if *last == number => place.clone(),
            _ => {
                let is_sparse = self.blocks_read >= FIRST_BLOCKS
                    && self.texts_read < self.blocks_read * MANY_TEXTS;
                self.aside.clear();
                let read = match is_sparse {
                    true => &mut self.aside,
                    false => &mut self.texts.copied,
                };
                let begin = read.len();
                blocks.read(&self.tables, &mut self.select, seq, read)?;
                let place = (!is_sparse).then_some(begin..read.len());
                self.last = Some((number, place.clone()));
                self.blocks_read += 1;
                place
            }
        };
        self.texts_read += 1;
        let block = match &place {
            Some(place) => self.texts.copied.get(place.clone()).unwrap_or_default(),
            None => &self.aside,
        };
        let Some(text) = range(block, seq).map_err(|_| blocks.damage(seq))? else {
            return Ok(None);
        };
        let range = if let Some(place) = place {
            place.start + text.start..place.start + text.end
        } else {
            let begin = self.texts.copied.len();
            let text = self.aside.get(text).unwrap_or_default();
            self.texts.copied.extend_from_slice(text);
            begin..begin + text.len()
        };
        Ok(Some(TextPlace {
            seed_block: None,
            range,
        }))
    }
}
