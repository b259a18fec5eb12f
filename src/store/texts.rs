//! The texts that lists show of images, kept beside them. Their words are a facade's.
//!
//! Rows that were added one after the other have their texts in one block, since lists mostly show
//! them one after the other, too: one look at the table serves many images. Texts of their own would
//! be looked up one by one, which takes longer than all else that a list does.

use super::error::StoreError;
use crate::domain::{ImageTexts, ListForm};
use rusqlite::{CachedStatement, Connection, OptionalExtension};

/// Rows whose texts are in one block.
const BLOCK_ROWS: i64 = 8;

/// Where the blocks of a form are.
struct Blocks {
    select: &'static str,
    put: &'static str,
    remove: &'static str,
}

const JSON: Blocks = Blocks {
    select: "SELECT texts FROM image_json WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_json (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_json WHERE block = ?1",
};

const XML: Blocks = Blocks {
    select: "SELECT texts FROM image_xml WHERE block = ?1",
    put: "INSERT OR REPLACE INTO image_xml (block, texts) VALUES (?1, ?2)",
    remove: "DELETE FROM image_xml WHERE block = ?1",
};

/// Keeps these texts of a row, in place of those that it had.
pub fn put(connection: &Connection, seq: i64, texts: &ImageTexts) -> Result<(), StoreError> {
    for (blocks, text) in [(JSON, &texts.json), (XML, &texts.xml)] {
        blocks.put(connection, seq, text.as_deref())?;
    }
    Ok(())
}

/// Forgets the texts of all rows.
pub fn remove_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("DELETE FROM image_json; DELETE FROM image_xml;")?;
    Ok(())
}

impl Blocks {
    fn put(
        &self,
        connection: &Connection,
        seq: i64,
        text: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let number = Block::number(seq);
        let known: Option<Vec<u8>> = connection
            .prepare_cached(self.select)?
            .query_row([number], |row| row.get(0))
            .optional()?;
        let mut block = Block(known.unwrap_or_default());
        block.put(seq, text);
        if block.0.is_empty() {
            connection.prepare_cached(self.remove)?.execute([number])?;
        } else {
            let mut put = connection.prepare_cached(self.put)?;
            put.execute((number, &block.0))?;
        }
        Ok(())
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
        u8::try_from(seq.rem_euclid(BLOCK_ROWS)).unwrap_or_default()
    }

    /// Takes out what a row had and puts its new text behind the others.
    fn put(&mut self, seq: i64, text: Option<&[u8]>) {
        let own = Self::slot(seq);
        if self.get(seq).is_some() {
            let mut others = Self::default();
            for (slot, text) in self.texts().filter(|(slot, _)| *slot != own) {
                others.push(slot, text);
            }
            *self = others;
        }
        if let Some(text) = text {
            self.push(own, text);
        }
    }

    fn push(&mut self, slot: u8, text: &[u8]) {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.0.push(slot);
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(text);
    }

    fn get(&self, seq: i64) -> Option<&[u8]> {
        let mut texts = self.texts();
        let found = texts.find(|(slot, _)| *slot == Self::slot(seq));
        found.map(|(_, text)| text)
    }

    fn texts(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (slot, behind) = rest.split_first()?;
            let (length, behind) = behind.split_first_chunk()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (text, after) = behind.split_at_checked(length)?;
            rest = after;
            Some((*slot, text))
        })
    }
}

/// The texts of one form, read row by row.
pub struct Reading<'c> {
    select: CachedStatement<'c>,
    number: Option<i64>,
    block: Block,
}

impl<'c> Reading<'c> {
    /// Of a form; nothing when it has no texts.
    pub fn of(connection: &'c Connection, form: ListForm) -> Result<Option<Self>, StoreError> {
        let blocks = match form {
            ListForm::Json => JSON,
            ListForm::Xml => XML,
            ListForm::Entries => return Ok(None),
        };
        Ok(Some(Self {
            select: connection.prepare_cached(blocks.select)?,
            number: None,
            block: Block::default(),
        }))
    }

    /// The text of a row; nothing when it has none.
    pub fn text(&mut self, seq: i64) -> Result<Option<&[u8]>, StoreError> {
        let number = Block::number(seq);
        if self.number != Some(number) {
            self.block.0.clear();
            let mut rows = self.select.query([number])?;
            if let Some(row) = rows.next()? {
                let texts = row.get_ref(0)?.as_blob().unwrap_or_default();
                self.block.0.extend_from_slice(texts);
            }
            self.number = Some(number);
        }
        Ok(self.block.get(seq))
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_ROWS, Block};

    #[test]
    fn a_block_holds_the_texts_of_its_rows() {
        let mut block = Block::default();
        let first = 5 * BLOCK_ROWS;
        for seq in first..first + BLOCK_ROWS {
            assert_eq!(Block::number(seq), 5);
            block.put(seq, Some(seq.to_string().as_bytes()));
        }
        assert_ne!(Block::number(first + BLOCK_ROWS), 5);
        block.put(first + 1, None);
        block.put(first + 1, None);
        for seq in first..first + BLOCK_ROWS {
            let text = seq.to_string();
            let expected = (seq != first + 1).then_some(text.as_bytes());
            assert_eq!(block.get(seq), expected);
        }
        block.put(first + 1, Some(b""));
        assert_eq!(block.get(first + 1), Some(&b""[..]));
        for seq in first..first + BLOCK_ROWS {
            block.put(seq, None);
        }
        assert!(block.0.is_empty());
    }

    #[test]
    fn a_damaged_block_is_no_panic() {
        let mut block = Block::default();
        block.put(0, Some(b"zero"));
        block.put(1, Some(b"one"));
        for length in 0..block.0.len() {
            let cut = Block(block.0[..length].to_vec());
            assert_eq!(cut.get(1), None);
        }
    }
}
