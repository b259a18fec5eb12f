//! Names, attributes, references and the like: the small rules of XML 1.0 that expat enforces.
//!
//! Every function takes a piece of markup whose line ends are normalised and whose characters are
//! all allowed in XML.

use super::XmlError;

const MALFORMED_ATTRIBUTE: XmlError = XmlError::Malformed("an attribute is malformed");

/// Tells whether XML 1.0 allows the character; expat reads a declared 1.1 by the same rule.
pub(super) fn is_character(ch: char) -> bool {
    !matches!(ch, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Tells whether the byte is white space in markup.
pub(super) fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Splits a name into its prefix and its local part, and checks both.
pub(super) fn split_name(name: &str) -> Result<(Option<&str>, &str), XmlError> {
    let (prefix, local_name) = match name.split_once(':') {
        Some((prefix, local_name)) => (Some(prefix), local_name),
        None => (None, name),
    };
    if is_plain_name(local_name) && prefix.is_none_or(is_plain_name) {
        Ok((prefix, local_name))
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
    let mut pieces = raw.split('&');
    let mut value = blanks(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, text) = piece
            .split_once(';')
            .ok_or(XmlError::Malformed("a reference is not closed"))?;
        // A referenced tab or line end stays what it is; only literal ones become blanks.
        value.push(resolve_reference(name)?);
        value.push_str(&blanks(text));
    }
    Ok(value)
}

/// Resolves what stands between `&` and `;`: a character or one of the five predefined entities.
pub(super) fn resolve_reference(name: &str) -> Result<char, XmlError> {
    let code = match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => read_code(digits, 16),
            (None, Some(digits)) => read_code(digits, 10),
            (None, None) => return Err(XmlError::Malformed("an entity is not defined")),
        },
    };
    code.and_then(char::from_u32)
        .filter(|ch| is_character(*ch))
        .ok_or(XmlError::Malformed("a character reference is not valid"))
}

/// Checks what stands between `<!--` and `-->`.
pub(super) fn check_comment(text: &str) -> Result<(), XmlError> {
    if text.contains("--") || text.ends_with('-') {
        return Err(XmlError::Malformed("a comment holds two hyphens"));
    }
    Ok(())
}

/// Checks what stands between `<?` and `?>`.
pub(super) fn check_instruction(text: &str) -> Result<(), XmlError> {
    let target = text.split([' ', '\t', '\n']).next().unwrap_or_default();
    if is_plain_name(target) && !target.eq_ignore_ascii_case("xml") {
        Ok(())
    } else {
        Err(XmlError::Malformed(
            "a processing instruction has no proper target",
        ))
    }
}

fn skip_white_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\n', '\r'])
}

fn blanks(text: &str) -> String {
    text.replace(['\t', '\n'], " ")
}

fn read_code(digits: &str, radix: u32) -> Option<u32> {
    // `from_str_radix` takes a sign as well.
    if digits.chars().all(|ch| ch.is_digit(radix)) {
        u32::from_str_radix(digits, radix).ok()
    } else {
        None
    }
}

/// Tells whether a text is a name without a colon.
fn is_plain_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
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
        assert_eq!(split_name("a.b-1").unwrap(), (None, "a.b-1"));
        assert_eq!(split_name("n:key").unwrap(), (Some("n"), "key"));
        assert_eq!(split_name("éд·").unwrap(), (None, "éд·"));
        for name in [
            "", ":", "a:", ":a", "a:b:c", "1a", "a:1", "-a", "a b", "a/", "\u{feff}", "a😀",
        ] {
            assert!(split_name(name).is_err(), "{name:?}");
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
        let value = normalise_value("x&#10;y\t\nz&#xd;&lt;&quot;'>").unwrap();
        assert_eq!(value, "x\ny  z\r<\"'>");
        for raw in ["<", "&", "& ", "&amp", "&nope;", "a&&amp;"] {
            assert!(normalise_value(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn references() {
        assert_eq!(resolve_reference("#000000000000065").unwrap(), 'A');
        assert_eq!(resolve_reference("#x1F600").unwrap(), '😀');
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
            assert!(resolve_reference(name).is_err(), "{name:?}");
        }
    }
}
