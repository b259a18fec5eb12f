//! Threads for what would hold up those that answer requests.
//!
//! They are there while there is work: a server that is asked for no data has none of them. That they
//! are few is the point: uploads take turns at the processors, however many there are.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a thread waits for more work before it ends.
const IDLE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// A bounded number of threads, and work that waits for them.
#[derive(Debug)]
pub struct Pool(Arc<Shared>);

struct Shared {
    name: &'static str,
    most: usize,
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    is_closed: bool,
}

/// Work whose thread is gone.
#[derive(Debug, thiserror::Error)]
#[error("work on image data was not finished")]
pub struct Unfinished;

impl Pool {
    /// With at most so many threads, which are called by this name.
    pub fn new(name: &'static str, most: usize) -> Self {
        Self(Arc::new(Shared {
            name,
            most: most.max(1),
            state: Mutex::default(),
            more: Condvar::new(),
        }))
    }

    /// Does this when it is its turn, whoever still waits for it.
    pub fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        state.jobs.push_back(Box::new(job));
        if state.idle >= state.jobs.len() || state.threads >= self.0.most {
            self.0.more.notify_one();
            return;
        }
        state.threads += 1;
        let is_only = state.threads == 1;
        drop(state);
        let shared = Arc::clone(&self.0);
        let started = std::thread::Builder::new()
            .name(self.0.name.to_owned())
            .spawn(move || shared.work());
        if let Err(error) = started {
            tracing::warn!(%error, "a thread for image data could not be started");
            let mut state = self.0.lock();
            state.threads -= 1;
            // Without anybody who could do it, it is not done, and who waits for it is told.
            if is_only && state.threads == 0 {
                let undone = std::mem::take(&mut state.jobs);
                drop(state);
                drop(undone);
            }
        }
    }

    /// What this makes when it is its turn. It is done even when nobody waits any more.
    ///
    /// # Errors
    /// When it was not finished.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let (sender, receiver) = oneshot::channel();
        self.spawn(move || _ = sender.send(work()));
        receiver.await.map_err(|_| Unfinished)
    }
}

impl Clone for Pool {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Pool {
    /// Its threads end once there is no work left.
    pub fn close(&self) {
        self.0.lock().is_closed = true;
        self.0.more.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be done next; nothing when the thread is not needed, and then it does not count any
    /// more: under one lock, so that whoever brings work sees who will do it.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        let mut is_late = false;
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.is_closed || is_late {
                state.threads -= 1;
                return None;
            }
            state.idle += 1;
            let waited = self.more.wait_timeout(state, IDLE);
            let (woken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            is_late = timeout.timed_out();
        }
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            // Who waits for it learns that it was not finished; others must not wait for ever.
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                tracing::error!("work on image data broke off");
            }
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Pool;
    use crate::store::spool::tests::block_on;

    #[test]
    fn work_that_breaks_off_holds_up_nobody() {
        let pool = Pool::new("test", 1);
        for number in 0..100 {
            let broken = pool.run(|| std::panic::resume_unwind(Box::new(())));
            assert!(block_on(broken).is_err());
            assert_eq!(block_on(pool.run(move || number)).unwrap(), number);
        }
    }

    #[test]
    fn work_is_done_by_few_and_before_the_end() {
        let pool = Pool::new("test", 3);
        let (sender, receiver) = std::sync::mpsc::channel();
        for _ in 0..100 {
            let sender = sender.clone();
            pool.spawn(move || sender.send(std::thread::current().id()).unwrap());
        }
        pool.close();
        drop(sender);
        let threads: Vec<_> = receiver.iter().collect();
        assert_eq!(threads.len(), 100);
        let few: std::collections::HashSet<_> = threads.into_iter().collect();
        assert!(few.len() <= 3);
    }
}
