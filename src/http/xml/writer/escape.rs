//! The escaping of text and attribute values, as lxml and minidom do it.
//!
//! Bytes that stand for themselves are copied in runs: an answer of a thousand images is mostly
//! such bytes.

/// Where a text stands; the discriminants are bits of [`CLASSES`].
#[derive(Clone, Copy)]
pub(super) enum Place {
    Text = 1,
    MinidomText = 2,
    Attribute = 4,
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

const EVERYWHERE: u8 = Place::Text as u8 | Place::MinidomText as u8 | Place::Attribute as u8;

/// For every byte the places in which it must be looked at.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        classes[control] = EVERYWHERE;
        control += 1;
    }
    classes[b'&' as usize] = EVERYWHERE;
    classes[b'<' as usize] = EVERYWHERE;
    classes[b'>' as usize] = EVERYWHERE;
    classes[b'"' as usize] = Place::MinidomText as u8 | Place::Attribute as u8;
    classes[b'\t' as usize] = Place::Attribute as u8;
    classes[b'\n' as usize] = Place::Attribute as u8;
    // minidom writes a carriage return as it is.
    classes[b'\r' as usize] = Place::Text as u8 | Place::Attribute as u8;
    // The first byte of U+FFFE and U+FFFF, among others.
    classes[0xef] = EVERYWHERE;
    classes
};

/// Appends a text, escaped; returns the first character XML forbids, each being written as U+FFFD.
pub(super) fn write(text: &str, place: Place, out: &mut Vec<u8>) -> Option<char> {
    let mut forbidden = None;
    let mut rest = text.as_bytes();
    // The place in `rest` from which on nothing was looked at yet.
    let mut position = 0;
    while let Some((run, special)) = split_at_special(rest, position, place) {
        let (replacement, length): (&[u8], usize) = match special {
            [b'&', ..] => (b"&amp;", 1),
            [b'<', ..] => (b"&lt;", 1),
            [b'>', ..] => (b"&gt;", 1),
            [b'"', ..] => (b"&quot;", 1),
            [b'\t', ..] => (b"&#9;", 1),
            [b'\n', ..] => (b"&#10;", 1),
            [b'\r', ..] => (b"&#13;", 1),
            [0xef, 0xbf, 0xbe, ..] => {
                forbidden.get_or_insert('\u{fffe}');
                (REPLACEMENT, 3)
            }
            [0xef, 0xbf, 0xbf, ..] => {
                forbidden.get_or_insert('\u{ffff}');
                (REPLACEMENT, 3)
            }
            // A character like any other, whose first byte is that of U+FFFE.
            [0xef, ..] => {
                position = run.len() + 1;
                continue;
            }
            [control, ..] => {
                forbidden.get_or_insert(char::from(*control));
                (REPLACEMENT, 1)
            }
            [] => break,
        };
        out.extend_from_slice(run);
        out.extend_from_slice(replacement);
        rest = special.get(length..).unwrap_or_default();
        position = 0;
    }
    out.extend_from_slice(rest);
    forbidden
}

fn split_at_special(bytes: &[u8], from: usize, place: Place) -> Option<(&[u8], &[u8])> {
    let is_special = |byte: &u8| CLASSES[usize::from(*byte)] & place as u8 != 0;
    let offset = bytes.get(from..)?.iter().position(is_special)?;
    bytes.split_at_checked(from + offset)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn written(text: &str, place: Place) -> (String, Option<char>) {
        let mut out = Vec::new();
        let forbidden = write(text, place, &mut out);
        (String::from_utf8(out).unwrap(), forbidden)
    }

    #[test]
    fn every_place_has_its_escapes() {
        let text = "a\t\n\r\"'&<>ü\u{fffd}\u{f000}";
        for (place, expected) in [
            (Place::Text, "a\t\n&#13;\"'&amp;&lt;&gt;ü\u{fffd}\u{f000}"),
            (
                Place::MinidomText,
                "a\t\n\r&quot;'&amp;&lt;&gt;ü\u{fffd}\u{f000}",
            ),
            (
                Place::Attribute,
                "a&#9;&#10;&#13;&quot;'&amp;&lt;&gt;ü\u{fffd}\u{f000}",
            ),
        ] {
            assert_eq!(written(text, place), (expected.to_owned(), None));
        }
    }

    #[test]
    fn the_first_forbidden_character_is_told() {
        for place in [Place::Text, Place::MinidomText, Place::Attribute] {
            let (text, forbidden) = written("\u{f000}\u{ffff}x\u{1}\u{fffe}", place);
            assert_eq!(text, "\u{f000}\u{fffd}x\u{fffd}\u{fffd}");
            assert_eq!(forbidden, Some('\u{ffff}'));
        }
    }

    #[test]
    fn minidom_escapes_as_recorded() {
        // Juno, recordings 415 and 629.
        for (text, expected) in [
            (
                "made to \"*\" every minute.",
                "made to &quot;*&quot; every minute.",
            ),
            (
                "<h1>400 Bad Request</h1>\n  Invalid disk format 'None'<br />",
                "&lt;h1&gt;400 Bad Request&lt;/h1&gt;\n  Invalid disk format 'None'&lt;br /&gt;",
            ),
        ] {
            assert_eq!(written(text, Place::MinidomText).0, expected);
        }
    }
}
