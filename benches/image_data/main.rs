//! How fast image data come and go, and what a killed server leaves behind.
//!
//! `cargo bench --bench image_data -- [--quick]` prints tables for `docs/performance.md`, which says how
//! to read them. What is measured is the binary, over loopback connections.
#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot measure has nothing else to say"
)]

mod child;
mod crash;
mod hashes;
mod http;
#[path = "../throughput/measure.rs"]
mod measure;
mod server;
mod transfer;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo bench --bench image_data -- [--quick]

  --quick  64 MiB instead of a GiB, and fewer rounds";

/// How much, and how often.
#[derive(Clone, Copy)]
struct Options {
    bytes: u64,
    rounds: usize,
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("Without optimisation there is nothing to measure.\n{USAGE}");
        return ExitCode::SUCCESS;
    }
    let mut options = Options {
        bytes: 1 << 30,
        rounds: 3,
    };
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--quick" => {
                options = Options {
                    bytes: 1 << 26,
                    rounds: 1,
                }
            }
            other => {
                eprintln!("{other} is not known\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    crash::check();
    transfer::measure(options);
    ExitCode::SUCCESS
}
