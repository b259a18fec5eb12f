//! The language of an answer (`django.utils.translation`, settings of waldur-mastermind).

use crate::http::accept::qvalue;
use crate::python::is_space;

/// `LANGUAGES` of Waldur's base settings; the first is the default.
const LANGUAGES: [&str; 14] = [
    "en", "et", "lt", "lv", "ru", "it", "de", "da", "sv", "es", "fr", "nb", "ar", "cs",
];

/// Longer headers are not looked at past this many characters (`ACCEPT_LANGUAGE_HEADER_MAX_LENGTH`).
const LONGEST_HEADER: usize = 500;

/// A language that Waldur speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(&'static str);

impl Language {
    /// English.
    pub const DEFAULT: Self = Self(LANGUAGES[0]);

    /// The first of the header's languages, by weight, that Waldur speaks.
    pub fn choose(header: Option<&str>) -> Self {
        let mut wanted = header.and_then(parse).unwrap_or_default();
        wanted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        for (tag, _) in &wanted {
            if tag == "*" {
                break;
            }
            let generic = tag.split('-').next().unwrap_or_default();
            if let Some(known) = LANGUAGES.iter().find(|known| **known == generic) {
                return Self(known);
            }
        }
        Self::DEFAULT
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        self.0
    }
}

/// The entries of the header with their weights; nothing when any of it is malformed.
fn parse(header: &str) -> Option<Vec<(String, f64)>> {
    let header: String = header.chars().take(LONGEST_HEADER).collect();
    let header = header.to_lowercase();
    if header.is_empty() {
        return None;
    }
    let mut entries = Vec::new();
    let parts: Vec<&str> = header.split(',').collect();
    let last = parts.len() - 1;
    for (place, part) in parts.into_iter().enumerate() {
        let (tag, weight) = match part.split_once(';') {
            Some((tag, weight)) => (tag, Some(weight)),
            None => (part, None),
        };
        // Blanks may stand around commas and semicolons, but not at the ends of the header.
        let mut tag = tag;
        if place > 0 {
            tag = tag.trim_start_matches(is_space);
        }
        if place < last || weight.is_some() {
            tag = tag.trim_end_matches(is_space);
        }
        if tag.is_empty() && place == last && place > 0 && weight.is_none() {
            break;
        }
        if !is_tag(tag) {
            return None;
        }
        let weight = match weight {
            Some(mut weight) => {
                if place < last {
                    weight = weight.trim_end_matches(is_space);
                }
                let weight = weight.trim_start_matches(is_space).strip_prefix("q=")?;
                qvalue(weight)?
            }
            None => 1.0,
        };
        entries.push((tag.to_owned(), weight));
    }
    Some(entries)
}

fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_part = |part: &str, known: fn(&u8) -> bool| {
        (1..=8).contains(&part.len()) && part.as_bytes().iter().all(known)
    };
    tag == "*"
        || (parts
            .next()
            .is_some_and(|first| is_part(first, u8::is_ascii_alphabetic))
            && parts.all(|part| is_part(part, u8::is_ascii_alphanumeric)))
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn chooses_as_django_does() {
        for (header, tag) in [
            ("", "en"),
            ("et", "et"),
            ("ET", "et"),
            ("en-GB", "en"),
            ("de-AT", "de"),
            ("xx", "en"),
            ("xx, fr;q=0.5", "fr"),
            ("fr;q=0.5, de;q=0.8", "de"),
            ("fr;q=0", "fr"),
            ("*, de;q=0.5", "en"),
            ("de;q=2", "en"),
            ("de de", "en"),
            ("de,", "de"),
        ] {
            assert_eq!(Language::choose(Some(header)).tag(), tag, "{header:?}");
        }
        assert_eq!(Language::choose(None).tag(), "en");
    }
}
