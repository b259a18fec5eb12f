//! Bounded caches of what has been rendered: whole replies, and the parts of lists.
//!
//! A key is everything that a rendering depends on but the data; the data are
//! the generation, a number that grows with every write. What was rendered at
//! another generation is never given. Each thread has caches of its own: no
//! lock.

use super::reply::Reply;
use lru::LruCache;
use rustc_hash::FxHashMap;

/// Most bytes that the replies of one thread take.
const MOST_REPLY_BYTES: usize = 4 * 1024 * 1024;

/// Most bytes that the fragments of one thread take.
const MOST_FRAGMENT_BYTES: usize = 8 * 1024 * 1024;

/// What one thread remembers.
#[derive(Debug, Default)]
pub struct Caches {
    /// Whole replies.
    pub replies: ReplyCache,
    /// Parts of lists.
    pub fragments: FragmentCache,
}

/// Replies of the newest generation seen.
#[derive(Debug)]
pub struct ReplyCache {
    generation: u64,
    weight: usize,
    replies: LruCache<Vec<u8>, Reply>,
}

impl Default for ReplyCache {
    fn default() -> Self {
        Self {
            generation: 0,
            weight: 0,
            replies: LruCache::unbounded(),
        }
    }
}

impl ReplyCache {
    /// The reply kept for a key, when the data have not changed since.
    pub fn get(&mut self, generation: u64, key: &[u8]) -> Option<Reply> {
        self.enter(generation);
        self.replies.get(key).cloned()
    }

    /// Keeps a reply that was computed from data of `generation`; an older one is let go.
    pub fn put(&mut self, generation: u64, key: Vec<u8>, reply: Reply) {
        self.enter(generation);
        let weight = key.len() + reply.weight();
        if generation != self.generation || weight > MOST_REPLY_BYTES / 2 {
            return;
        }
        self.weight += weight;
        let key_weight = key.len();
        if let Some(old) = self.replies.put(key, reply) {
            self.weight -= key_weight + old.weight();
        }
        while self.weight > MOST_REPLY_BYTES {
            let Some((key, old)) = self.replies.pop_lru() else {
                break;
            };
            self.weight -= key.len() + old.weight();
        }
    }

    fn enter(&mut self, generation: u64) {
        if generation > self.generation {
            self.replies.clear();
            self.weight = 0;
            self.generation = generation;
        }
    }
}

/// Items of lists as they were rendered, so that a list of known images is a matter of finding out
/// which they are.
#[derive(Debug)]
pub struct FragmentCache {
    generation: u64,
    shapes: LruCache<Vec<u8>, Fragments>,
}

impl Default for FragmentCache {
    fn default() -> Self {
        Self {
            generation: 0,
            shapes: LruCache::unbounded(),
        }
    }
}

impl FragmentCache {
    /// Takes out the fragments of one shape: one form, one kind of list, one set of links. They are
    /// given back with [`FragmentCache::put`].
    pub fn take(&mut self, generation: u64, shape: &[u8]) -> Fragments {
        if generation > self.generation {
            self.shapes.clear();
            self.generation = generation;
        }
        let known = (generation == self.generation)
            .then(|| self.shapes.pop(shape))
            .flatten();
        known.unwrap_or_default()
    }

    /// Keeps fragments that were rendered from data of `generation`; the shapes that were not
    /// asked for lately make room.
    pub fn put(&mut self, generation: u64, shape: Vec<u8>, fragments: Fragments) {
        if generation != self.generation {
            return;
        }
        self.shapes.put(shape, fragments);
        let weight = |shapes: &LruCache<Vec<u8>, Fragments>| -> usize {
            shapes.iter().map(|(_, fragments)| fragments.weight).sum()
        };
        while self.shapes.len() > 1 && weight(&self.shapes) > MOST_FRAGMENT_BYTES {
            self.shapes.pop_lru();
        }
    }
}

/// Rendered items of one shape, by the rows that they show.
#[derive(Debug, Default)]
pub struct Fragments {
    weight: usize,
    items: FxHashMap<i64, Box<[u8]>>,
}

impl Fragments {
    /// The rendering of a row.
    #[must_use]
    pub fn get(&self, row: i64) -> Option<&[u8]> {
        self.items.get(&row).map(AsRef::as_ref)
    }

    /// About what all of them take: what a list of them all would.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Keeps the rendering of a row, as long as there is room.
    pub fn keep(&mut self, row: i64, item: &[u8]) {
        let weight = item.len() + size_of::<(i64, Box<[u8]>)>();
        if self.weight + weight <= MOST_FRAGMENT_BYTES {
            self.weight += weight;
            self.items.insert(row, item.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FragmentCache, MOST_REPLY_BYTES, Reply, ReplyCache};
    use actix_web::http::StatusCode;

    fn reply(bytes: usize) -> Reply {
        Reply::new(StatusCode::OK, "text/plain", vec![b'x'; bytes])
    }

    #[test]
    fn a_write_ends_what_was_kept() {
        let mut cache = ReplyCache::default();
        cache.put(1, b"a".to_vec(), reply(1));
        assert!(cache.get(1, b"a").is_some());
        assert!(cache.get(2, b"a").is_none());
        // Computed before the write, finished after it.
        cache.put(1, b"a".to_vec(), reply(1));
        assert!(cache.get(2, b"a").is_none());

        let mut cache = FragmentCache::default();
        let mut fragments = cache.take(1, b"json");
        fragments.keep(7, b"{}");
        cache.put(1, b"json".to_vec(), fragments);
        let fragments = cache.take(1, b"json");
        assert_eq!(fragments.get(7), Some(&b"{}"[..]));
        assert_eq!(cache.take(2, b"json").get(7), None);
        cache.put(1, b"json".to_vec(), fragments);
        assert_eq!(cache.take(2, b"json").get(7), None);
    }

    #[test]
    fn what_was_not_asked_for_lately_makes_room() {
        let mut cache = ReplyCache::default();
        for number in 0..100_u8 {
            cache.put(1, vec![number], reply(MOST_REPLY_BYTES / 10));
            cache.get(1, &[0]);
        }
        assert!(cache.get(1, &[0]).is_some());
        assert!(cache.get(1, &[50]).is_none());
        assert!(cache.get(1, &[99]).is_some());
        cache.put(1, vec![200], reply(MOST_REPLY_BYTES));
        assert!(cache.get(1, &[200]).is_none());
    }
}
