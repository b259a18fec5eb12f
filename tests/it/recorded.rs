//! How many of a set's cases match, held against what was reached before.

use crate::golden::report::Report;
use crate::golden::{Target, rules, run, set_dir};
use std::collections::BTreeMap;
use std::io::Write as _;

/// Runs one set against a server and fails when fewer cases match than `counts.json` records.
pub fn replay(set: &str, target: &Target) {
    check(&run(&set_dir(set), rules(set), target, false));
}

/// The counts of matched cases that were reached before.
///
/// A file and not code, since it is only ever raised: a change that lowers a number shows as such
/// in a review.
fn counts() -> BTreeMap<String, usize> {
    match serde_json::from_str(include_str!("golden/counts.json")) {
        Ok(counts) => counts,
        Err(error) => panic!("counts.json: {error}"),
    }
}

/// Prints the result, and fails when fewer cases match than were reached before.
pub fn check(report: &Report) {
    // Past the test harness, which hides what passing tests print.
    _ = writeln!(std::io::stderr(), "{report}");
    if std::env::var_os("GOLDEN_VERBOSE").is_some_and(|value| value == "1") {
        println!("{}", report.listing());
    }
    if report.filtered {
        return;
    }
    let recorded = counts().get(&report.key()).copied().unwrap_or(0);
    let matched = report.total.matched;
    assert!(
        matched >= recorded,
        "golden {}: {matched} cases match, {recorded} did before\n{}",
        report.key(),
        report.listing()
    );
    if matched > recorded {
        println!(
            "golden {}: counts.json can be raised from {recorded} to {matched}",
            report.key()
        );
    }
}
