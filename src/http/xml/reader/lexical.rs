//! Characters, names and attributes: the small rules of XML 1.0 that expat enforces and quick-xml
//! does not.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::BytesRef;
use quick_xml::events::attributes::Attribute;
use quick_xml::name::QName;

use super::error::XmlError;

const MALFORMED_ATTRIBUTE: XmlError = XmlError::Malformed("an attribute is malformed");

/// Checks that XML 1.0 allows every character; expat reads a declared 1.1 by the same rule.
pub(super) fn check_characters(text: &str) -> Result<(), XmlError> {
    if text.contains(is_forbidden) {
        return Err(XmlError::Malformed("a character is not allowed in XML"));
    }
    Ok(())
}

/// Tells whether the byte is white space in markup.
pub(super) fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Checks a name, and its prefix if it has one.
pub(super) fn check_name(name: &str) -> Result<(), XmlError> {
    if name.splitn(2, ':').all(is_plain_name) {
        Ok(())
    } else {
        Err(XmlError::Malformed("a name is malformed"))
    }
}

/// Splits `a="1" b='2'`, as it stands after a tag's name, into names and raw values.
pub(super) fn split_attributes(raw: &str) -> Result<Vec<(&str, &str)>, XmlError> {
    let mut attributes = Vec::new();
    let mut rest = raw;
    loop {
        let start = skip_white_space(rest);
        if start.is_empty() {
            return Ok(attributes);
        }
        // Each attribute needs white space before it, also after a closing quote.
        if start.len() == rest.len() {
            return Err(MALFORMED_ATTRIBUTE);
        }
        let (name, after) = start.split_once('=').ok_or(MALFORMED_ATTRIBUTE)?;
        let after = skip_white_space(after);
        let quote = after.chars().next().filter(|ch| matches!(ch, '"' | '\''));
        let quote = quote.ok_or(MALFORMED_ATTRIBUTE)?;
        let (value, after) = after
            .strip_prefix(quote)
            .and_then(|after| after.split_once(quote))
            .ok_or(MALFORMED_ATTRIBUTE)?;
        attributes.push((trim_end(name), value));
        rest = after;
    }
}

/// Resolves the references in a raw attribute value and makes each literal white space a blank.
pub(super) fn normalise_value(raw: &str) -> Result<String, XmlError> {
    if raw.contains('<') {
        return Err(XmlError::Malformed("an attribute value holds a <"));
    }
    let attribute = Attribute {
        key: QName(""),
        value: Cow::Borrowed(raw),
    };
    let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
    check_characters(&value)?;
    Ok(value.into_owned())
}

/// Resolves what stands between `&` and `;`: a character or one of the five predefined entities.
pub(super) fn resolve_reference(reference: &BytesRef<'_>) -> Result<String, XmlError> {
    let text = match reference.resolve_char_ref()? {
        Some(character) => character.to_string(),
        None => resolve_xml_entity(reference)
            .ok_or(XmlError::Malformed("an entity is not defined"))?
            .to_owned(),
    };
    check_characters(&text)?;
    Ok(text)
}

/// Tells whether a text is a name without a colon.
pub(super) fn is_plain_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

fn is_forbidden(ch: char) -> bool {
    matches!(ch, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn skip_white_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\n', '\r'])
}

// The ranges of XML 1.0, fifth edition, but for U+FEFF and what lies beyond the BMP: expat's are
// those of the fourth edition, which has neither and is a little narrower elsewhere too.
fn starts_name(ch: char) -> bool {
    matches!(ch,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fefe}' | '\u{ff00}'..='\u{ffef}')
}

fn continues_name(ch: char) -> bool {
    starts_name(ch)
        || matches!(ch,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names() {
        for name in ["a.b-1", "n:key", "éд·"] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
        for name in [
            "", ":", "a:", ":a", "a:b:c", "1a", "a:1", "-a", "a b", "a/", "\u{feff}", "a😀",
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn attributes() {
        let attributes = split_attributes(" a=\"1\"\n b = '\"' ").unwrap();
        assert_eq!(attributes, [("a", "1"), ("b", "\"")]);
        assert!(split_attributes("  ").unwrap().is_empty());
        for raw in [
            "a='1'",
            " a='1'b='2'",
            " a=1",
            " a",
            " a='1",
            " a=",
            " a='1'/",
        ] {
            assert!(split_attributes(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn values() {
        let value = normalise_value("x&#10;y\t\n\r\nz&#xd;&lt;&quot;'>&amp;lt;").unwrap();
        assert_eq!(value, "x\ny   z\r<\"'>&lt;");
        for raw in [
            "<", "&", "& ", "&amp", "&nope;", "a&&amp;", "&#1;", "&#X41;", "&#xFFFF;",
        ] {
            assert!(normalise_value(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn references() {
        let resolve = |name| resolve_reference(&BytesRef::new(name));
        assert_eq!(resolve("#000000000000065").unwrap(), "A");
        assert_eq!(resolve("#x1F600").unwrap(), "😀");
        assert_eq!(resolve("amp").unwrap(), "&");
        for name in [
            "",
            "#",
            "#x",
            "#X41",
            "#1",
            "#xFFFE",
            "#xD800",
            "#x110000",
            "#+65",
            "#-1",
            "amp ",
            "#99999999999999999999",
            "AMP",
        ] {
            assert!(resolve(name).is_err(), "{name:?}");
        }
    }
}
