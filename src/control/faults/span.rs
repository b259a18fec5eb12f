//! Lengths of time as people write them.

use std::time::Duration;

/// What a length of time looks like.
pub const SPAN_FORM: &str = "a whole number and ms, s or m, such as \"200ms\"";

/// Reads `200ms`, `2s` or `5m`.
#[must_use]
pub fn read_span(text: &str) -> Option<Duration> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

/// Writes it so that it is read as the same, to the millisecond.
#[must_use]
pub fn write_span(span: Duration) -> String {
    match span.subsec_millis() {
        0 => format!("{}s", span.as_secs()),
        _ => format!("{}ms", span.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::{read_span, write_span};
    use std::time::Duration;

    #[test]
    fn spans_are_read_and_written() {
        for (text, millis, written) in [
            ("0ms", 0, "0s"),
            ("200ms", 200, "200ms"),
            ("1500ms", 1500, "1500ms"),
            ("2s", 2000, "2s"),
            ("5m", 300_000, "300s"),
        ] {
            let span = read_span(text).unwrap_or_default();
            assert_eq!(span, Duration::from_millis(millis), "{text}");
            assert_eq!(write_span(span), written);
        }
        let huge = format!("{}m", u64::MAX);
        for text in ["", "5", "ms", "-1s", "1.5s", "1 s", "1h", "1S", &huge] {
            assert_eq!(read_span(text), None, "{text}");
        }
    }
}
