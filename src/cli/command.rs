//! The command line, and which subcommand it asks for.

use super::healthcheck::Healthcheck;
use super::log;
use super::serve::Serve;
use clap::{Parser, Subcommand};
use std::fmt::Display;
use std::process::ExitCode;

/// What a run that could not start ends with.
const EXIT_CANNOT_START: u8 = 2;

/// What a look at a server that is not well ends with.
const EXIT_UNHEALTHY: u8 = 1;

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
    /// Ask a server whether it is ready: ends with 0, or with 1 and one line that says why not
    Healthcheck(Healthcheck),
}

/// Runs the command that the process was called with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Serve(serve)) => serve_until_told(serve),
        Some(Command::Healthcheck(healthcheck)) => ended(healthcheck.run(), EXIT_UNHEALTHY),
        None => serve_until_told(cli.serve),
    }
}

fn serve_until_told(serve: Serve) -> ExitCode {
    log::start(serve.log_format);
    ended(serve.run(), EXIT_CANNOT_START)
}

fn ended(outcome: Result<(), impl Display>, failed: u8) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("nova-images: {reason}");
            ExitCode::from(failed)
        }
    }
}
