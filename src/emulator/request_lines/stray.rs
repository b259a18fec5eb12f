//! A chunked body that was ended twice: one last chunk more, where the next head should begin.
//!
//! That is what a client sends which passes an empty piece on as a chunk, and then ends the body, as
//! python-glanceclient 0.14 does: the empty chunk is the last one already.

/// The last chunk of a body without trailers.
const LAST_CHUNK: &[u8; 5] = b"0\r\n\r\n";

/// As much of a stray last chunk as has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stray {
    seen: usize,
}

/// What bytes behind a chunked body are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// All of them may be a stray's, which goes on.
    Open,
    /// So many of them end the stray.
    Whole(usize),
    /// There is no stray, nor was what had come before the beginning of one.
    Nothing,
}

impl Stray {
    /// Looks at the next bytes.
    pub fn meet(&mut self, bytes: &[u8]) -> Found {
        let wanted = LAST_CHUNK.get(self.seen..).unwrap_or_default();
        let length = wanted.len().min(bytes.len());
        if wanted.get(..length) != bytes.get(..length) {
            return Found::Nothing;
        }
        self.seen += length;
        if self.seen == LAST_CHUNK.len() {
            Found::Whole(length)
        } else {
            Found::Open
        }
    }

    /// What has come of it.
    pub fn seen(self) -> &'static [u8] {
        LAST_CHUNK.get(..self.seen).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, Stray};

    #[test]
    fn a_stray_is_exactly_the_last_chunk_however_it_is_cut() {
        for at in 0..5 {
            let (first, second) = b"0\r\n\r\n".split_at(at);
            let mut stray = Stray::default();
            assert_eq!(stray.meet(first), Found::Open);
            assert_eq!(stray.seen(), first);
            let behind = [second, b"0\r\n\r\n"].concat();
            assert_eq!(stray.meet(&behind), Found::Whole(second.len()));
        }
        for other in [
            &b"00\r\n\r\n"[..],
            b"0\n\n",
            b"0\r\n\n",
            b"0 \r\n\r\n",
            b"\r\n0\r\n\r\n",
            b"1",
        ] {
            assert_eq!(Stray::default().meet(other), Found::Nothing);
        }
        let mut stray = Stray::default();
        assert_eq!(stray.meet(b"0\r"), Found::Open);
        assert_eq!(stray.meet(b"\n0"), Found::Nothing);
        assert_eq!(stray.seen(), b"0\r");
    }
}
