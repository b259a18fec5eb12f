//! How fast the emulator answers, against a server that has nothing to do.
//!
//! `cargo bench --bench throughput -- [--quick] [--images N] [--only TEXT]` prints tables for
//! `docs/performance.md`, which says how they come about and how to read them. What is measured is
//! the public surface: the library's builder and the binary, over loopback connections.
#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot measure has nothing else to say"
)]

mod bare;
mod client;
mod file;
mod images;
mod listing;
mod loading;
mod measure;
mod process;
mod report;
mod spaces;
mod table_size;
mod writes;

use client::{Request, fetch};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

/// Both sides allocate as the command does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Threads that answer requests, of the emulator and of the bare server.
const WORKERS: usize = 2;

const USAGE: &str = "usage: cargo bench --bench throughput -- [--quick] [--images N] [--only TEXT]

  --quick      fewer and shorter rounds, and 100,000 images instead of a million
  --images N   so many images instead of a million, or of 300,000 that are loaded
  --only TEXT  only the cases whose name contains TEXT, as in:
               bare 25 JSON computed, xml 1000 repeated, journal 25, pages first page, writes, loading,
               process, spaces, reset 1000";

/// What is measured, and how long.
struct Options {
    quick: bool,
    images: Option<u32>,
    only: String,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            quick: false,
            images: None,
            only: String::new(),
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // Cargo says this to every benchmark.
                "--bench" => {}
                "--quick" => options.quick = true,
                "--images" => {
                    let images = arguments.next().and_then(|images| images.parse().ok());
                    options.images = Some(images.ok_or("--images needs a number")?);
                }
                "--only" => options.only = arguments.next().ok_or("--only needs a text")?,
                _ => return Err(format!("{argument} is not known")),
            }
        }
        Ok(options)
    }

    /// Whether a case is asked for; says that it begins, if so.
    fn wants(&self, case: &str) -> bool {
        let wanted = case.to_lowercase().contains(&self.only.to_lowercase());
        if wanted {
            eprintln!("{case}");
        }
        wanted
    }

    fn pairs(&self) -> usize {
        if self.quick { 3 } else { 7 }
    }

    fn round(&self) -> Duration {
        Duration::from_millis(if self.quick { 250 } else { 600 })
    }

    /// How many images were asked for.
    fn images(&self) -> Option<u32> {
        self.images
    }

    /// Images of the large table.
    fn many(&self) -> u32 {
        let usual = if self.quick { 100_000 } else { 1_000_000 };
        self.images.unwrap_or(usual)
    }
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!("Without optimisation there is nothing to measure.\n{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(reason) => {
            eprintln!("{reason}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let mut machine = report::machine("throughput");
    let parts = [
        process::start,
        spaces::resets_and_spaces,
        listing::against_bare,
        listing::xml_against_json,
        listing::with_journal,
        table_size::pages,
        writes::together,
        loading::into_file,
    ];
    for part in parts {
        if let Some(table) = part(&options) {
            println!("{machine}{table}");
            machine.clear();
        }
    }
    if !machine.is_empty() {
        eprintln!("no case is called {}\n{USAGE}", options.only);
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

/// The body of a list, once it is sure that it is what is to be measured: a 200 with so many
/// images.
fn listed(address: SocketAddr, request: &Request, images: u32) -> Vec<u8> {
    let answer = fetch(address, request).expect("the server answers");
    let text = || String::from_utf8_lossy(&answer.body[..answer.body.len().min(500)]).into_owned();
    assert_eq!(answer.status, 200, "{}", text());
    let found = listing::count_images(&answer.body);
    assert_eq!(Ok(images), u32::try_from(found), "{}", text());
    answer.body
}
