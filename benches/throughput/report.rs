//! Figures as Markdown, to be pasted into `docs/performance.md`.

use crate::measure::median;
use std::fmt::Write as _;
use std::time::Duration;

/// A table that grows by rows.
pub struct Table {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(titles: &[&str]) -> Self {
        Self {
            titles: titles.iter().map(|&title| title.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row, and says on the error stream that it is there.
    pub fn row<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        eprintln!("  {}", cells.join("  "));
        self.rows.push(cells.into());
    }

    /// The table under a line that says what it shows; nothing without rows.
    pub fn under(&self, caption: &str) -> Option<String> {
        if self.rows.is_empty() {
            return None;
        }
        let lines = || std::iter::once(&self.titles).chain(&self.rows);
        let widths: Vec<usize> = (0..self.titles.len())
            .map(|column| {
                let cells = lines().filter_map(|line| line.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = format!("{caption}:\n\n");
        for (number, line) in lines().enumerate() {
            for (cell, width) in line.iter().zip(&widths) {
                _ = write!(text, "| {cell:<width$} ");
            }
            text.push_str("|\n");
            if number == 0 {
                for width in &widths {
                    _ = write!(text, "|{:-<1$}", "", width + 2);
                }
                text.push_str("|\n");
            }
        }
        Some(text)
    }
}

/// On what and how it was measured, by the benchmark of this name.
pub fn machine(bench: &str) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpu_info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu_info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("model unknown", |rest| {
            rest.trim_start_matches([' ', '\t', ':'])
        });
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let separator = if arguments.is_empty() { "" } else { " -- " };
    format!(
        "Machine: {cores} cores, {model}, {} {}. Command: `cargo bench --bench \
         {bench}{separator}{}`.\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        arguments.join(" ")
    )
}

/// A count or a rate, with its thousands apart.
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Ratios of pairs: the middle one, and the lowest and the highest.
pub fn ratio(ratios: &[f64]) -> String {
    let lowest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let [middle, lowest, highest] = [median(ratios), lowest, highest].map(decimals);
    format!("{middle} ({lowest}..{highest})")
}

/// A ratio or a small figure: as many decimals as say something.
pub fn decimals(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    }
}

/// A latency in microseconds.
pub fn micros(latency: Duration) -> String {
    thousands(latency.as_secs_f64() * 1e6)
}
