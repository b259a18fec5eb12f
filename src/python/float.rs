//! The text of a Python `float`.
//!
//! Rust and Python agree on the digits (the fewest that read back as the same double) but not on
//! when an exponent is written nor on its form, so the digits are taken from Rust and laid out by
//! `PyOS_double_to_string`'s rule.

/// Returns Python's `repr(float)`, which is also Python 3's `str(float)`.
pub(super) fn repr(value: f64) -> String {
    non_finite(value).unwrap_or_else(|| lay_out(&shortest(value), 16))
}

/// Returns Python 2.7's `str(float)`: at most 12 significant digits.
pub(super) fn str_python2(value: f64) -> String {
    non_finite(value).unwrap_or_else(|| lay_out(&format!("{value:.11e}"), 12))
}

/// Returns the fewest digits that read back as the value, in Rust's exponent form.
fn shortest(value: f64) -> String {
    let text = format!("{value:e}");
    let mantissa = text
        .split_once('e')
        .map_or(text.as_str(), |(mantissa, _)| mantissa);
    let decimals = mantissa
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    // Where two such texts are equally near, as for 775442999282858.25, Rust takes the upper one
    // and Python the even one. Only texts of 16 digits or more can be that near.
    if decimals < 15 {
        return text;
    }
    let even = format!("{value:.decimals$e}");
    if even.parse() == Ok(value) {
        even
    } else {
        text
    }
}

fn non_finite(value: f64) -> Option<String> {
    if value.is_nan() {
        Some("nan".to_owned())
    } else if value.is_infinite() {
        Some(if value > 0.0 { "inf" } else { "-inf" }.to_owned())
    } else {
        None
    }
}

/// Rewrites Rust's `-1.25e-7` as Python would.
///
/// The exponent form is used below 1e-4 and from 10 to the power of `limit` on.
fn lay_out(scientific: &str, limit: i32) -> String {
    let (sign, unsigned) = match scientific.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", scientific),
    };
    let (mantissa, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');

    if !(-4..limit).contains(&exponent) {
        let point = if fraction.is_empty() { "" } else { "." };
        let (direction, size) = (if exponent < 0 { '-' } else { '+' }, exponent.abs());
        return format!("{sign}{whole}{point}{fraction}e{direction}{size:02}");
    }
    let Ok(shift) = usize::try_from(exponent) else {
        let zeros = "0".repeat(usize::try_from(-1 - exponent).unwrap_or(0));
        return format!("{sign}0.{zeros}{whole}{fraction}");
    };
    match fraction.split_at_checked(shift) {
        Some((moved, left)) if !left.is_empty() => format!("{sign}{whole}{moved}.{left}"),
        _ => format!("{sign}{whole}{fraction:0<shift$}.0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_follows_python() {
        for (value, text) in [
            (1.0, "1.0"),
            (1.5, "1.5"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (100.0, "100.0"),
            (123_456.75, "123456.75"),
            (0.0001, "0.0001"),
            (0.000_123, "0.000123"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1_234_567_890_123_456.7, "1234567890123456.8"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (1e22, "1e+22"),
            (775_442_999_282_858.0 + 0.25, "775442999282858.2"),
            (775_442_999_282_858.0 + 0.75, "775442999282858.8"),
            (-1.25e-7, "-1.25e-07"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(repr(value), text);
        }
    }

    #[test]
    fn python2_str_has_twelve_digits() {
        for (value, text) in [
            (1.5, "1.5"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333333333"),
            (123_456_789_012.0, "123456789012.0"),
            (1_234_567_890_123.0, "1.23456789012e+12"),
            (1e11, "100000000000.0"),
            (100_000_000_000.5, "100000000000.0"),
            (100_000_000_001.5, "100000000002.0"),
            (1e12, "1e+12"),
            (0.00001, "1e-05"),
            (999_999_999_999.9, "1e+12"),
            (-0.0, "-0.0"),
        ] {
            assert_eq!(str_python2(value), text);
        }
    }
}
