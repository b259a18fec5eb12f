//! Upper case as a database in the collation C.UTF-8 makes it: one character to one.

/// The upper-case form of a text in which every character stays one character: `ß` and `İ` are
/// themselves, `ς` is `Σ`, `ı` is `I`.
pub fn upper(text: &str) -> String {
    text.chars().map(upper_letter).collect()
}

fn upper_letter(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => match with_iota_subscript(letter) {
            Some(title) => title,
            None => letter,
        },
    }
}

/// Greek letters with a subscribed iota have a title form that is one character; their full upper
/// case is two.
fn with_iota_subscript(letter: char) -> Option<char> {
    let code = u32::from(letter);
    let title = match code {
        0x1F80..=0x1F87 | 0x1F90..=0x1F97 | 0x1FA0..=0x1FA7 => code + 8,
        0x1FB3 | 0x1FC3 | 0x1FF3 => code + 9,
        _ => return None,
    };
    char::from_u32(title)
}

#[cfg(test)]
mod tests {
    use super::upper;

    #[test]
    fn one_character_stays_one() {
        for (text, expected) in [
            ("straße", "STRAßE"),
            ("ünïcode", "ÜNÏCODE"),
            ("σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("ısı İ", "ISI İ"),
            ("ſ", "S"),
            ("ᾳ", "ᾼ"),
            ("ﬁ", "ﬁ"),
        ] {
            assert_eq!(upper(text), expected);
        }
    }
}
