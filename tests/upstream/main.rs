//! The recordings of Nova 34, replayed through a server in front of a real Glance; started by `run`.

#[allow(dead_code, reason = "what the other tests need of it, too")]
#[path = "../it/golden/mod.rs"]
mod golden;

use golden::Target;
use golden::target::Control;
use std::env;
use std::io::Write as _;
use std::process::Command;

/// Of a hundred cases so many match at least. Those that do not are in `docs/fidelity.md`.
const MOST_OF: usize = 97;

/// What `run` says.
fn told(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is missing: tests/upstream/run starts this"))
}

/// Writes the fixture's images into Glance's database.
struct Seeding(String);

impl Control for Seeding {
    fn reset(&self) -> Result<(), String> {
        let status = Command::new("sh").args(["-c", &self.0]).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!("{}: {other:?}", self.0)),
        }
    }

    fn advance(&self, _: u64) -> Result<(), String> {
        Err("nobody turns the clock of a real Glance".to_owned())
    }
}

#[test]
fn nova_34_over_a_real_glance() {
    let address = told("UPSTREAM_TARGET").parse().unwrap();
    let target = Target {
        tokens: serde_json::from_str(&told("UPSTREAM_TOKENS")).unwrap(),
        control: Box::new(Seeding(told("UPSTREAM_SEED"))),
        ..Target::new(address)
    };
    let set = "nova-34";
    let report = golden::run(&golden::set_dir(set), golden::rules(set), &target, false);
    // Past the test harness, which hides what passing tests print.
    _ = writeln!(std::io::stderr(), "{report}\n{}", report.listing());
    let tally = report.total;
    assert!(
        tally.matched * 100 >= tally.total * MOST_OF,
        "only {tally} match"
    );
}
