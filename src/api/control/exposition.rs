//! Prometheus' text format, version 0.0.4.

use std::fmt::{Display, Write as _};
use std::time::Duration;

/// The type of it.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a figure is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows.
    Counter,
    /// Counts by ranges, and a sum.
    Histogram,
}

/// A page of figures.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// The page.
    pub fn into_text(self) -> String {
        self.0
    }

    /// Begins a metric; its samples follow.
    pub fn metric(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
        };
        // Writing to a string does not fail.
        _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A sample; the values of labels need no escapes.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (place, (label, value)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            _ = write!(self.0, "{before}{label}=\"{value}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        _ = writeln!(self.0, " {value}");
    }

    /// A metric with one sample.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.metric(name, Kind::Gauge, help);
        self.sample(name, &[], value);
    }
}

/// In seconds, to the microsecond.
pub fn seconds(time: Duration) -> String {
    format!("{}.{:06}", time.as_secs(), time.subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::{Duration, Exposition, Kind, seconds};

    #[test]
    fn samples_have_labels_or_none() {
        let mut page = Exposition::default();
        page.metric("a_total", Kind::Counter, "Things");
        page.sample("a_total", &[("of", "x"), ("by", "y")], 7);
        page.gauge("b", "Others", seconds(Duration::from_millis(1500)));
        assert_eq!(
            page.into_text(),
            "# HELP a_total Things\n# TYPE a_total counter\na_total{of=\"x\",by=\"y\"} 7\n\
             # HELP b Others\n# TYPE b gauge\nb 1.500000\n"
        );
    }
}
