//! Log lines, on standard error.

use crate::control::Clock;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

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
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let layer = match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    let chosen = std::env::var("RUST_LOG").unwrap_or_default();
    let registry = tracing_subscriber::registry();
    // A second logger in one process is refused; the first one stays.
    _ = registry
        .with(layer.with_filter(targets(&chosen)))
        .try_init();
}

/// What `RUST_LOG` says: levels, or modules and their levels; otherwise our lines, not those of the
/// machinery. What else it could say, of spans and fields, takes regular expressions and with them half
/// a megabyte of memory.
fn targets(chosen: &str) -> Targets {
    let chosen = Some(chosen.trim()).filter(|chosen| !chosen.is_empty());
    let usual = || {
        Targets::new()
            .with_default(Level::INFO)
            .with_target("actix_server", Level::WARN)
    };
    chosen
        .and_then(|chosen| chosen.parse().ok())
        .unwrap_or_else(usual)
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

#[cfg(test)]
mod tests {
    use super::targets;
    use tracing::Level;

    #[test]
    fn what_is_logged() {
        for (chosen, ours, machinery) in [
            ("", Level::INFO, Level::WARN),
            (" ", Level::INFO, Level::WARN),
            ("nova_images[{a=1", Level::INFO, Level::WARN),
            ("debug", Level::DEBUG, Level::DEBUG),
            ("nova_images=trace,warn", Level::TRACE, Level::WARN),
        ] {
            let targets = targets(chosen);
            for (target, most) in [("nova_images::store", ours), ("actix_server", machinery)] {
                for level in [
                    Level::ERROR,
                    Level::WARN,
                    Level::INFO,
                    Level::DEBUG,
                    Level::TRACE,
                ] {
                    assert_eq!(
                        targets.would_enable(target, &level),
                        level <= most,
                        "{chosen}"
                    );
                }
            }
        }
    }
}
