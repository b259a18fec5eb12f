//! Finds the request lines among the bytes of a connection, and escapes in them what the web
//! framework refuses.
//!
//! Only the first line of a head is ever changed. Where a head begins, the framing says: this
//! follows the client's side of HTTP/1.1 from request to request, with the decisions of
//! actix-http's decoder. What that would refuse, or hand over to another protocol, ends it: all that
//! follows passes as it is. So a byte is changed only where the decoder, too, reads a request line.
//!
//! Directly behind a chunked body, where the decoder reads the next head, a stray last chunk is left
//! out: one, whole, and nothing else.
//!
//! Bytes go in and bytes come out, cut wherever they are. It must not know what brings them.

mod chunks;
mod head;
mod stray;
#[cfg(test)]
mod tests;

use chunks::{Chunks, Passed};
use head::{BodyLength, Head, Progress};
use memchr::memchr;
use percent_encoding::percent_encode_byte;
use std::borrow::Cow;
use stray::{Found, Stray};

/// The longest head that is followed: actix-http refuses one that is longer and not over.
const MOST_HEAD_BYTES: usize = 131_072;

/// What the next byte of a connection belongs to.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// The first line of a request, or the blank lines in front of it.
    Line,
    /// Its headers.
    Headers,
    /// A body that has so many bytes left.
    Body(u64),
    /// A body in chunks.
    Chunks(Chunks),
    /// What follows such a body: a stray last chunk, or the next request. Of the stray, what has come
    /// is kept back until it is clear which of the two it is.
    BehindChunks(Stray),
    /// That cannot be told, and nothing behind it either.
    Unknown,
}

/// The requests of one connection, as far as they have come.
#[derive(Debug)]
pub struct RequestLines {
    place: Place,
    head: Head,
    /// How many requests have begun.
    begun: u64,
}

/// The first bytes of those that were read, as far as they belong together.
#[derive(Clone, Copy, Debug)]
struct Piece {
    length: usize,
    fate: Fate,
}

/// What is read in the stead of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The piece.
    Same,
    /// It, with escapes.
    Escaped,
    /// Nothing.
    LeftOut,
}

impl Piece {
    fn clean(length: usize) -> Self {
        Self {
            length,
            fate: Fate::Same,
        }
    }

    fn left_out(length: usize) -> Self {
        Self {
            length,
            fate: Fate::LeftOut,
        }
    }
}

impl RequestLines {
    /// In front of the first request.
    pub fn new() -> Self {
        Self {
            place: Place::Line,
            head: Head::default(),
            begun: 0,
        }
    }

