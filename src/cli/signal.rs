//! When to end.

use super::error::CommandError;
use actix_web::rt::SystemRunner;
#[cfg(unix)]
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
#[cfg(unix)]
use std::io;

/// SIGTERM and SIGINT, from the moment on at which they were asked for; where there are none, Ctrl-C.
pub struct Signals {
    system: SystemRunner,
    #[cfg(unix)]
    told: Told,
}

#[cfg(unix)]
struct Told {
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
        #[cfg(unix)]
        let told = system.block_on(async { Told::keep() });
        Ok(Self {
            system,
            #[cfg(unix)]
            told: told.map_err(CommandError::Signal)?,
        })
    }

    /// Until one of them comes.
    ///
    /// # Errors
    /// When signals cannot be waited for.
    pub fn wait(self) -> Result<(), CommandError> {
        #[cfg(unix)]
        let ended = self.told.one();
        #[cfg(not(unix))]
        let ended = actix_web::rt::signal::ctrl_c();
        self.system.block_on(ended).map_err(CommandError::Signal)
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

    async fn one(mut self) -> io::Result<()> {
        let (terminate, interrupt) = (&mut self.terminate, &mut self.interrupt);
        futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
        Ok(())
    }
}
