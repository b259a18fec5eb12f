//! Bodies as they may be shown.

use super::markup;
use super::names::{MASK, end_of_first_secret_name, names_secret};
use super::target::without_secrets_of;
use super::text;
use std::borrow::Cow;
use std::ops::Range;

/// Bytes of a secret that is told from other words wherever it stands.
const LEAST_ALONE: usize = 4;

/// A body, or the beginning of one, without its secrets; nothing where it cannot be told what of it is one,
/// and some of it may well be (`is_sensitive`). What a service quotes of the request's target is masked,
/// too.
pub fn body<'b>(bytes: &'b [u8], target: &str, is_sensitive: bool) -> Option<Cow<'b, [u8]>> {
    let Some(text) = readable(bytes) else {
        return (!is_sensitive).then_some(Cow::Borrowed(bytes));
    };
    let is_markup = text.trim_start().starts_with('<');
    // A document type may give a secret another name.
    if is_markup && is_sensitive && text.contains("<!DOCTYPE") {
        return None;
    }
    let mut shown = Cow::Borrowed(text);
    if let Some(start) = end_of_what_is_safe(text, is_markup).filter(|_| is_sensitive) {
        shown = Cow::Owned([text.get(..start).unwrap_or_default(), MASK].concat());
    } else if may_hold_secrets(text) {
        let found = match is_markup {
            true => markup::secrets(text)
                .into_iter()
                .map(|range| (range, false))
                .collect(),
            false => text::secrets(text),
        };
        if !found.is_empty() {
            shown = Cow::Owned(masked(text, found));
        }
    }
    match without_secrets_of(target, shown) {
        Cow::Borrowed(_) => Some(Cow::Borrowed(bytes)),
        Cow::Owned(text) => Some(Cow::Owned(text.into_bytes())),
    }
}

/// What is said of a request, which may quote its target, and where it was refused (`refused`) its body as
/// well, without their secrets.
pub fn told<'w>(target: &str, refused: Option<&[u8]>, told: &'w str) -> Cow<'w, str> {
    let told = without_secrets_of(target, told);
    let secrets = refused.map(secrets_of_body).unwrap_or_default();
    match secrets.is_empty() {
        true => told,
        false => Cow::Owned(without(&secrets, &told)),
    }
}

/// The secrets of a body in JSON, as they stand there.
pub fn secrets_of_body(bytes: &[u8]) -> Vec<&str> {
    let text = readable(bytes).unwrap_or_default();
    let found = text::secrets(text).into_iter();
    found.filter_map(|(range, _)| text.get(range)).collect()
}

/// A text in which a service may quote these secrets. Short ones are too often something else where they
/// do not stand in quotes.
pub fn without(secrets: &[&str], text: &str) -> String {
    let mut shown = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        if secret.len() >= LEAST_ALONE {
            shown = shown.replace(secret, MASK);
            continue;
        }
        for quote in ['\'', '"'] {
            let quoted = |text| format!("{quote}{text}{quote}");
            shown = shown.replace(&quoted(*secret), &quoted(MASK));
        }
    }
    shown
}

