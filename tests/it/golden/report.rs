//! What a run found: counts by file, and the mismatches in a form that can be read.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

/// The result of one run over a set.
#[derive(Debug)]
pub struct Report {
    pub set: String,
    pub only_get: bool,
    /// Only a part of the cases ran (`GOLDEN_FILTER`): nothing follows from the count.
    pub filtered: bool,
    /// By file, in the order of their names.
    pub groups: BTreeMap<String, Tally>,
    /// All cases.
    pub total: Tally,
    /// The cases that only read, and so do not depend on what the server can write.
    pub gets: Tally,
    /// Cases for a listener that the target does not have.
    pub skipped: usize,
    pub mismatches: Vec<Mismatch>,
}

/// How many cases ran, and how many of them matched.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub matched: usize,
    pub total: usize,
}

/// One difference between an answer and the recorded one.
#[derive(Debug)]
pub struct Mismatch {
    pub case: String,
    /// Method and target.
    pub request: String,
    pub difference: String,
}

impl Report {
    pub fn new(set: String, only_get: bool, filtered: bool) -> Self {
        Self {
            set,
            only_get,
            filtered,
            groups: BTreeMap::new(),
            total: Tally::default(),
            gets: Tally::default(),
            skipped: 0,
            mismatches: Vec::new(),
        }
    }

    pub fn add(&mut self, group: &str, only_gets: bool, mismatches: Vec<Mismatch>) {
        let matched = mismatches.is_empty();
        self.groups
            .entry(group.to_owned())
            .or_default()
            .add(matched);
        self.total.add(matched);
        if only_gets {
            self.gets.add(matched);
        }
        self.mismatches.extend(mismatches);
    }

    /// The mismatches, two lines each.
    pub fn listing(&self) -> String {
        let lines: Vec<String> = self.mismatches.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    /// The key of this run's count: a run of the reading cases alone has one of its own.
    pub fn key(&self) -> String {
        if self.only_get {
            format!("{} (GET only)", self.set)
        } else {
            self.set.clone()
        }
    }
}

impl Tally {
    fn add(&mut self, matched: bool) {
        self.total += 1;
        self.matched += usize::from(matched);
    }
}

impl Display for Tally {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.matched, self.total)
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> = self
            .groups
            .iter()
            .map(|(name, tally)| format!("{name} {tally}"))
            .collect();
        write!(
            formatter,
            "golden {}: {} ({})",
            self.key(),
            self.total,
            groups.join(", ")
        )?;
        write!(formatter, "; GET only {}", self.gets)?;
        if self.skipped > 0 {
            write!(formatter, "; skipped {}", self.skipped)?;
        }
        Ok(())
    }
}

impl Display for Mismatch {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let text = format!("{}: {}", self.case, self.request);
        write!(
            formatter,
            "{}\n    {}",
            truncated(&text),
            truncated(&self.difference)
        )
    }
}

fn truncated(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
