//! Numbers and UUIDs as Python reads them from text.

use super::text::is_space;

/// Most digits that Python turns into an integer (`sys.int_info.default_max_str_digits`).
const MOST_DIGITS: usize = 4300;

/// The digit zero of every script that counts in tens (Unicode's category Nd).
const ZEROS: [u32; 66] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// `int(text)`; a number beyond the range of `i64` is its end.
#[must_use]
pub fn int(text: &str) -> Option<i64> {
    let text = ascii(text);
    let (negative, digits) = sign(text.trim_matches(is_c_space));
    let digits = digits_of(digits, 10)?;
    if digits.len() > MOST_DIGITS {
        return None;
    }
    let size = digits.iter().fold(0_i64, |number, digit| {
        number.saturating_mul(10).saturating_add(i64::from(*digit))
    });
    Some(if negative { -size } else { size })
}

/// `uuid.UUID(text).hex`: 32 characters that read as a number of base 16, once the prefixes,
/// dashes and outer braces are gone.
#[must_use]
pub fn uuid(text: &str) -> Option<String> {
    let bare = text.replace("urn:", "").replace("uuid:", "");
    let bare = bare.trim_matches(['{', '}']).replace('-', "");
    if bare.chars().count() != 32 {
        return None;
    }
    let ascii = ascii(&bare);
    let (_, digits) = sign(ascii.trim_matches(is_c_space));
    let prefix = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let digits = match prefix {
        // One underscore may follow the prefix.
        Some(rest) => digits_of(rest.strip_prefix('_').unwrap_or(rest), 16)?,
        None => digits_of(digits, 16)?,
    };
    let number = digits
        .iter()
        .fold(0_u128, |number, digit| (number << 4) | u128::from(*digit));
    Some(format!("{number:032x}"))
}

/// What Python makes of a text before it looks for a number: digits of all scripts are ASCII's,
/// blanks of all kinds are a blank. A text that is all ASCII stays as it is.
fn ascii(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.chars()
        .map(|letter| match decimal(letter) {
            _ if letter.is_ascii() => letter,
            Some(digit) => char::from_digit(digit, 10).unwrap_or('?'),
            None if is_space(letter) => ' ',
            None => '?',
        })
        .collect()
}

fn decimal(letter: char) -> Option<u32> {
    let code = u32::from(letter);
    let zero = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    ZEROS
        .get(zero)
        .map(|zero| code - zero)
        .filter(|digit| *digit < 10)
}

/// C's `isspace`, which is what `int` strips by.
fn is_c_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t'..='\r')
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits, single underscores between them left out.
fn digits_of(text: &str, base: u32) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(text.len());
    let mut after_digit = false;
    for letter in text.chars() {
        if letter == '_' && after_digit {
            after_digit = false;
            continue;
        }
        digits.push(u8::try_from(letter.to_digit(base)?).ok()?);
        after_digit = true;
    }
    after_digit.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::{int, uuid};

    #[test]
    fn integers() {
        for (text, number) in [
            ("2", Some(2)),
            ("+2", Some(2)),
            (" 2\u{2003}", Some(2)),
            ("02", Some(2)),
            ("1_0", Some(10)),
            ("٢", Some(2)),
            ("-0", Some(0)),
            ("-5", Some(-5)),
            ("99999999999999999999999", Some(i64::MAX)),
            ("", None),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("+ 1", None),
            ("\x1c1", None),
            ("2.0", None),
            ("1e0", None),
            ("0x1", None),
            ("②", None),
            ("1\0", None),
        ] {
            assert_eq!(int(text), number, "{text:?}");
        }
        assert_eq!(int(&"1".repeat(4301)), None);
    }

    #[test]
    fn uuids() {
        let plain = "7e7a7711000000000000000000000002";
        for text in [
            "7e7a7711000000000000000000000002",
            "7E7A7711-0000-0000-0000-000000000002",
            "{{7e7a7711000000000000000000000002",
            "urn:uuid:7e7-a7711000000000000--000000000002",
            "７e7a7711000000000000000000000002",
        ] {
            assert_eq!(uuid(text).as_deref(), Some(plain), "{text:?}");
        }
        assert_eq!(
            uuid("0x7a7711000000000000000000000002").as_deref(),
            Some("007a7711000000000000000000000002")
        );
        assert_eq!(
            uuid("7e7a771100_000000000000000000002").as_deref(),
            Some("07e7a771100000000000000000000002")
        );
        for text in [
            "",
            "abc",
            "URN:UUID:7e7a7711000000000000000000000002",
            "7e7a7711 00000000000000000000002",
            "7e7a77110000000000000000000000020",
            "ge7a7711000000000000000000000002",
        ] {
            assert_eq!(uuid(text), None, "{text:?}");
        }
    }
}
