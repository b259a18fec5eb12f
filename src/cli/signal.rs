//! When to end.

use super::error::CommandError;
use actix_web::rt::SystemRunner;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use std::io;

/// SIGTERM and SIGINT, from the moment on at which they were asked for.
pub struct Signals {
    system: SystemRunner,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From here on they are kept until somebody waits for them. Whoever is told that the server
    /// answers may end it at once.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn keep() -> Result<Self, CommandError> {
        let system = actix_web::rt::System::new();
        let asked: io::Result<_> = system.block_on(async {
            let terminate = signal(SignalKind::terminate())?;
            Ok((terminate, signal(SignalKind::interrupt())?))
        });
        let (terminate, interrupt) = asked.map_err(CommandError::Signal)?;
        Ok(Self {
            system,
            terminate,
            interrupt,
        })
    }

    /// Until one of them comes.
    pub fn wait(mut self) {
        let (terminate, interrupt) = (&mut self.terminate, &mut self.interrupt);
        self.system.block_on(async {
            futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv()))
                .await;
        });
    }
}
