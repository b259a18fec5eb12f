//! A block of texts: those of rows that were added one after the other.

use std::ops::Range;

/// Rows whose texts are in one block.
const BLOCK_ROWS: i64 = 8;

/// Texts of rows, one behind the other: which row of the block it is in one byte, the length in
/// four, the lowest first, and the text.
#[derive(Debug, Default)]
pub struct Block(pub Vec<u8>);

impl Block {
    /// The number of the block that a row's text is in.
    pub fn number(seq: i64) -> i64 {
        seq.div_euclid(BLOCK_ROWS)
    }

    /// Which row of its block it is.
    fn slot(seq: i64) -> u8 {
        // Below BLOCK_ROWS, so that no default is ever taken.
        u8::try_from(seq.rem_euclid(BLOCK_ROWS)).unwrap_or_default()
    }

    /// Puts the new text of a row where its old one was, or behind the others: of a block of which little
    /// changes, SQLite writes few pages.
    pub fn put(&mut self, seq: i64, text: Option<&[u8]>) -> Result<(), Malformed> {
        let own = Self::slot(seq);
        let mut old = None;
        let mut rest = self.0.as_slice();
        // To the end: nothing is written into what is cut short.
        while let Some(next) = Next::of(rest)? {
            if next.slot == own {
                let begin = self.0.len() - rest.len();
                old = Some(begin..self.0.len() - next.behind.len());
            }
            rest = next.behind;
        }
        let Some(old) = old else {
            if let Some(text) = text {
                self.push(own, text);
            }
            return Ok(());
        };
        let mut new = Self(Vec::new());
        if let Some(text) = text {
            new.push(own, text);
        }
        self.0.splice(old, new.0);
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
pub fn range(block: &[u8], seq: i64) -> Result<Option<Range<usize>>, Malformed> {
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
pub struct Malformed;

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
        let first = 50 * BLOCK_ROWS;
        for seq in first..first + BLOCK_ROWS {
            assert_eq!(Block::number(seq), 50);
            block.put(seq, Some(seq.to_string().as_bytes())).unwrap();
        }
        assert_ne!(Block::number(first + BLOCK_ROWS), 50);
        block.put(first + 1, None).unwrap();
        block.put(first + 1, None).unwrap();
        for seq in first..first + BLOCK_ROWS {
            let number = seq.to_string();
            let expected = (seq != first + 1).then_some(number.as_bytes());
            assert_eq!(text(&block, seq), Ok(expected));
        }
        block.put(first + 1, Some(b"")).unwrap();
        assert_eq!(text(&block, first + 1), Ok(Some(&b""[..])));
        // Of the others not a byte moves.
        let mut expected = block.0.clone();
        let changed = range(&expected, first + 3).unwrap().unwrap();
        expected[changed].copy_from_slice(b"new");
        block.put(first + 3, Some(b"new")).unwrap();
        assert_eq!(block.0, expected);
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
