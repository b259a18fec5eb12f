//! When to end.

use super::error::CommandError;
use actix_web::rt::signal::unix::{SignalKind, signal};

/// Until SIGTERM or SIGINT.
///
/// # Errors
/// When signals cannot be waited for.
pub fn wait() -> Result<(), CommandError> {
    actix_web::rt::System::new()
        .block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let ended = futures_util::future::select(
                Box::pin(terminate.recv()),
                Box::pin(interrupt.recv()),
            );
            ended.await;
            Ok(())
        })
        .map_err(CommandError::Signal)
}
