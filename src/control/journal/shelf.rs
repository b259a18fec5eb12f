//! Bodies of answers, each counted once, however many entries hold it.

use bytes::Bytes;
use std::collections::HashMap;

/// What is held of a body beside its bytes.
const BESIDE: usize = 96;

/// What may be free behind a body in the memory that it was written into.
const MOST_SLACK: usize = 4096;

/// Which bodies are held, and how often.
///
/// An answer that is given again is the same piece of memory. While it is held nothing else can be there,
/// so its address tells it.
#[derive(Debug, Default)]
pub struct Shelf(HashMap<(usize, usize), usize>);

impl Shelf {
    /// Holds a body once more; says how many bytes that takes.
    pub fn hold(&mut self, body: &Bytes) -> usize {
        let Some(key) = key(body) else {
            return 0;
        };
        let holders = self.0.entry(key).or_default();
        *holders += 1;
        match *holders {
            1 => weight(body),
            _ => 0,
        }
    }

    /// Lets go of it once; says how many bytes that frees.
    pub fn let_go(&mut self, body: &Bytes) -> usize {
        let Some(key) = key(body) else {
            return 0;
        };
        match self.0.get_mut(&key) {
            Some(holders) if *holders > 1 => {
                *holders -= 1;
                0
            }
            Some(_) => {
                self.0.remove(&key);
                weight(body)
            }
            None => 0,
        }
    }

    /// Whether nothing is held.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn key(body: &Bytes) -> Option<(usize, usize)> {
    (!body.is_empty()).then(|| (body.as_ptr().addr(), body.len()))
}

fn weight(body: &Bytes) -> usize {
    body.len() + body.len().min(MOST_SLACK) + BESIDE
}

#[cfg(test)]
mod tests {
    use super::Shelf;
    use bytes::Bytes;

    #[test]
    fn a_body_is_counted_once() {
        let mut shelf = Shelf::default();
        let (one, other) = (Bytes::from(vec![1; 100]), Bytes::from(vec![1; 100]));
        let weight = shelf.hold(&one);
        assert!(weight > 100);
        assert_eq!(shelf.hold(&one.clone()), 0);
        assert_eq!(shelf.hold(&other), weight);
        assert_eq!(shelf.hold(&Bytes::new()), 0);
        assert_eq!(shelf.let_go(&one), 0);
        assert_eq!(shelf.let_go(&one), weight);
        assert_eq!(shelf.let_go(&one), 0);
        assert_eq!(shelf.let_go(&other), weight);
        assert!(shelf.is_empty());
    }
}
