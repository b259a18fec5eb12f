//! Bytes of a place in a stream.

/// A part of a stream that is kept when it comes by.
#[derive(Debug)]
pub struct Region {
    /// Where it begins.
    pub offset: u64,
    length: usize,
    data: Vec<u8>,
}

impl Region {
    /// So many bytes from a place on.
    pub fn new(offset: u64, length: usize) -> Self {
        Self {
            offset,
            length,
            data: Vec::new(),
        }
    }

    /// Keeps what belongs to it of bytes that begin at a place of the stream.
    pub fn see(&mut self, position: u64, bytes: &[u8]) {
        let next = self.offset.saturating_add(self.data.len() as u64);
        let Some(skipped) = next.checked_sub(position) else {
            // Its beginning came by before it was known.
            return;
        };
        let missing = self.length - self.data.len();
        let rest = usize::try_from(skipped).ok().and_then(|at| bytes.get(at..));
        if let Some(rest) = rest {
            let taken = rest.get(..missing).unwrap_or(rest);
            self.data.extend_from_slice(taken);
        }
    }

    /// What of it came by.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether all of it did.
    pub fn is_complete(&self) -> bool {
        self.data.len() == self.length
    }

    /// No more of it is needed.
    pub fn close(&mut self) {
        self.length = self.data.len();
    }
}
