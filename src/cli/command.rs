//! The command line, and which subcommand it asks for.

use super::log;
use super::serve::Serve;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What a run that could not start ends with.
const EXIT_CANNOT_START: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "nova-images",
    version,
    about = "OpenStack Nova's image API in one binary"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve(Serve),
}

/// Runs the command that the process was called with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let serve = match cli.command {
        Some(Command::Serve(serve)) => serve,
        None => cli.serve,
    };
    log::start(serve.log_format);
    match serve.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("nova-images: {reason}");
            ExitCode::from(EXIT_CANNOT_START)
        }
    }
}