/// A body that is text, but for a last character that was cut off. UTF-16 and its like are text, too, but
/// not to us.
fn readable(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// Where in a text that is not well formed nothing is safe to be shown any more: behind the first word that
/// names a secret, since a quote that is missing turns names into values, or at what may be such a word,
/// escaped. Nothing for a text that is well formed.
fn end_of_what_is_safe(text: &str, is_markup: bool) -> Option<usize> {
    let is_well_formed = match is_markup {
        true => markup::is_well_formed(text),
        false => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
    };
    if is_well_formed {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let escape = [lower.find("\\u"), lower.find('%'), lower.find("&#")];
    let word = end_of_first_secret_name(&lower);
    escape.into_iter().chain([word]).flatten().min()
}

/// Most bodies have no word in them that names a secret, and none that is escaped.
fn may_hold_secrets(text: &str) -> bool {
    text.contains("\\u") || text.contains('%') || names_secret(&text.to_ascii_lowercase())
}

fn masked(text: &str, found: Vec<(Range<usize>, bool)>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for (range, needs_quotes) in found {
        shown.push_str(text.get(from..range.start).unwrap_or_default());
        match needs_quotes {
            true => shown.extend(["\"", MASK, "\""]),
            false => shown.push_str(MASK),
        }
        from = range.end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::{body, told};

    #[test]
    fn what_is_told_of_a_refused_request_quotes_no_secret_of_any_shape() {
        for (asked, said, expected) in [
            (
                r#"{"auth": {"passwordCredentials": {"password": ["S3CRET"]}}}"#,
                "['S3CRET'] is not of type 'string'",
                "['***'] is not of type 'string'",
            ),
            (
                r#"{"auth": {"token": {"id": 12345}}}"#,
                "12345 is not of type 'string'",
                "*** is not of type 'string'",
            ),
            (
                r#"{"auth": {"tenantName": "demo"}}"#,
                "no project demo",
                "no project demo",
            ),
        ] {
            assert_eq!(told("/v2.0/tokens", Some(asked.as_bytes()), said), expected);
            assert_eq!(told("/v2.0/tokens", None, said), said);
        }
    }

    /// As a service shows it in whose bodies secrets are rare.
    fn shown(text: &str) -> String {
        let shown = body(text.as_bytes(), "/", false).unwrap();
        String::from_utf8(shown.into_owned()).unwrap()
    }

    #[test]
    fn secrets_in_json() {
        for (text, expected) in [
            (
                r#"{"auth": {"passwordCredentials": {"username": "a", "password": "S3"}}}"#,
                r#"{"auth": {"passwordCredentials": {"username": "a", "password": "***"}}}"#,
            ),
            (
                r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "u", "password": "S3\"S3"}}}}}"#,
                r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "u", "password": "***"}}}}}"#,
            ),
            (
                r#"{"auth": {"token": {"id": "S3"}, "tenantName": "t"}}"#,
                r#"{"auth": {"token": {"id": "***"}, "tenantName": "t"}}"#,
            ),
            (
                r#"{"token": {"id": ["S3", {"a": ["S3"]}], "a": "b"}}"#,
                r#"{"token": {"id": ["***", {"a": ["***"]}], "a": "b"}}"#,
            ),
            (
                r#"{"token": {"expires": "2026", "id": "S3", "tenant": {"id": "t"}}}"#,
                r#"{"token": {"expires": "2026", "id": "***", "tenant": {"id": "t"}}}"#,
            ),
            (
                r#"{"p\u0061ssword": 123, "a": [{"secret": ["S3", {"x": "S3"}]}]}"#,
                r#"{"p\u0061ssword": "***", "a": [{"secret": ["***", {"x": "***"}]}]}"#,
            ),
            (
                r#"{"password": {"wrong": "S3"}}"#,
                r#"{"password": {"wrong": "***"}}"#,
            ),
            (
                r#"{"password": null, "a": 1}"#,
                r#"{"password": null, "a": 1}"#,
            ),
            (r#"{"password": "S3 cut o"#, r#"{"password": "***"#),
            (r#"{"password": "S3\"#, r#"{"password": "***"#),
            (r#"{"password" "S3"}"#, r#"{"password" "***"}"#),
            (
                r#"{"password": "S3": "S3"}"#,
                r#"{"password": "***": "***"}"#,
            ),
            (
                "{'password': 'S3', 'a': 'b'}",
                "{'password': '***', 'a': 'b'}",
            ),
            ("{password: S3 S3}", "{password: \"***\" \"***\"}"),
            ("user=a&password=S3,}S3&x=y", "user=a&password=***&x=y"),
            ("p%61ssword=S3", "p%61ssword=***"),
            ("password=", "password="),
            (
                r#"{"images": [{"id": "i"}]}"#,
                r#"{"images": [{"id": "i"}]}"#,
            ),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn secrets_in_xml() {
        for (text, expected) in [
            (
                "<auth><passwordCredentials username=\"a\" password='S3'/></auth>",
                "<auth><passwordCredentials username=\"a\" password='***'/></auth>",
            ),
            (
                "<?xml version=\"1.0\"?><auth><k:token xmlns:k=\"u\" expires=\"e\" id = \"S3\"/><x id=\"x\"/></auth>",
                "<?xml version=\"1.0\"?><auth><k:token xmlns:k=\"u\" expires=\"e\" id = \"***\"/><x id=\"x\"/></auth>",
            ),
            (
                "<a><password>S3</password>b</a>",
                "<a><password>***</password>b</a>",
            ),
            (
                "<password><![CDATA[S3]]><b c=\"d\">S3</b></password>",
                "<password><![CDATA[***]]><b c=\"d\">***</b></password>",
            ),
            ("<a password=\"S3 cut", "<a password=\"***"),
            ("<a password=S3>x", "<a password=***>x"),
            ("<a password=\"S3\"<b", "<a password=\"***\"<b"),
            ("<a / =x>", "<a / =x>"),
            ("<password>S3", "<password>***"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    /// What a secret looks like, in pieces that nobody may see.
    const SECRET: &str = "S3CRETS3CRET";

    fn shows_secret(text: &str) -> bool {
        body(text.as_bytes(), "/", true)
            .is_some_and(|shown| String::from_utf8_lossy(&shown).contains("S3CRET"))
    }

    /// Clients send what is broken in any place; what is kept may end in any place.
    #[test]
    fn broken_bodies_show_no_secret_either() {
        for template in [
            r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "ada", "password": "@"}}}}}"#,
            r#"{"auth": {"tenantName": "web", "passwordCredentials": {"password": "@", "username": "ada"}}}"#,
            r#"{"a": 1, "auth": {"token": {"id": "@"}, "tenantName": "web"}}"#,
            r#"<auth tenantName="web"><passwordCredentials username="ada" password="@"/></auth>"#,
            r#"<auth><token expires="2026" id="@"/><password>@</password></auth>"#,
            "user=ada&password=@&tenant=web",
        ] {
            let text = template.replace('@', SECRET);
            for end in 0..text.len() {
                assert!(!shows_secret(&text[..end]), "{}", &text[..end]);
            }
            for place in 0..text.len() {
                if r#"{}[]:,"'=/"#.contains(&text[place..=place]) {
                    let broken = [&text[..place], &text[place + 1..]].concat();
                    assert!(!shows_secret(&broken), "{broken}");
                    let doubled = [&text[..=place], &text[place..]].concat();
                    assert!(!shows_secret(&doubled), "{doubled}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_shown_where_secrets_are_at_home() {
        let wide: Vec<u8> = "{\"password\": \"S3\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let declared = b"<!DOCTYPE a [<!ENTITY p \"S3\">]><a password=\"&p;\"/>";
        for bytes in [&wide, b"\xff\xfe".as_slice(), declared] {
            assert_eq!(body(bytes, "/", true), None);
        }
        assert!(body(&wide, "/", false).is_some());
        let (cut, shown) = (
            b"{\"name\": \"a\", \"password\": \"S3",
            b"{\"name\": \"a\", \"password***",
        );
        assert_eq!(body(cut, "/", true).unwrap(), shown.as_slice());
        // A character that was cut off at the end is no reason.
        assert!(body(b"{\"a\": \"\xc3", "/", true).is_some());
    }

    #[test]
    fn tokens_of_the_target_are_masked_where_they_are_quoted() {
        let text = b"{\"error\": {\"message\": \"Could not find token: S3\"}}";
        let shown = body(text, "/v2.0/tokens/S3", true).unwrap();
        assert_eq!(
            &*shown,
            b"{\"error\": {\"message\": \"Could not find token: ***\"}}"
        );
    }
}
