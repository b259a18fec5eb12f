//! No two files use each other, directly or round a circle: whoever wants to understand, test or move
//! one of them can do so without the other.

use super::graph::{Uses, uses};
use super::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The knots of files that use each other, each as the uses that make it.
pub fn knots(uses: &Uses) -> Vec<String> {
    let mut knots = Vec::new();
    let mut seen = BTreeSet::new();
    for file in without_ends(uses) {
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

/// The files that lie on circles or lead to one: what uses none of the rest is taken away, again and again.
fn without_ends(uses: &Uses) -> BTreeSet<&PathBuf> {
    let mut rest: BTreeSet<_> = uses.keys().collect();
    loop {
        let is_end = |file: &&PathBuf| !uses[*file].keys().any(|used| rest.contains(used));
        let ends: Vec<_> = rest.iter().copied().filter(is_end).collect();
        if ends.is_empty() {
            return rest;
        }
        for end in ends {
            rest.remove(end);
        }
    }
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

#[test]
fn no_files_go_round_in_a_circle() {
    let uses = uses(&sources());
    let edges: usize = uses.values().map(BTreeMap::len).sum();
    assert!(edges > 300, "only {edges} uses are found");
    let knots = knots(&uses);
    assert!(knots.is_empty(), "Circles:\n{}", knots.join("\n"));
}
