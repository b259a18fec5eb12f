//! When to end.

use super::error::CommandError;

/// Until SIGTERM or SIGINT; where there are none, until Ctrl-C.
///
/// # Errors
/// When signals cannot be waited for.
pub fn wait() -> Result<(), CommandError> {
    actix_web::rt::System::new()
        .block_on(told_to_end())
        .map_err(CommandError::Signal)
}

#[cfg(unix)]
async fn told_to_end() -> std::io::Result<()> {
    use actix_web::rt::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let ended =
        futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv()));
    ended.await;
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_end() -> std::io::Result<()> {
    actix_web::rt::signal::ctrl_c().await
}
