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
        if !state.is_running {
            state.is_running = true;
            drop(state);
            self.queue();
        }
    }

    fn queue(self: &Arc<Self>) {
        let shared = Arc::clone(self);
        self.pool.spawn(move || shared.turn());
    }

    /// One block, then others get their turn.
    fn turn(self: Arc<Self>) {
        let mut state = self.lock();
        let Some(mut made) = state.made.take() else {
            return;
        };
        if let Some(block) = state.blocks.pop_front() {
            drop(state);
            (self.step)(&mut made, &block.bytes);
            drop(block);
            self.lock().made = Some(made);
            return self.queue();
        }
        if let Some(end) = state.end.take() {
            drop(state);
            return end(made);
        }
        state.made = Some(made);
        state.is_running = false;
    }
}
