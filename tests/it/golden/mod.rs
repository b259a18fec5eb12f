//! Replays recorded answers of real servers and compares ours with them.
//!
//! A *set* is a folder of `*.jsonl` files (a case a line) recorded from one deployment; its
//! `fixture.json` is the data the emulator must be started with. The runner speaks HTTP over a
//! plain socket and knows nothing of the emulator's code: what it sees is what a client sees. The
//! rules of comparison are data ([`rules::Rules`]), one value a set, described in
//! `fixtures/golden/README.md`.
//!
//! `GOLDEN_VERBOSE=1` prints every mismatch, `GOLDEN_FILTER=text` runs only the cases whose id
//! contains the text, `GOLDEN_DIR` names another folder that holds the sets.

mod case;
mod case_tests;
pub mod client;
mod compare;
mod compare_tests;
mod json;
mod multiset;
mod pattern;
pub mod report;
pub mod rules;
pub mod runner;
pub mod target;
mod unordered;
mod xml;

use std::path::PathBuf;

pub use rules::rules;
pub use runner::run;
pub use target::Target;

/// The folder of a set: under `GOLDEN_DIR`, or else under the repository's `fixtures/golden`.
pub fn set_dir(set: &str) -> PathBuf {
    let sets = std::env::var_os("GOLDEN_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/golden"),
        PathBuf::from,
    );
    sets.join(set)
}
