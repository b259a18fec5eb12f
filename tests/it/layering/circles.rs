//! No two files use each other, directly or round a circle: whoever wants to understand, test or move
//! one of them can do so without the other.

use super::graph::{Uses, uses};
use super::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const BEING_REWRITTEN: [&str; 1] = ["http/xml/reader"];

fn is_being_rewritten(path: &Path) -> bool {
    let path = path.display().to_string();
    BEING_REWRITTEN.iter().any(|room| path.starts_with(room))
}

/// The knots of files that use each other, each as the uses that make it.
pub fn knots(uses: &Uses) -> Vec<String> {
    let mut knots = Vec::new();
    let mut seen = BTreeSet::new();
    for file in uses.keys() {
        let knot: BTreeSet<_> = reached(uses, file)
            .into_iter()
            .filter(|other| reached(uses, other).contains(file))
            .collect();
        if knot.contains(file) && seen.insert(knot.clone()) {
            knots.push(shown(uses, &knot));
        }
    }
    knots
}

/// Everything that a file uses, directly or not.
fn reached<'u>(uses: &'u Uses, file: &'u PathBuf) -> BTreeSet<&'u PathBuf> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for used in uses.get(next).into_iter().flatten().map(|(used, _)| used) {
            if reached.insert(used) {
                open.push(used);
            }
        }
    }
    reached
}

fn shown(uses: &Uses, knot: &BTreeSet<&PathBuf>) -> String {
    let mut text = String::new();
    for file in knot {
        for (used, by) in uses[*file].iter().filter(|(used, _)| knot.contains(used)) {
            _ = writeln!(text, "{} -> {} ({by})", file.display(), used.display());
        }
    }
    text
}

/// The same, without the files that `left_out` says yes to.
fn without(uses: &Uses, left_out: impl Fn(&Path) -> bool) -> Uses {
    let kept = uses.iter().filter(|(file, _)| !left_out(file));
    let kept = kept.map(|(file, used)| {
        let used = used.iter().filter(|(file, _)| !left_out(file));
        let used = used.map(|(file, by)| (file.clone(), by.clone()));
        (file.clone(), used.collect())
    });
    kept.collect()
}

#[test]
fn no_files_go_round_in_a_circle() {
    let uses = uses(&sources());
    let edges: usize = uses.values().map(BTreeMap::len).sum();
    assert!(edges > 300, "only {edges} uses are found");
    let rewritten = knots(&without(&uses, |file| !is_being_rewritten(file)));
    println!(
        "Circles in what is being rewritten:\n{}",
        rewritten.join("\n")
    );
    let knots = knots(&without(&uses, is_being_rewritten));
    assert!(knots.is_empty(), "Circles:\n{}", knots.join("\n"));
}
