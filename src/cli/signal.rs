//! When to end.

use super::error::CommandError;
use actix_web::rt::SystemRunner;
#[cfg(unix)]
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use futures_util::future::select;
use std::io;
use std::pin::pin;

/// SIGTERM and SIGINT, from the moment on at which they were asked for; where there are none, Ctrl-C.
pub struct Signals {
    system: SystemRunner,
    told: Told,
}

#[cfg(unix)]
struct Told {
    terminate: Signal,
    interrupt: Signal,
}

#[cfg(not(unix))]
struct Told;

impl Signals {
    /// From here on they are kept until somebody waits for them. Whoever is told that the server
    /// answers may end it at once.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn keep() -> Result<Self, CommandError> {
        let system = actix_web::rt::System::new();
        let told = system.block_on(async { Told::keep() });
        Ok(Self {
            system,
            told: told.map_err(CommandError::Signal)?,
        })
    }

    /// Waits for one of them, then for this end. A second one does not wait: this returns at once, and
    /// the process is expected to end.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn end_by(self, end: impl FnOnce() + Send + 'static) -> Result<(), CommandError> {
        let Self { system, mut told } = self;
        let ended: io::Result<()> = system.block_on(async move {
            told.next().await?;
            let (sender, done) = tokio::sync::oneshot::channel();
            // On a thread that nobody joins: the second signal leaves it behind.
            std::thread::Builder::new().spawn(move || {
                end();
                _ = sender.send(());
            })?;
            select(done, pin!(told.next())).await;
            Ok(())
        });
        ended.map_err(CommandError::Signal)
    }
}

#[cfg(unix)]
impl Told {
    fn keep() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> io::Result<()> {
        let (terminate, interrupt) = (&mut self.terminate, &mut self.interrupt);
        select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
        Ok(())
    }
}

#[cfg(not(unix))]
impl Told {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    fn keep() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> io::Result<()> {
        actix_web::rt::signal::ctrl_c().await
    }
}
