//! Sets of rows, a block of neighbouring rows at a time.

/// Rows of a block: a set of them takes a kibibyte at most.
pub const BLOCK_ROWS: i64 = 8192;

const WORDS: usize = 128;

/// What a set takes as one bit a row.
const BITMAP_BYTES: usize = WORDS * 8;

/// A block that no release writes.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// Some of the rows of a block, by their places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits(Box<[u64; WORDS]>);

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

impl Bits {
    /// The block of a row, and its place there.
    pub fn place(seq: i64) -> (i64, u16) {
        // Below BLOCK_ROWS, so that no default is ever taken.
        let place = u16::try_from(seq.rem_euclid(BLOCK_ROWS)).unwrap_or_default();
        (seq.div_euclid(BLOCK_ROWS), place)
    }

    /// Reads what `encode` wrote: the places, two bytes each, the lowest byte first; or a bit a row
    /// where that is shorter, which is told by its length.
    pub fn decode(stored: &[u8]) -> Result<Self, Malformed> {
        let mut bits = Self::default();
        if stored.len() == BITMAP_BYTES {
            for (word, bytes) in bits.0.iter_mut().zip(stored.as_chunks::<8>().0) {
                *word = u64::from_le_bytes(*bytes);
            }
            return Ok(bits);
        }
        let (places, rest) = stored.as_chunks::<2>();
        if stored.len() > BITMAP_BYTES || !rest.is_empty() || places.is_empty() {
            return Err(Malformed);
        }
        for place in places {
            bits.set(u16::from_le_bytes(*place)).ok_or(Malformed)?;
        }
        Ok(bits)
    }

    pub fn encode(&self) -> Vec<u8> {
        if self.count() * 2 < BITMAP_BYTES {
            return self.places().flat_map(u16::to_le_bytes).collect();
        }
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Nothing when there is no such place.
    pub fn set(&mut self, place: u16) -> Option<()> {
        let word = self.0.get_mut(usize::from(place / 64))?;
        *word |= 1 << (place % 64);
        Some(())
    }

    pub fn clear(&mut self, place: u16) {
        if let Some(word) = self.0.get_mut(usize::from(place / 64)) {
            *word &= !(1 << (place % 64));
        }
    }

    /// Clears the places behind this one.
    pub fn clear_behind(&mut self, place: u16) {
        let kept = usize::from(place / 64);
        for (word, bits) in self.0.iter_mut().enumerate().skip(kept) {
            *bits &= match word == kept {
                true => u64::MAX >> (63 - place % 64),
                false => 0,
            };
        }
    }

    pub fn has(&self, place: u16) -> bool {
        let word = self.0.get(usize::from(place / 64));
        word.is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// All of them, a bit a row.
    pub fn words(&self) -> &[u64; WORDS] {
        &self.0
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub fn keep_common(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0.iter()) {
            *word &= other;
        }
    }

    pub fn add_all(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0.iter()) {
            *word |= other;
        }
    }

    /// The places, the lowest first; from the other end, the highest.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = u16> {
        let words = (0_u16..).step_by(64).zip(self.0.iter().copied());
        let words: Vec<_> = words.filter(|(_, word)| *word != 0).collect();
        words
            .into_iter()
            .flat_map(|(first, word)| Ones { first, word })
    }
}

/// The bits of a word that are one.
struct Ones {
    first: u16,
    word: u64,
}

impl Ones {
    fn take(&mut self, bit: u32) -> Option<u16> {
        self.word &= !(1 << bit);
        Some(self.first + u16::try_from(bit).ok()?)
    }
}

impl Iterator for Ones {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        (self.word != 0)
            .then(|| self.word.trailing_zeros())
            .and_then(|bit| self.take(bit))
    }
}

impl DoubleEndedIterator for Ones {
    fn next_back(&mut self) -> Option<u16> {
        (self.word != 0)
            .then(|| self.word.ilog2())
            .and_then(|bit| self.take(bit))
    }
}

#[cfg(test)]
mod tests {
    use super::{BITMAP_BYTES, BLOCK_ROWS, Bits, Malformed};

    #[test]
    fn a_set_is_stored_by_its_places_or_as_bits() {
        for count in [1, 2, 511, 512, 513, 8192_u16] {
            let mut bits = Bits::default();
            let places: Vec<_> = (0..count).map(|n| n * (8192 / count)).collect();
            for place in &places {
                bits.set(*place).unwrap();
            }
            let stored = bits.encode();
            assert_eq!(stored.len(), BITMAP_BYTES.min(usize::from(count) * 2));
            assert_eq!(Bits::decode(&stored).unwrap(), bits);
            assert_eq!(bits.places().collect::<Vec<_>>(), places);
            let mut down: Vec<_> = bits.places().rev().collect();
            down.reverse();
            assert_eq!(down, places);
            assert_eq!(bits.count(), usize::from(count));
            for last in [0, 63, 64, 5000, 8191] {
                let mut begin = bits.clone();
                begin.clear_behind(last);
                let expected = places.iter().copied().filter(|place| *place <= last);
                assert!(begin.places().eq(expected), "{count} {last}");
            }
        }
    }

    #[test]
    fn a10_what_no_release_writes_is_malformed() {
        for stored in [vec![], vec![1], vec![1, 0, 2], vec![0, 32], vec![0; 1026]] {
            assert_eq!(Bits::decode(&stored), Err(Malformed), "{stored:?}");
        }
    }

    #[test]
    fn rows_have_places() {
        assert_eq!(Bits::place(1), (0, 1));
        assert_eq!(Bits::place(BLOCK_ROWS), (1, 0));
        assert_eq!(Bits::place(-1), (-1, 8191));
    }
}