    /// How many requests have come, as far as that can be told: those whose line is there.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// Takes the next bytes of the connection, and gives what is to be read in their stead. These
    /// are the same, not copied, unless there is something to escape or to leave out among them. It may
    /// be nothing: then more has to come, or [`RequestLines::end`].
    pub fn tidy<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut tidied: Option<Vec<u8>> = self.give_back(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let piece = self.take(rest);
            let (taken, behind) = rest.split_at(piece.length);
            if piece.fate != Fate::Same {
                let (before, _) = bytes.split_at(bytes.len() - rest.len());
                let tidied = tidied.get_or_insert_with(|| before.to_vec());
                if piece.fate == Fate::Escaped {
                    escape(taken, tidied);
                }
            } else if let Some(tidied) = &mut tidied {
                tidied.extend_from_slice(taken);
            }
            rest = behind;
        }
        tidied.map_or(Cow::Borrowed(bytes), Cow::Owned)
    }

    /// What is still to be read when no more bytes come.
    pub fn end(&mut self) -> &'static [u8] {
        match std::mem::replace(&mut self.place, Place::Unknown) {
            Place::BehindChunks(stray) => stray.seen(),
            _ => &[],
        }
    }

    /// What was kept back of a stray that is none, as these next bytes tell.
    fn give_back(&mut self, next: &[u8]) -> Option<Vec<u8>> {
        let Place::BehindChunks(mut stray) = self.place else {
            return None;
        };
        let kept = stray.seen();
        if kept.is_empty() || stray.meet(next) != Found::Nothing {
            return None;
        }
        self.place = Place::Line;
        let mut rest = kept;
        while !rest.is_empty() {
            let piece = self.take(rest);
            rest = rest.get(piece.length..).unwrap_or_default();
        }
        Some(kept.to_vec())
    }

    /// Takes what belongs together off the front of `rest`: something, if there is anything.
    fn take(&mut self, rest: &[u8]) -> Piece {
        match &mut self.place {
            Place::Line => self.take_line(rest),
            Place::Headers => self.take_header(rest),
            Place::Body(left) => {
                let length = usize::try_from(*left).map_or(rest.len(), |left| left.min(rest.len()));
                *left -= length as u64;
                if *left == 0 {
                    self.place = Place::Line;
                }
                Piece::clean(length)
            }
            Place::Chunks(chunks) => match chunks.pass(rest) {
                Passed::All => Piece::clean(rest.len()),
                Passed::Ended(length) => {
                    self.place = Place::BehindChunks(Stray::default());
                    Piece::clean(length)
                }
                Passed::Broken => self.give_up(rest),
            },
            Place::BehindChunks(stray) => match stray.meet(rest) {
                Found::Open => Piece::left_out(rest.len()),
                Found::Whole(length) => {
                    self.place = Place::Line;
                    Piece::left_out(length)
                }
                Found::Nothing => {
                    self.place = Place::Line;
                    self.take_line(rest)
                }
            },
            Place::Unknown => Piece::clean(rest.len()),
        }
    }

    /// From here on, all passes as it is.
    fn give_up(&mut self, rest: &[u8]) -> Piece {
        self.place = Place::Unknown;
        Piece::clean(rest.len())
    }

    /// Takes a request line, or as much of it as there is.
    fn take_line(&mut self, rest: &[u8]) -> Piece {
        let line = first_line(rest);
        if self.head.count(line) > MOST_HEAD_BYTES {
            return self.give_up(rest);
        }
        let is_dirty = self.head.has_method(line) && holds_refused(line);
        match self.head.request_line(line) {
            Progress::Open => {}
            Progress::Over => {
                self.begun += 1;
                self.place = Place::Headers;
            }
            Progress::Doubtful => self.place = Place::Unknown,
        }
        let fate = if is_dirty { Fate::Escaped } else { Fate::Same };
        Piece {
            length: line.len(),
            fate,
        }
    }

    /// Takes a header line, or as much of it as there is.
    fn take_header(&mut self, rest: &[u8]) -> Piece {
        let line = first_line(rest);
        if self.head.count(line) > MOST_HEAD_BYTES {
            return self.give_up(rest);
        }
        match self.head.header_line(line) {
            Progress::Open => {}
            Progress::Over => {
                self.place = match self.head.body() {
                    None | Some(BodyLength::Known(0)) => Place::Line,
                    Some(BodyLength::Known(length)) => Place::Body(length),
                    Some(BodyLength::Chunked) => Place::Chunks(Chunks::default()),
                };
                self.head = Head::default();
            }
            Progress::Doubtful => self.place = Place::Unknown,
        }
        Piece::clean(line.len())
    }
}

/// The bytes up to the first LF and with it; all of them, if there is none.
fn first_line(bytes: &[u8]) -> &[u8] {
    let end = memchr(b'\n', bytes);
    end.and_then(|end| bytes.get(..=end)).unwrap_or(bytes)
}

/// What http's URI parser refuses and the recorded servers do not.
fn is_refused(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>' | b'`' | 0x80..)
}

/// Looks at every byte, which is faster than to stop at the first.
fn holds_refused(line: &[u8]) -> bool {
    let refused = line.iter().map(|byte| is_refused(*byte));
    refused.fold(false, |any, refused| any | refused)
}

fn escape(line: &[u8], into: &mut Vec<u8>) {
    for byte in line {
        if is_refused(*byte) {
            into.extend_from_slice(percent_encode_byte(*byte).as_bytes());
        } else {
            into.push(*byte);
        }
    }
}
