//! What the way through this server costs, in front of a cloud of fixed latency.
//!
//! `cargo bench --bench upstream -- [--quick]` prints tables for `docs/performance.md`, which says how
//! to read them. What is measured is the binary, over loopback connections; the cloud is a stub.
#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot measure has nothing else to say"
)]

#[path = "../image_data/child.rs"]
mod child;
mod cloud;
mod connection;
mod crowd;
mod latency;
#[path = "../throughput/measure.rs"]
mod measure;
#[path = "../throughput/report.rs"]
mod report;
mod server;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo bench --bench upstream -- [--quick]

  --quick  fewer requests";

/// How often is asked.
#[derive(Clone, Copy)]
struct Options {
    /// Requests each way, one after the other.
    pairs: usize,
    /// Requests of each client of the crowd.
    rounds: usize,
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("Without optimisation there is nothing to measure.\n{USAGE}");
        return ExitCode::SUCCESS;
    }
    let mut options = Options {
        pairs: 1000,
        rounds: 5,
    };
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--quick" => {
                options = Options {
                    pairs: 200,
                    rounds: 2,
                }
            }
            other => {
                eprintln!("{other} is not known\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    println!("{}", report::machine("upstream"));
    for table in [latency::measure(options), crowd::measure(options)] {
        println!("{}", table.unwrap_or_default());
    }
    ExitCode::SUCCESS
}
