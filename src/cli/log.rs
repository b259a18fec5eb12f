//! Log lines, on standard error.

use crate::control::Clock;
use std::ffi::OsString;
use std::io::IsTerminal as _;

/// Which log lines are written unless `RUST_LOG` says otherwise: ours, not those of the machinery.
const DEFAULT_LOGS: &str = "info,actix_server=warn";

/// The variable that chooses the form of log lines.
pub const FORMAT_VARIABLE: &str = "NOVA_IMAGES_LOG_FORMAT";

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The form that arguments ask for, also those that are wrong in another place.
pub fn format_of(arguments: &[OsString]) -> LogFormat {
    let mut chosen = std::env::var(FORMAT_VARIABLE).unwrap_or_default();
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        if argument == "--log-format" {
            chosen = arguments.next().unwrap_or_default().into_owned();
        } else if let Some(format) = argument.strip_prefix("--log-format=") {
            format.clone_into(&mut chosen);
        }
    }
    match chosen.as_str() {
        "json" => LogFormat::Json,
        _ => LogFormat::Text,
    }
}

/// From here on log lines are written.
pub fn start(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(DEFAULT_LOGS));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second logger in one process is refused; the first one stays.
    _ = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
}

/// The line of an error that ends the process: in the form of the others, but `RUST_LOG` cannot
/// silence it.
pub fn json_error(message: &str) -> String {
    let line = serde_json::json!({
        "timestamp": Clock::real().now().to_string(),
        "level": "ERROR",
        "fields": {"message": message},
        "target": "nova_images",
    });
    line.to_string()
}
