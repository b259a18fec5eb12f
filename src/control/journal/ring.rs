//! The entries of one space, in their order.

use super::record::Record;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// The entries of one space. Their numbers follow each other without a gap; the first of all is 1.
#[derive(Debug)]
pub struct Ring {
    first: u64,
    records: VecDeque<Arc<Record>>,
}

impl Default for Ring {
    /// Takes no memory before something is kept.
    fn default() -> Self {
        Self {
            first: 1,
            records: VecDeque::new(),
        }
    }
}

impl Ring {
    /// The numbers that there are.
    pub fn numbers(&self) -> Range<u64> {
        self.first..self.first + self.records.len() as u64
    }

    /// The entry of a number.
    pub fn get(&self, number: u64) -> Option<&Arc<Record>> {
        let place = number.checked_sub(self.first)?;
        self.records.get(usize::try_from(place).ok()?)
    }

    /// Adds the next one.
    pub fn push(&mut self, record: Arc<Record>) {
        self.records.push_back(record);
    }

    /// Takes the oldest out.
    pub fn pop(&mut self) -> Option<Arc<Record>> {
        let record = self.records.pop_front()?;
        self.first += 1;
        Some(record)
    }

    /// Takes all out; numbers go on.
    pub fn clear(&mut self) -> VecDeque<Arc<Record>> {
        self.first = self.numbers().end;
        std::mem::take(&mut self.records)
    }
}

#[cfg(test)]
mod tests {
    use super::Ring;
    use crate::control::journal::samples::record;

    #[test]
    fn numbers_follow_each_other() {
        let mut ring = Ring::default();
        assert_eq!(ring.numbers(), 1..1);
        for _ in 0..3 {
            ring.push(record("", 0));
        }
        assert!(ring.pop().is_some());
        assert_eq!(ring.numbers(), 2..4);
        assert!(ring.get(1).is_none() && ring.get(2).is_some() && ring.get(4).is_none());
        assert_eq!(ring.clear().len(), 2);
        assert_eq!(ring.numbers(), 4..4);
        assert!(ring.pop().is_none());
        ring.push(record("", 0));
        assert!(ring.get(4).is_some());
    }
}
