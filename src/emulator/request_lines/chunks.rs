//! Where a chunked body ends, exactly as actix-http's `ChunkedState` finds it: what that forgives is
//! forgiven (a trailer may hold bare LFs), what that refuses is refused.

/// What a chunked body goes on with.
#[derive(Clone, Copy, Debug, Default)]
pub enum Chunks {
    /// The first digit of a chunk's size.
    #[default]
    Size,
    /// Another digit, or what ends the size that has been read.
    Digits(u64),
    /// White space behind the size.
    Space(u64),
    /// An extension of the chunk.
    Extension(u64),
    /// The LF behind the size.
    SizeLf(u64),
    /// So many bytes of the chunk.
    Data(u64),
    /// The CR behind them.
    DataCr,
    /// The LF behind that.
    DataLf,
    /// Behind the last chunk: a trailer, or the CR of the blank line.
    Trailers,
    /// The rest of a trailer, up to its CR.
    Trailer,
    /// The LF behind that.
    TrailerLf,
    /// The LF of the blank line.
    LastLf,
    /// Nothing: it is over.
    Ended,
}

/// What bytes of a chunked body came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// All of them belong to it, and it goes on.
    All,
    /// So many belong to it: it ended.
    Ended(usize),
    /// This is no chunked body.
    Broken,
}

impl Chunks {
    /// Follows the body through the next bytes. Data are skipped, not looked at.
    pub fn pass(&mut self, bytes: &[u8]) -> Passed {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            if let Self::Data(left) = *self {
                let skipped = usize::try_from(left).map_or(rest.len(), |left| left.min(rest.len()));
                let left = left - skipped as u64;
                *self = if left == 0 {
                    Self::DataCr
                } else {
                    Self::Data(left)
                };
                rest = rest.get(skipped..).unwrap_or_default();
                continue;
            }
            rest = after;
            match self.behind(*byte) {
                Some(Self::Ended) => return Passed::Ended(bytes.len() - rest.len()),
                Some(next) => *self = next,
                None => return Passed::Broken,
            }
        }
        Passed::All
    }

    /// What follows a byte that is no data; nothing where it must not stand.
    fn behind(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Size, _) => Self::Digits(digit(byte)?),
            (Self::Digits(size) | Self::Space(size), b'\t' | b' ') => Self::Space(size),
            (Self::Digits(size) | Self::Space(size), b';')
            | (Self::Extension(size), b'\t' | b' '..=b'~' | 0x80..) => Self::Extension(size),
            (Self::Digits(size) | Self::Space(size) | Self::Extension(size), b'\r') => {
                Self::SizeLf(size)
            }
            (Self::Digits(size), _) => Self::Digits(size.checked_mul(16)? + digit(byte)?),
            (Self::SizeLf(0) | Self::TrailerLf, b'\n') => Self::Trailers,
            (Self::SizeLf(size), b'\n') => Self::Data(size),
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::Size,
            (Self::Trailers, b'\r') => Self::LastLf,
            (Self::Trailer, b'\r') => Self::TrailerLf,
            (Self::Trailers | Self::Trailer, _) => Self::Trailer,
            (Self::LastLf, b'\n') => Self::Ended,
            _ => return None,
        })
    }
}

fn digit(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}

#[cfg(test)]
mod tests {
    use super::{Chunks, Passed};

    fn pass(body: &[u8]) -> Passed {
        let whole = Chunks::default().pass(body);
        let mut chunks = Chunks::default();
        for (at, byte) in body.iter().enumerate() {
            match chunks.pass(&[*byte]) {
                Passed::All => {}
                Passed::Ended(_) => {
                    assert_eq!(whole, Passed::Ended(at + 1));
                    return whole;
                }
                Passed::Broken => {
                    assert_eq!(whole, Passed::Broken);
                    return whole;
                }
            }
        }
        assert_eq!(whole, Passed::All);
        whole
    }

    #[test]
    fn bodies_end_behind_their_last_blank_line() {
        for body in [
            &b"0\r\n\r\n"[..],
            b"000\r\n\r\n",
            b"3\r\nabc\r\n0\r\n\r\n",
            b"a;x=\"\r\nGET / HTTP\r\n0 \t;\xff\r\n\r\n",
            b"2 \t\r\n\r\n\r\n0\r\nA: b\r\nC: \"<>\r\n\r\n",
            b"0\r\nA: b\n\nC: d\r\n\r\n",
            b"0\r\n\n\r\n\r\n",
        ] {
            let shown = String::from_utf8_lossy(body);
            let behind = [body, b"GET / HTTP/1.1\r\n"].concat();
            assert_eq!(pass(&behind), Passed::Ended(body.len()), "{shown:?}");
            let short = &body[..body.len() - 1];
            assert_eq!(pass(short), Passed::All, "{shown:?}");
        }
    }

    #[test]
    fn what_is_no_chunked_body_is_told() {
        for body in [
            &b"\r\n"[..],
            b"x\r\n",
            b"-1\r\n",
            b"+1\r\n",
            b"0x1\r\n",
            b"1\n",
            b"1\r\r\n",
            b"1 1\r\n",
            b"1;\x00\r\n",
            b"1;a\nb\r\n",
            b"1\r\nab",
            b"1\r\na\n",
            b"0\r\n\rx",
            b"0\r\na\rb\r\n",
            b"10000000000000000\r\n",
        ] {
            let shown = String::from_utf8_lossy(body);
            assert_eq!(pass(body), Passed::Broken, "{shown:?}");
        }
        assert_eq!(pass(b"ffffffffffffffff\r\nand so on"), Passed::All);
    }
}
