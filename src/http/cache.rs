//! A bounded cache of what has been rendered.
//!
//! A key is everything that a rendering depends on but the data; the data are
//! the generation, a number that grows with every write. What was rendered at
//! another generation is never given. Each thread has a cache of its own: no
//! lock.

use super::reply::Reply;
use lru::LruCache;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Most bytes that the replies of one thread take.
const MOST_REPLY_BYTES: usize = 4 * 1024 * 1024;

/// How many of the keys asked for last are known again.
const ASKED_KEYS: usize = 1024;

/// What one thread remembers.
#[derive(Debug, Default)]
pub struct Caches {
    /// Whole replies.
    pub replies: ReplyCache,
    /// What the last list took, in bytes.
    pub list_bytes: usize,
}

/// Replies to what was asked for more than once: a client that never asks the same again would fill the
/// memory with what nobody needs.
///
/// Keys begin with the number of the space that was asked, which no other space ever has: one thread
/// needs no more room for a thousand spaces than for one.
#[derive(Debug)]
pub struct ReplyCache {
    /// Hashes of keys, each where its own value says.
    asked: Vec<u64>,
    weight: usize,
    replies: LruCache<Vec<u8>, Kept>,
}

/// A reply, and the generation of the data that it was computed from.
#[derive(Debug)]
struct Kept {
    generation: u64,
    reply: Reply,
}

impl Default for ReplyCache {
    fn default() -> Self {
        Self {
            asked: vec![0; ASKED_KEYS],
            weight: 0,
            replies: LruCache::unbounded(),
        }
    }
}

impl ReplyCache {
    /// The reply kept for a key, when the data have not changed since.
    pub fn get(&mut self, generation: u64, key: &[u8]) -> Option<Reply> {
        let kept = self.replies.get(key)?;
        if kept.generation == generation {
            return kept.reply.copy();
        }
        if kept.generation < generation {
            self.remove(key);
        }
        None
    }

    /// Keeps a reply that was computed from data of `generation`, when its key was asked for before.
    /// One of newer data is not let go for it. A stream cannot be kept.
    pub fn put(&mut self, generation: u64, key: Vec<u8>, reply: &Reply) {
        let weight = key.len() + reply.weight();
        if !self.was_asked(&key) || weight > MOST_REPLY_BYTES / 2 {
            return;
        }
        let Some(reply) = reply.copy() else {
            return;
        };
        let known = self.replies.peek(&key);
        if known.is_some_and(|known| known.generation > generation) {
            return;
        }
        self.remove(&key);
        self.weight += weight;
        self.replies.put(key, Kept { generation, reply });
        while self.weight > MOST_REPLY_BYTES {
            let Some((key, old)) = self.replies.pop_lru() else {
                break;
            };
            self.weight -= key.len() + old.reply.weight();
        }
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(old) = self.replies.pop(key) {
            self.weight -= key.len() + old.reply.weight();
        }
    }

    fn was_asked(&mut self, key: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        let place = usize::try_from(hash % ASKED_KEYS as u64).unwrap_or_default();
        match self.asked.get_mut(place) {
            Some(asked) => std::mem::replace(asked, hash) == hash,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_REPLY_BYTES, Reply, ReplyCache};
    use crate::http::StatusCode;

    fn reply(bytes: usize) -> Reply {
        Reply::new(StatusCode::OK, "text/plain", vec![b'x'; bytes])
    }

    #[test]
    fn a_write_ends_what_was_kept() {
        let mut cache = ReplyCache::default();
        cache.put(1, b"a".to_vec(), &reply(1));
        cache.put(1, b"a".to_vec(), &reply(1));
        assert!(cache.get(1, b"a").is_some());
        assert!(cache.get(2, b"a").is_none());
        assert_eq!((cache.weight, cache.replies.len()), (0, 0));
        // Computed before the write, finished after it.
        cache.put(2, b"a".to_vec(), &reply(2));
        cache.put(1, b"a".to_vec(), &reply(1));
        assert!(cache.get(1, b"a").is_none());
        let newer = cache.get(2, b"a").unwrap();
        assert_eq!(newer.bytes().unwrap().len(), 2);
        assert_eq!(cache.weight, 1 + reply(2).weight());
    }

    #[test]
    fn what_was_not_asked_for_lately_makes_room() {
        let mut cache = ReplyCache::default();
        for number in 0..100_u8 {
            cache.put(1, vec![number], &reply(MOST_REPLY_BYTES / 10));
            assert!(cache.get(1, &[number]).is_none());
            cache.put(1, vec![number], &reply(MOST_REPLY_BYTES / 10));
            cache.get(1, &[0]);
        }
        assert!(cache.get(1, &[0]).is_some());
        assert!(cache.get(1, &[50]).is_none());
        assert!(cache.get(1, &[99]).is_some());
        for _ in 0..2 {
            cache.put(1, vec![200], &reply(MOST_REPLY_BYTES));
        }
        assert!(cache.get(1, &[200]).is_none());
    }
}
