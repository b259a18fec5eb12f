//! The texts that lists show of images, kept beside them. Their words are a facade's.
//!
//! Rows that were added one after the other have their texts in one block, since lists mostly show
//! them one after the other, too: one look at the table serves many images. Texts of their own would
//! be looked up one by one, which takes longer than all else that a list does.

use super::error::{Damage, StoreError};
use crate::domain::{ImageTexts, ListForm};
use rusqlite::{CachedStatement, Connection};
use std::ops::Range;

/// Rows whose texts are in one block.
const BLOCK_ROWS: i64 = 8;

/// Where the blocks of a form are.
struct Blocks {
    table: &'static str,
    select: &'static str,
    put: &'static str,
    remove: &'static str,
}

const JSON: Blocks = Blocks {
    table: "image_json",
    select: "SELECT texts FROM image_json WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_json (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_json WHERE block = ?1",
};

const XML: Blocks = Blocks {
    table: "image_xml",
    select: "SELECT texts FROM image_xml WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_xml (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_xml WHERE block = ?1",
};

const GLANCE: Blocks = Blocks {
    table: "image_glance",
    select: "SELECT texts FROM image_glance WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_glance (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_glance WHERE block = ?1",
};

/// Whoever asks for images gets no texts.
const NONE: Blocks = Blocks {
    select: "SELECT texts FROM image_glance WHERE block = ?1 AND 0",
    ..GLANCE
};

/// Keeps these texts of a row, in place of those that it had.
pub fn put(connection: &Connection, seq: i64, texts: &ImageTexts) -> Result<(), StoreError> {
    let all = [
        (JSON, &texts.json),
        (XML, &texts.xml),
        (GLANCE, &texts.glance),
    ];
    for (blocks, text) in all {
        blocks.put(connection, seq, text.as_deref())?;
    }
    Ok(())
}

/// The texts of many new rows, written a block at a time.
#[derive(Debug, Default)]
pub struct Adding {
    number: i64,
    rows: Vec<(i64, ImageTexts)>,
}

impl Adding {
    /// Takes the texts of a row.
    pub fn add(
        &mut self,
        connection: &Connection,
        seq: i64,
        texts: ImageTexts,
    ) -> Result<(), StoreError> {
        let number = Block::number(seq);
        if number != self.number {
            self.write(connection)?;
            self.number = number;
        }
        self.rows.push((seq, texts));
        Ok(())
    }

    /// Writes what was taken.
    pub fn write(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.rows);
        let json = rows
            .iter()
            .map(|(seq, texts)| (*seq, texts.json.as_deref()));
        JSON.put_all(connection, self.number, json)?;
        let xml = rows.iter().map(|(seq, texts)| (*seq, texts.xml.as_deref()));
        XML.put_all(connection, self.number, xml)?;
        let glance = rows
            .iter()
            .map(|(seq, texts)| (*seq, texts.glance.as_deref()));
        GLANCE.put_all(connection, self.number, glance)
    }
}

/// Forgets the texts of all rows.
pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM image_json; DELETE FROM image_xml; DELETE FROM image_glance;",
    )?;
    Ok(())
}

impl Blocks {
    fn put(
        &self,
        connection: &Connection,
        seq: i64,
        text: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.put_all(connection, Block::number(seq), [(seq, text)].into_iter())
    }

    /// Keeps these texts of rows of a block.
    fn put_all<'t>(
        &self,
        connection: &Connection,
        number: i64,
        texts: impl Iterator<Item = (i64, Option<&'t [u8]>)>,
    ) -> Result<(), StoreError> {
        let mut texts = texts.peekable();
        let Some((first, _)) = texts.peek() else {
            return Ok(());
        };
        let mut block = Block::default();
        let mut select = connection.prepare_cached(self.select)?;
        self.read(&mut select, *first, &mut block.0)?;
        for (seq, text) in texts {
            let put = block.put(seq, text);
            put.map_err(|_| self.damage(seq))?;
        }
        if block.0.is_empty() {
            connection.prepare_cached(self.remove)?.execute([number])?;
        } else {
            let mut put = connection.prepare_cached(self.put)?;
            put.execute((number, &block.0))?;
        }
        Ok(())
    }

