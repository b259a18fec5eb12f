//! Bodies of answers, each counted once, however many entries hold it.

use bytes::Bytes;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

/// What is held of a body beside its bytes.
const BESIDE: usize = 96;

/// What may be free behind a body in the memory that it was written into.
const MOST_SLACK: usize = 4096;

/// Which bodies are held, and how often.
///
/// An answer that is given again is the same piece of memory. While it is held nothing else can be there,
/// so its address tells it.
#[derive(Debug, Default)]
pub struct Shelf(HashMap<usize, Held, BuildHasherDefault<Address>>);

/// A body, as long as its longest share, and how many hold it.
#[derive(Debug)]
struct Held {
    holders: usize,
    weight: usize,
}

/// Addresses are nobody's to choose, so that little is enough to scatter them.
#[derive(Debug, Default)]
struct Address(u64);

impl Hasher for Address {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        // The upper half of a product with a large odd number depends on all of the address.
        let product = (self.0 ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product.rotate_left(32);
    }
}

impl Shelf {
    /// Holds a body once more; says how many bytes that takes.
    pub fn hold(&mut self, body: &Bytes) -> usize {
        let Some(key) = key(body) else {
            return 0;
        };
        let weight = weight(body);
        let held = self.0.entry(key).or_insert(Held {
            holders: 0,
            weight: 0,
        });
        held.holders += 1;
        let more = weight.saturating_sub(held.weight);
        held.weight += more;
        more
    }

    /// Lets go of it once; says how many bytes that frees.
    pub fn let_go(&mut self, body: &Bytes) -> usize {
        let Some(key) = key(body) else {
            return 0;
        };
        let Entry::Occupied(mut held) = self.0.entry(key) else {
            return 0;
        };
        held.get_mut().holders -= 1;
        match held.get().holders {
            0 => held.remove().weight,
            _ => 0,
        }
    }

    /// Whether nothing is held.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn key(body: &Bytes) -> Option<usize> {
    (!body.is_empty()).then(|| body.as_ptr().addr())
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
