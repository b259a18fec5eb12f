//! Where work is done that would hold up a thread that answers requests.
//!
//! Such work waits for its turn as a request does: when the client leaves meanwhile, so does the work.
//! What has begun is finished. Kinds have turns of their own, so that none waits for what another waits for.

use crate::domain::processors;
use actix_web::rt::time::timeout;
use actix_web::web::block;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Changes that wait for the disk at the same time: they do little else, and are committed together.
const MOST_CHANGES: usize = 32;

/// Reads that may come to a change, at the same time.
const MOST_COUNTED: usize = 32;

/// How long work waits for its turn until it asks itself whether to go on.
const BETWEEN_DOUBTS: Duration = Duration::from_millis(50);

/// Bounds: threads that compute would make everybody late, threads that wait do not.
#[derive(Debug)]
pub struct Elsewhere {
    computing: Semaphore,
    replacing: Semaphore,
    waiting: Semaphore,
    counting: Semaphore,
    settling: Semaphore,
}

/// What a piece of work does most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It computes.
    Computes,
    /// It computes, and waits for whoever has the file that it changes.
    Replaces,
    /// It waits for the disk, and for whoever has the file.
    Waits,
    /// It reads, and may have to wait for the disk.
    Counts,
    /// It does what has fallen due, which others wait for.
    Settles,
}

/// Why work was not done.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// Its thread is gone: it panicked, or the server ends.
    #[error("the work was not finished")]
    Lost,
    /// It waited for its turn until that led nowhere.
    #[error("others wait for the same, and in vain")]
    InVain,
}

impl Elsewhere {
    /// Half of the processors may compute, at least one.
    pub fn new() -> Self {
        let computing = (processors() / 2).max(1);
        Self {
            computing: Semaphore::new(computing),
            replacing: Semaphore::new(computing),
            waiting: Semaphore::new(MOST_CHANGES),
            counting: Semaphore::new(MOST_COUNTED),
            settling: Semaphore::new(1),
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
        self.run_unless(kind, || false, work).await
    }

    /// The same, unless it is said meanwhile that waiting for a turn leads nowhere.
    ///
    /// # Errors
    /// When it was not begun, or not finished.
    pub async fn run_unless<T: Send + 'static>(
        &self,
        kind: Kind,
        is_in_vain: impl Fn() -> bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let turns = match kind {
            Kind::Computes => &self.computing,
            Kind::Replaces => &self.replacing,
            Kind::Waits => &self.waiting,
            Kind::Counts => &self.counting,
            Kind::Settles => &self.settling,
        };
        let mut turn = pin!(turns.acquire());
        let _turn = loop {
            match timeout(BETWEEN_DOUBTS, &mut turn).await {
                Ok(turn) => break turn.map_err(|_| Unfinished::Lost)?,
                Err(_) if is_in_vain() => return Err(Unfinished::InVain),
                Err(_) => {}
            }
        };
        block(work).await.map_err(|_| Unfinished::Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::{Elsewhere, Kind, Unfinished};
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
            // Nor does anybody wait for ever.
            let third = elsewhere.run_unless(Kind::Computes, || true, || ());
            assert!(matches!(third.await, Err(Unfinished::InVain)));
            release.send(()).unwrap();
            assert!(first.await.unwrap());
            assert!(elsewhere.run(Kind::Computes, || ()).await.is_ok());
            assert!(!ran.load(Ordering::SeqCst));
        });
    }
}