    /// Puts the block that a row's text is in, or would be, behind what was read.
    fn read(
        &self,
        select: &mut CachedStatement<'_>,
        seq: i64,
        read: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let mut rows = select.query([Block::number(seq)])?;
        if let Some(row) = rows.next()? {
            let texts = row.get_ref(0)?.as_blob();
            let texts = texts.map_err(|error| self.damage(seq).found_by(error))?;
            // A block without texts is not kept.
            if texts.is_empty() {
                return Err(self.damage(seq).into());
            }
            read.extend_from_slice(texts);
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

/// Texts of rows, one behind the other: which row of the block it is in one byte, the length in
/// four, the lowest first, and the text.
#[derive(Debug, Default)]
struct Block(Vec<u8>);

impl Block {
    /// The number of the block that a row's text is in.
    fn number(seq: i64) -> i64 {
        seq.div_euclid(BLOCK_ROWS)
    }

    /// Which row of its block it is.
    fn slot(seq: i64) -> u8 {
        // Below BLOCK_ROWS, so that no default is ever taken.
        u8::try_from(seq.rem_euclid(BLOCK_ROWS)).unwrap_or_default()
    }

    /// Takes out what a row had and puts its new text behind the others.
    fn put(&mut self, seq: i64, text: Option<&[u8]>) -> Result<(), Malformed> {
        let own = Self::slot(seq);
        let mut others = Self(Vec::with_capacity(self.0.len()));
        let mut rest = self.0.as_slice();
        while let Some(next) = Next::of(rest)? {
            if next.slot != own {
                others.push(next.slot, next.text);
            }
            rest = next.behind;
        }
        if let Some(text) = text {
            others.push(own, text);
        }
        *self = others;
        Ok(())
    }

    fn push(&mut self, slot: u8, text: &[u8]) {
        // SQLite holds no text of that length, and says so.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.0.push(slot);
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(text);
    }
}

/// Where the text of a row is in its block; nothing when it has none. What is behind it is not looked at.
fn range(block: &[u8], seq: i64) -> Result<Option<Range<usize>>, Malformed> {
    let own = Block::slot(seq);
    let mut rest = block;
    while let Some(next) = Next::of(rest)? {
        if next.slot == own {
            let end = block.len() - next.behind.len();
            return Ok(Some(end - next.text.len()..end));
        }
        rest = next.behind;
    }
    Ok(None)
}

/// A block that ends amid a text, or names a row that it cannot have.
#[derive(Debug, PartialEq, Eq)]
struct Malformed;

/// The first text of those that are left of a block.
struct Next<'b> {
    slot: u8,
    text: &'b [u8],
    behind: &'b [u8],
}

impl<'b> Next<'b> {
    fn of(rest: &'b [u8]) -> Result<Option<Self>, Malformed> {
        let Some((slot, behind)) = rest.split_first() else {
            return Ok(None);
        };
        let (length, behind) = behind.split_first_chunk().ok_or(Malformed)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Malformed)?;
        let (text, behind) = behind.split_at_checked(length).ok_or(Malformed)?;
        if i64::from(*slot) >= BLOCK_ROWS {
            return Err(Malformed);
        }
        Ok(Some(Self {
            slot: *slot,
            text,
            behind,
        }))
    }
}

/// The texts of one form, read row by row. The blocks that they are in stay, so that they can be looked
/// at when the connection is no longer needed.
pub struct Reading<'c> {
    blocks: Blocks,
    select: CachedStatement<'c>,
    texts: &'c mut Texts,
    /// The block read last: its number, and where it is.
    last: Option<(i64, Range<usize>)>,
}

/// Where a text is among the blocks that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPlace(Range<usize>);

/// Blocks that were read, one behind the other: memory that is used again costs a list less than new
/// memory for each of its blocks.
#[derive(Debug, Default)]
pub struct Texts(Vec<u8>);

