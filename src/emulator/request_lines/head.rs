//! What a request's head says of its body, line by line, as actix-http's decoder understands it.
//!
//! Of the head itself no more is kept than the beginning of a line that came in parts.

/// Most bytes of a line that are looked at: room for whatever frames a body.
const MOST_LINE_BYTES: usize = 64;

const HTTP_10: &[u8; 8] = b"HTTP/1.0";
const HTTP_11: &[u8; 8] = b"HTTP/1.1";

/// What a part of a head came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Open,
    /// The request line, or the head, is over.
    Over,
    /// Where the body ends cannot be told, or the head will be refused.
    Doubtful,
}

/// How long the body of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    /// So many bytes.
    Known(u64),
    /// Its chunks say so.
    Chunked,
}

/// A head, as far as it has come.
#[derive(Debug, Default)]
pub struct Head {
    bytes: usize,
    line: Line,
    /// The end of the request line.
    version: [u8; 8],
    body: Option<BodyLength>,
}

impl Head {
    /// Counts a part of the head, and says how many bytes there are with it.
    pub fn count(&mut self, part: &[u8]) -> usize {
        self.bytes += part.len();
        self.bytes
    }

    /// Whether the line that goes on with `part` begins as a method does.
    pub fn has_method(&self, part: &[u8]) -> bool {
        let first = self.line.kept().first().or(part.first());
        first.is_some_and(u8::is_ascii_uppercase)
    }

    /// How long the body behind the head is, if there is one.
    pub fn body(&self) -> Option<BodyLength> {
        self.body
    }

    /// Takes a request line, or a part of one; blank lines may stand in front of it.
    pub fn request_line(&mut self, part: &[u8]) -> Progress {
        self.keep_version(part);
        let Some(line) = self.line.add(part) else {
            return Progress::Open;
        };
        let progress = match &self.version {
            _ if is_blank(line) => Progress::Open,
            // What follows CONNECT is not HTTP.
            HTTP_10 | HTTP_11 if !line.starts_with(b"CONNECT ") => Progress::Over,
            _ => Progress::Doubtful,
        };
        self.line.clear();
        progress
    }

    /// Keeps the last bytes of the line, without its end.
    fn keep_version(&mut self, part: &[u8]) {
        let most = self.version.len() + b"\r\n".len();
        let last = part.iter().skip(part.len().saturating_sub(most));
        for byte in last.filter(|byte| !b"\r\n".contains(byte)) {
            self.version.rotate_left(1);
            self.version[7] = *byte;
        }
    }

    /// Takes a header line, or a part of one, or the blank line behind the last.
    pub fn header_line(&mut self, part: &[u8]) -> Progress {
        let Some(line) = self.line.add(part) else {
            return Progress::Open;
        };
        if is_blank(line) {
            return Progress::Over;
        }
        let header = Header::parse(line);
        self.line.clear();
        match header {
            Header::Plain => Progress::Open,
            // HTTP/1.0 has no chunks.
            Header::Body(BodyLength::Chunked) if &self.version == HTTP_10 => Progress::Doubtful,
            Header::Body(length) if self.body.is_none() => {
                self.body = Some(length);
                Progress::Open
            }
            // A second one is refused, whichever of the two it is.
            Header::Body(_) | Header::Doubtful => Progress::Doubtful,
        }
    }
}

/// What a header says of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    /// Nothing.
    Plain,
    Body(BodyLength),
    Doubtful,
}

impl Header {
    /// Reads a line, or the beginning of one that is longer than any that frames a body.
    fn parse(line: &[u8]) -> Self {
        let end = line.iter().position(|byte| !is_token(*byte));
        let parts = end.and_then(|end| line.split_at_checked(end));
        let Some((name @ [_, ..], [b':', value @ ..])) = parts else {
            return Self::Doubtful;
        };
        // A value that was cut is another one than it seems.
        let value = value.ends_with(b"\n").then(|| value.trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            value.and_then(number).map_or(Self::Doubtful, |length| {
                Self::Body(BodyLength::Known(length))
            })
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            match value {
                Some(value) if value.eq_ignore_ascii_case(b"chunked") => {
                    Self::Body(BodyLength::Chunked)
                }
                _ => Self::Doubtful,
            }
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            // The decoder knows WebSocket only, and takes all that follows for it.
            match value {
                Some(value) if !value.eq_ignore_ascii_case(b"websocket") => Self::Plain,
                _ => Self::Doubtful,
            }
        } else {
            Self::Plain
        }
    }
}

/// A line that comes in parts: its beginning.
#[derive(Debug)]
struct Line {
    bytes: [u8; MOST_LINE_BYTES],
    length: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            bytes: [0; MOST_LINE_BYTES],
            length: 0,
        }
    }
}

impl Line {
    /// Adds a part, and gives the beginning of the line when this is its last part. A line that
    /// comes in one is not copied.
    fn add<'a>(&'a mut self, part: &'a [u8]) -> Option<&'a [u8]> {
        let is_last = part.ends_with(b"\n");
        if is_last && self.length == 0 {
            return Some(part.get(..MOST_LINE_BYTES).unwrap_or(part));
        }
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        let added = room.len().min(part.len());
        for (to, from) in room.iter_mut().zip(part) {
            *to = *from;
        }
        self.length += added;
        is_last.then(|| self.kept())
    }

    fn kept(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn clear(&mut self) {
        self.length = 0;
    }
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// Whether names of headers may hold a byte; a table, since every name is looked at.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b' ';
    while byte.is_ascii() {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.')
            || matches!(byte, b'^'..=b'`' | b'|' | b'~');
        byte += 1;
    }
    table
};

fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// A number, if it is one to the decoder: digits and nothing else.
fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}
