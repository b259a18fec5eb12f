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
    list_bytes: usize,
}

/// About what one image takes in an answer, in bytes.
const IMAGE_BYTES: usize = 1024;

/// What every answer may take.
const LEAST_BYTES: usize = 4096;

impl Caches {
    /// Room for a list of so many images at most: as much as the last list of this thread took, which is
    /// mostly of the same client, but no more than its images can.
    #[must_use]
    pub fn list_room(&self, images: Option<u64>) -> Vec<u8> {
        let images = images.and_then(|images| usize::try_from(images).ok());
        let most = images.unwrap_or(usize::MAX).saturating_mul(IMAGE_BYTES);
        Vec::with_capacity(self.list_bytes.min(most).saturating_add(LEAST_BYTES))
    }

    /// Remembers what a whole list took, and lets go what it did not need: a kept answer must not take what
    /// another one might have.
    pub fn list_written(&mut self, body: &mut Vec<u8>) {
        if body.len() < body.capacity() / 2 {
            body.shrink_to_fit();
        }
        self.list_bytes = body.len();
    }
}

/// Everything that a reply depends on but the data, and in front of it the space that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(Vec<u8>);

impl Key {
    /// Of these parts, asked of the space of a number.
    #[must_use]
    pub fn of<'p>(space: u64, parts: impl IntoIterator<Item = &'p str>) -> Self {
        let mut key = Vec::with_capacity(256);
        key.extend_from_slice(&space.to_le_bytes());
        for part in parts {
            key.extend_from_slice(part.as_bytes());
            key.push(0);
        }
        Self(key)
    }
}

/// Replies to what was asked for more than once: a client that never asks the same again would fill the
/// memory with what nobody needs.
///
/// No space ever has the number of another: a thread needs no more room for a thousand spaces than for
/// one.
#[derive(Debug)]
pub struct ReplyCache {
    /// Hashes of keys, each where its own value says; empty until there is one, since what only changes
    /// something asks for none.
    asked: Vec<u64>,
    weight: usize,
    replies: LruCache<Key, Kept>,
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
            asked: Vec::new(),
            weight: 0,
            replies: LruCache::unbounded(),
        }
    }
}

impl ReplyCache {
    /// The reply kept for a key, when the data have not changed since.
    pub fn get(&mut self, generation: u64, key: &Key) -> Option<Reply> {
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
    pub fn put(&mut self, generation: u64, key: Key, reply: &Reply) {
        let weight = key.0.len() + reply.weight();
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
            self.weight -= key.0.len() + old.reply.weight();
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(old) = self.replies.pop(key) {
            self.weight -= key.0.len() + old.reply.weight();
        }
    }

    fn was_asked(&mut self, key: &Key) -> bool {
        self.asked.resize(ASKED_KEYS, 0);
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
    use super::{Key, MOST_REPLY_BYTES, Reply, ReplyCache};
    use crate::http::StatusCode;

    fn reply(bytes: usize) -> Reply {
        Reply::new(StatusCode::OK, "text/plain", vec![b'x'; bytes])
    }

    fn key(text: &str) -> Key {
        Key::of(0, [text])
    }

    fn numbered(number: u8) -> Key {
        key(&number.to_string())
    }

    #[test]
    fn a_write_ends_what_was_kept() {
        let mut cache = ReplyCache::default();
        cache.put(1, key("a"), &reply(1));
        cache.put(1, key("a"), &reply(1));
        assert!(cache.get(1, &key("a")).is_some());
        assert!(cache.get(2, &key("a")).is_none());
        assert_eq!((cache.weight, cache.replies.len()), (0, 0));
        // Computed before the write, finished after it.
        cache.put(2, key("a"), &reply(2));
        cache.put(1, key("a"), &reply(1));
        assert!(cache.get(1, &key("a")).is_none());
        let newer = cache.get(2, &key("a")).unwrap();
        assert_eq!(newer.bytes().unwrap().len(), 2);
        assert_eq!(cache.weight, key("a").0.len() + reply(2).weight());
        assert!(cache.get(2, &Key::of(1, ["a"])).is_none());
    }

    #[test]
    fn what_was_not_asked_for_lately_makes_room() {
        let mut cache = ReplyCache::default();
        for number in 0..100_u8 {
            cache.put(1, numbered(number), &reply(MOST_REPLY_BYTES / 10));
            assert!(cache.get(1, &numbered(number)).is_none());
            cache.put(1, numbered(number), &reply(MOST_REPLY_BYTES / 10));
            cache.get(1, &numbered(0));
        }
        assert!(cache.get(1, &numbered(0)).is_some());
        assert!(cache.get(1, &numbered(50)).is_none());
        assert!(cache.get(1, &numbered(99)).is_some());
        for _ in 0..2 {
            cache.put(1, numbered(200), &reply(MOST_REPLY_BYTES));
        }
        assert!(cache.get(1, &numbered(200)).is_none());
    }

    #[test]
    fn a_thousand_spaces_take_no_more_room_than_one() {
        let mut cache = ReplyCache::default();
        for space in 0..1000 {
            let key = || Key::of(space, ["list"]);
            for _ in 0..2 {
                cache.put(1, key(), &reply(MOST_REPLY_BYTES / 100));
            }
            assert!(cache.get(1, &key()).is_some());
            assert!(cache.weight <= MOST_REPLY_BYTES);
        }
        assert!(cache.replies.len() < 100);
        assert!(cache.get(1, &Key::of(0, ["list"])).is_none());
    }
}
