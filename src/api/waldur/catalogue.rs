//! What the messages of Django and its REST framework read in other languages.
//!
//! Taken from the message files of Django 4.2 and Django REST framework 3.15 (both under the BSD
//! licence). What is missing there is English in the original, too.

use super::language::Language;

/// Language, message and translation, a line each.
const MESSAGES: &str = include_str!("catalogue.tsv");

/// The message in a language; in English when it has no translation.
pub fn translate(language: Language, message: &str) -> &str {
    if language == Language::DEFAULT {
        return message;
    }
    let mut entries = MESSAGES.lines().filter_map(|line| {
        let (tag, rest) = line.split_once('\t')?;
        let (english, text) = rest.split_once('\t')?;
        (tag == language.tag() && english == message).then_some(text)
    });
    entries.next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::{Language, translate};

    #[test]
    fn translates_what_has_a_translation() {
        let estonian = Language::choose(Some("et"));
        let message = "Authentication credentials were not provided.";
        assert_eq!(
            translate(estonian, message),
            "Autentimistunnus on esitamata."
        );
        assert_eq!(
            translate(estonian, "Token has expired."),
            "Token has expired."
        );
        assert_eq!(translate(Language::DEFAULT, message), message);
    }
}
