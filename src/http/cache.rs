//! A bounded cache of replies.
//!
//! The key is everything that an answer depends on but the data; the data are
//! the generation, a number that grows with every write. An answer of another
//! generation is never given. Each thread has a cache of its own: no lock.

use super::reply::Reply;
use lru::LruCache;

/// Most bytes that one cache keeps.
const CAPACITY_BYTES: usize = 4 * 1024 * 1024;

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
        if generation != self.generation || weight > CAPACITY_BYTES / 2 {
            return;
        }
        self.weight += weight;
        let key_weight = key.len();
        if let Some(old) = self.replies.put(key, reply) {
            self.weight -= key_weight + old.weight();
        }
        while self.weight > CAPACITY_BYTES {
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
