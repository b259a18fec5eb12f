//! What comes, as it comes.

use super::entry::Entry;
use super::room::Journal;
use std::future::poll_fn;
use std::task::{Context, Poll};

/// What has come.
#[derive(Debug)]
pub struct News {
    /// The entries, the oldest first; none where all were gone already.
    pub entries: Vec<Entry>,
    /// How many entries in front of these came and went before anybody looked.
    pub lost: u64,
}

/// What comes into the journal of a space, read by somebody at its own pace. It holds nothing: what it has
/// not read when the journal lets go of it is lost to it, and it is told so.
#[derive(Debug)]
pub struct Following {
    journal: Journal,
    space: u64,
    /// The number of the last entry that was read, or was lost.
    read: u64,
    listener: Option<u64>,
}

impl Following {
    pub(super) fn new(journal: Journal, space: u64, since: u64) -> Self {
        Self {
            journal,
            space,
            read: since,
            listener: None,
        }
    }

    /// At most so many entries, once there are any; nothing when the space or its server has ended.
    pub async fn next(&mut self, most: u64) -> Option<News> {
        poll_fn(|context| self.poll_next(context, most)).await
    }

    /// The same, asked by hand.
    pub fn poll_next(&mut self, context: &mut Context<'_>, most: u64) -> Poll<Option<News>> {
        let mut inside = self.journal.inside();
        let Some(ring) = inside.rings.get(&self.space) else {
            return Poll::Ready(None);
        };
        let there = ring.numbers();
        // A number of the future, such as one of a server that was here before, is no number.
        let wanted = match self.read < there.end {
            true => self.read + 1,
            false => there.end,
        };
        if wanted < there.end {
            let first = wanted.max(there.start);
            let numbers = first..there.end.min(first.saturating_add(most));
            let entries = numbers.filter_map(|number| Some(Entry::of(number, ring.get(number)?)));
            let entries: Vec<_> = entries.collect();
            // Where all were gone already, it goes on behind them.
            self.read = entries.last().map_or(first - 1, Entry::number);
            return Poll::Ready(Some(News {
                entries,
                lost: first - wanted,
            }));
        }
        self.read = there.end - 1;
        if inside.is_closed {
            return Poll::Ready(None);
        }
        self.listener = Some(inside.listeners.add(self.listener, context.waker()));
        self.journal.tell_who_waits(inside);
        Poll::Pending
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        if let Some(listener) = self.listener {
            let mut inside = self.journal.inside();
            inside.listeners.remove(listener);
            self.journal.tell_who_waits(inside);
        }
    }
}
