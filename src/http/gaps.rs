//! Texts with gaps: written once, filled for each answer.
//!
//! What an answer shows of an image is the same for everyone but for the beginnings of its links.
//! So it is written beforehand, with gaps where those belong.

/// Opens a gap in a text under way; the byte behind it is the gap's number. Neither JSON nor XML
/// can hold it.
const MARK: u8 = 0;

/// A text that has been escaped once, for the form of an answer, to be written many times.
#[derive(Clone, Debug)]
pub struct Escaped {
    bytes: Vec<u8>,
    /// A character in it that the form cannot hold.
    pub(super) forbidden: Option<char>,
}

impl Escaped {
    pub(super) fn new(bytes: Vec<u8>, forbidden: Option<char>) -> Self {
        Self { bytes, forbidden }
    }

    /// A gap in place of a text.
    #[must_use]
    pub fn gap(number: u8) -> Self {
        Self::new(vec![MARK, number], None)
    }

    /// The text as it is written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Cuts what was written with gaps into its pieces, so that nobody has to look for the gaps again.
/// A piece is its length in four bytes, the lowest first, its text, and unless it is the last the
/// number of the gap behind it.
#[must_use]
pub fn cut(written: &[u8]) -> Vec<u8> {
    let mut pieces = Vec::with_capacity(written.len() + 64);
    let mut rest = written;
    loop {
        let length = memchr::memchr(MARK, rest);
        let (piece, gap) = rest.split_at(length.unwrap_or(rest.len()));
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        pieces.extend_from_slice(&length.to_le_bytes());
        pieces.extend_from_slice(piece);
        let [MARK, number, after @ ..] = gap else {
            return pieces;
        };
        pieces.push(*number);
        rest = after;
    }
}

/// Appends a text that was cut into pieces, its gaps filled by number. A gap without a filling is
/// left empty.
pub(super) fn fill(pieces: &[u8], fillings: &[&Escaped], out: &mut Vec<u8>) {
    let mut rest = pieces;
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (piece, gap) = behind.split_at_checked(length).unwrap_or((behind, &[]));
        out.extend_from_slice(piece);
        let Some((number, after)) = gap.split_first() else {
            return;
        };
        if let Some(filling) = fillings.get(usize::from(*number)) {
            out.extend_from_slice(&filling.bytes);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{Escaped, cut, fill};

    fn filled(pieces: &[u8]) -> String {
        let fillings = ["a", "bb"].map(|text| Escaped::new(text.as_bytes().to_vec(), None));
        let mut out = Vec::new();
        fill(pieces, &fillings.each_ref(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn gaps_are_filled_by_number() {
        for (text, expected) in [
            ("", ""),
            ("none", "none"),
            ("\0\0", "a"),
            ("<\0\u{1}|\0\0|\0\u{1}>", "<bb|a|bb>"),
            ("beyond \0\u{7}.", "beyond ."),
            ("at the end \0", "at the end "),
        ] {
            assert_eq!(filled(&cut(text.as_bytes())), expected, "{text:?}");
        }
        let long = "x".repeat(70_000);
        assert_eq!(filled(&cut(long.as_bytes())), long);
    }

    #[test]
    fn damaged_pieces_are_no_panic() {
        let pieces = cut(b"<\0\x01>");
        for length in 0..pieces.len() {
            assert!("<bb>".starts_with(&filled(&pieces[..length])));
        }
        assert_eq!(filled(&[255, 255, 255, 255, b'x']), "x");
    }
}
