//! The end of a server that was told to go by a signal.

use super::Emulator;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use futures_util::future::{poll_fn, select};
use futures_util::task::AtomicWaker;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

/// SIGTERM and SIGINT.
struct Signals([Signal; 2]);

impl Signals {
    fn listen() -> io::Result<Self> {
        let kinds = [SignalKind::terminate(), SignalKind::interrupt()];
        let [terminate, interrupt] = kinds.map(signal);
        Ok(Self([terminate?, interrupt?]))
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let polled = self.0.iter_mut().map(|signal| signal.poll_recv(context));
        // All of them are asked, so that all of them wake us.
        let polled: Vec<_> = polled.collect();
        match polled.iter().any(Poll::is_ready) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

/// Whether a thread has done its work; wakes whoever waits for that.
#[derive(Default)]
struct Done {
    is_so: AtomicBool,
    waker: AtomicWaker,
}

impl Done {
    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        self.waker.register(context.waker());
        match self.is_so.load(Ordering::Acquire) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

impl Emulator {
    /// Serves until SIGTERM or SIGINT, then lets the requests under way finish. A second signal does
    /// not wait for them: this returns at once, and the process is expected to end.
    ///
    /// # Errors
    /// When the system does not tell of signals.
    pub fn stop_on_signal(self) -> io::Result<()> {
        actix_web::rt::System::new().block_on(async {
            let mut signals = Signals::listen()?;
            poll_fn(|context| signals.poll_next(context)).await;
            let done = Arc::new(Done::default());
            let told = Arc::clone(&done);
            // On a thread that nobody joins: the second signal leaves it behind.
            std::thread::Builder::new().spawn(move || {
                self.stop();
                told.is_so.store(true, Ordering::Release);
                told.waker.wake();
            })?;
            let stopped = poll_fn(|context| done.poll(context));
            select(stopped, poll_fn(|context| signals.poll_next(context))).await;
            Ok(())
        })
    }
}
