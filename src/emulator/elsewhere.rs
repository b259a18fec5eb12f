//! Where work is done that would hold up a thread that answers requests.
//!
//! Such work waits for its turn as a request does: when the client leaves meanwhile, so does the work.
//! What has begun is finished.

use actix_web::web::block;
use tokio::sync::Semaphore;

/// Changes that wait for the disk at the same time: they do little else, and are committed together.
const MOST_CHANGES: usize = 32;

/// Two bounds: threads that compute would make everybody late, threads that wait do not.
#[derive(Debug)]
pub struct Elsewhere {
    computing: Semaphore,
    waiting: Semaphore,
}

/// What a piece of work does most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It computes.
    Computes,
    /// It waits for the disk.
    Waits,
}

/// The thread of the work is gone: it panicked, or the server ends.
#[derive(Debug, thiserror::Error)]
#[error("the work was not finished")]
pub struct Unfinished;

impl Elsewhere {
    /// Half of the processors may compute, at least one.
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            computing: Semaphore::new((processors / 2).max(1)),
            waiting: Semaphore::new(MOST_CHANGES),
        }
    }

    /// Does the work once it is its turn.
    ///
    /// # Errors
    /// When it was not finished.
    pub async fn run<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let turns = match kind {
            Kind::Computes => &self.computing,
            Kind::Waits => &self.waiting,
        };
        let _turn = turns.acquire().await.map_err(|_| Unfinished)?;
        block(work).await.map_err(|_| Unfinished)
    }
}

#[cfg(test)]
mod tests {
    use super::{Elsewhere, Kind};
    use futures_util::FutureExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::channel;

    #[test]
    fn what_waits_for_its_turn_leaves_with_its_client() {
        actix_web::rt::System::new().block_on(async {
            let elsewhere = Elsewhere {
                computing: tokio::sync::Semaphore::new(1),
                ..Elsewhere::new()
            };
            let (release, held) = channel::<()>();
            let first = elsewhere.run(Kind::Computes, move || held.recv().is_ok());
            let ran = Arc::new(AtomicBool::new(false));
            let mark = Arc::clone(&ran);
            let second = elsewhere.run(Kind::Computes, move || mark.store(true, Ordering::SeqCst));
            let mut first = Box::pin(first);
            let mut second = Box::pin(second);
            assert!(first.as_mut().now_or_never().is_none());
            assert!(second.as_mut().now_or_never().is_none());
            // Who only waits is not behind who computes.
            assert!(
                elsewhere
                    .run(Kind::Waits, || 7)
                    .await
                    .is_ok_and(|seven| seven == 7)
            );
            drop(second);
            release.send(()).unwrap();
            assert!(first.await.unwrap());
            assert!(elsewhere.run(Kind::Computes, || ()).await.is_ok());
            assert!(!ran.load(Ordering::SeqCst));
        });
    }
}
