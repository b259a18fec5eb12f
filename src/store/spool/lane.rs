//! Work on the blocks of one upload, in their order, one at a time, on whatever thread of a pool is
//! free. An upload whose client is slow holds none.

use super::pool::{Pool, Unfinished};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Bytes of an upload, and the room that they take until every lane is done with them.
#[derive(Clone, Debug)]
pub struct Block {
    /// The bytes.
    pub bytes: Bytes,
    /// Given back by the last lane.
    pub _room: Arc<OwnedSemaphorePermit>,
}

/// What is done to a block.
pub type Step<S> = fn(&mut S, &[u8]);

/// One kind of work on the blocks of an upload.
pub struct Lane<S>(Arc<Shared<S>>);

struct Shared<S> {
    pool: Pool,
    step: Step<S>,
    state: Mutex<State<S>>,
}

struct State<S> {
    /// What the work leads to; a thread has it while it works.
    made: Option<S>,
    blocks: VecDeque<Block>,
    /// Who gets what was made, behind the last block.
    end: Option<End<S>>,
    is_running: bool,
    /// A turn did not end: nothing will come of it.
    is_broken: bool,
}

type End<S> = Box<dyn FnOnce(S) + Send>;

impl<S: Send + 'static> Lane<S> {
    /// Does this to blocks, beginning with that.
    pub fn new(pool: Pool, begin: S, step: Step<S>) -> Self {
        let state = State {
            made: Some(begin),
            blocks: VecDeque::new(),
            end: None,
            is_running: false,
            is_broken: false,
        };
        Self(Arc::new(Shared {
            pool,
            step,
            state: Mutex::new(state),
        }))
    }

    /// Takes another block.
    pub fn push(&self, block: Block) {
        self.0.lock().blocks.push_back(block);
        self.0.start();
    }

    /// What was made of all the blocks.
    ///
    /// # Errors
    /// When it was not finished.
    pub async fn finish(&self) -> Result<S, Unfinished> {
        let (sender, receiver) = oneshot::channel();
        self.end(move |made| _ = sender.send(made));
        receiver.await.map_err(|_| Unfinished)
    }

    /// Forgets the blocks that wait, and gives this what was made so far.
    pub fn break_off(&self, end: impl FnOnce(S) + Send + 'static) {
        self.0.lock().blocks.clear();
        self.end(end);
    }

    fn end(&self, end: impl FnOnce(S) + Send + 'static) {
        self.0.lock().end = Some(Box::new(end));
        self.0.start();
    }
}

impl<S: Send + 'static> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.is_broken {
            // Who waits for the end is told that there is none.
            state.blocks.clear();
            drop(state.end.take());
        } else if !state.is_running {
            state.is_running = true;
            drop(state);
            self.queue();
        }
    }

    fn queue(self: &Arc<Self>) {
        let turn = Turn {
            lane: Arc::clone(self),
            is_done: false,
        };
        self.pool.spawn(move || turn.take());
    }
}

/// One block, then others get their turn.
struct Turn<S: Send + 'static> {
    lane: Arc<Shared<S>>,
    is_done: bool,
}

impl<S: Send + 'static> Turn<S> {
    fn take(mut self) {
        self.work();
        self.is_done = true;
    }

    fn work(&self) {
        let lane = &self.lane;
        let mut state = lane.lock();
        let Some(mut made) = state.made.take() else {
            return;
        };
        if let Some(block) = state.blocks.pop_front() {
            drop(state);
            (lane.step)(&mut made, &block.bytes);
            drop(block);
            lane.lock().made = Some(made);
            return lane.queue();
        }
        if let Some(end) = state.end.take() {
            drop(state);
            return end(made);
        }
        state.made = Some(made);
        state.is_running = false;
    }
}

impl<S: Send + 'static> Drop for Turn<S> {
    fn drop(&mut self) {
        if !self.is_done {
            self.lane.lock().is_broken = true;
            self.lane.start();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Block, Lane, Pool};
    use crate::store::spool::tests::block_on;
    use bytes::Bytes;
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    fn block(bytes: &'static [u8]) -> Block {
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        Block {
            bytes: Bytes::from_static(bytes),
            _room: Arc::new(room),
        }
    }

    #[test]
    fn blocks_are_worked_off_in_their_order() {
        let pool = Pool::new("test", 3);
        let step = |made: &mut Vec<u8>, bytes: &[u8]| made.extend_from_slice(bytes);
        let lanes: Vec<_> = (0..10)
            .map(|_| Lane::new(pool.clone(), Vec::new(), step))
            .collect();
        for number in [&b"a"[..], b"b", b"c", b"d"] {
            for lane in &lanes {
                lane.push(block(number));
            }
        }
        for lane in &lanes {
            assert_eq!(block_on(lane.finish()).unwrap(), b"abcd");
        }
    }

    #[test]
    fn a_lane_that_breaks_tells_who_waits() {
        let pool = Pool::new("test", 1);
        let step = |(): &mut (), _: &[u8]| std::panic::resume_unwind(Box::new(()));
        let lane = Lane::new(pool.clone(), (), step);
        lane.push(block(b"a"));
        lane.push(block(b"b"));
        assert!(block_on(lane.finish()).is_err());
        assert!(block_on(lane.finish()).is_err());
        // Others go on.
        let other = Lane::new(pool, 0, |made, _| *made += 1);
        other.push(block(b"a"));
        assert_eq!(block_on(other.finish()).unwrap(), 1);
    }
}