impl Texts {
    /// The text of a place.
    pub fn get(&self, place: &TextPlace) -> &[u8] {
        // A place comes from the reading that the blocks come from.
        self.0.get(place.0.clone()).unwrap_or_default()
    }

    /// Forgets the blocks, but keeps their memory unless it is more than this.
    pub fn clear(&mut self, most: usize) {
        self.0.clear();
        self.0.shrink_to(most);
    }
}

impl<'c> Reading<'c> {
    /// Of a form, behind what `texts` holds; nothing when it has no texts.
    pub fn of(
        connection: &'c Connection,
        form: ListForm,
        texts: &'c mut Texts,
    ) -> Result<Option<Self>, StoreError> {
        let blocks = match form {
            ListForm::Json => JSON,
            ListForm::Xml => XML,
            ListForm::Glance => GLANCE,
            ListForm::Images => NONE,
            ListForm::Entries => return Ok(None),
        };
        Ok(Some(Self {
            select: connection.prepare_cached(blocks.select)?,
            blocks,
            texts,
            last: None,
        }))
    }

    /// Where the text of a row is; nothing when it has none.
    pub fn place(&mut self, seq: i64) -> Result<Option<TextPlace>, StoreError> {
        let number = Block::number(seq);
        let place = match &self.last {
            Some((last, place)) if *last == number => place.clone(),
            _ => {
                let begin = self.texts.0.len();
                self.blocks.read(&mut self.select, seq, &mut self.texts.0)?;
                let place = begin..self.texts.0.len();
                self.last = Some((number, place.clone()));
                place
            }
        };
        let begin = place.start;
        let block = self.texts.0.get(place).unwrap_or_default();
        let text = range(block, seq).map_err(|_| self.blocks.damage(seq))?;
        Ok(text.map(|text| TextPlace(begin + text.start..begin + text.end)))
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_ROWS, Block, Malformed, range};

    /// The text of a row.
    fn text(block: &Block, seq: i64) -> Result<Option<&[u8]>, Malformed> {
        Ok(range(&block.0, seq)?.map(|range| &block.0[range]))
    }

    #[test]
    fn a_block_holds_the_texts_of_its_rows() {
        let mut block = Block::default();
        let first = 5 * BLOCK_ROWS;
        for seq in first..first + BLOCK_ROWS {
            assert_eq!(Block::number(seq), 5);
            block.put(seq, Some(seq.to_string().as_bytes())).unwrap();
        }
        assert_ne!(Block::number(first + BLOCK_ROWS), 5);
        block.put(first + 1, None).unwrap();
        block.put(first + 1, None).unwrap();
        for seq in first..first + BLOCK_ROWS {
            let number = seq.to_string();
            let expected = (seq != first + 1).then_some(number.as_bytes());
            assert_eq!(text(&block, seq), Ok(expected));
        }
        block.put(first + 1, Some(b"")).unwrap();
        assert_eq!(text(&block, first + 1), Ok(Some(&b""[..])));
        for seq in first..first + BLOCK_ROWS {
            block.put(seq, None).unwrap();
        }
        assert!(block.0.is_empty());
    }

    #[test]
    fn a10_a_block_cut_short_is_told_from_one_without_a_text() {
        let mut block = Block::default();
        block.put(0, Some(b"zero")).unwrap();
        let first = block.0.len();
        block.put(1, Some(b"one")).unwrap();
        for length in 0..block.0.len() {
            let mut cut = Block(block.0[..length].to_vec());
            let at_a_seam = length == 0 || length == first;
            let expected = if at_a_seam { Ok(None) } else { Err(Malformed) };
            assert_eq!(text(&cut, 1), expected, "{length}");
            // What is whole is found.
            if length >= first {
                assert_eq!(text(&cut, 0), Ok(Some(&b"zero"[..])));
            }
            // Nothing is put beside the rest, nor in its place.
            let before = cut.0.clone();
            let put = cut.put(0, Some(b"new"));
            assert_eq!(put.is_ok(), at_a_seam);
            assert!(at_a_seam || cut.0 == before);
        }
        block.0[0] = 8;
        assert_eq!(text(&block, 1), Err(Malformed));
    }
}
