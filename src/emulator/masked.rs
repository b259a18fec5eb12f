//! Targets as they may stand in a log: without the tokens that clients put into them.

use crate::http::Head;
use std::borrow::Cow;

/// What stands in place of a secret.
const MASK: &str = "***";

/// The target of a request. Keystone v2.0 has tokens in its paths, and where it is not served its
/// clients ask all the same; some clients have them in queries.
pub fn shown_target(head: &Head) -> Cow<'_, str> {
    let path = shown_path(head);
    let query = head.raw_query();
    let names_secret = query.split('&').any(|pair| is_secret(name_of(pair)));
    match (path, names_secret) {
        (Cow::Borrowed(_), false) => Cow::Borrowed(head.target()),
        (path, _) if query.is_empty() => path,
        (path, _) => {
            let shown = query.split('&').map(shown_pair);
            Cow::Owned(format!("{path}?{}", shown.collect::<Vec<_>>().join("&")))
        }
    }
}

/// Compared decoded, so that an escape hides nothing from the mask.
fn shown_path(head: &Head) -> Cow<'_, str> {
    let raw = head.raw_path();
    let decoded = decode(raw);
    let mut parts = decoded.split('/');
    let mut shown = Vec::new();
    while let Some(part) = parts.next() {
        shown.push(part);
        let name = part.split(['.', ';']).next().unwrap_or_default();
        if name.trim().eq_ignore_ascii_case("tokens") && parts.next().is_some() {
            shown.push(MASK);
            return Cow::Owned(shown.join("/"));
        }
    }
    Cow::Borrowed(raw)
}

fn shown_pair(pair: &str) -> Cow<'_, str> {
    let name = name_of(pair);
    match is_secret(name) {
        true => Cow::Owned(format!("{name}={MASK}")),
        false => Cow::Borrowed(pair),
    }
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

fn is_secret(name: &str) -> bool {
    let name = decode(name).to_ascii_lowercase();
    ["token", "password", "secret"]
        .iter()
        .any(|word| name.contains(word))
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::shown_target;
    use crate::http::{Head, HeaderMap, Method, Origin, Place};

    #[test]
    fn a14_tokens_in_targets_are_masked() {
        for (target, shown) in [
            ("/v2/p/images?limit=2", "/v2/p/images?limit=2"),
            ("/v2.0/tokens", "/v2.0/tokens"),
            ("/v2.0/tokens/S3CRET", "/v2.0/tokens/***"),
            ("/v2.0/tokens/S3CRET/endpoints?a=b", "/v2.0/tokens/***?a=b"),
            (
                "/identity/v2.0/%74okens/S3CRET",
                "/identity/v2.0/tokens/***",
            ),
            ("/v2.0/tokens%2FS3CRET", "/v2.0/tokens/***"),
            ("/v2.0//tokens//S3CRET", "/v2.0//tokens/***"),
            ("/v3/auth/TOKENS/S3CRET", "/v3/auth/TOKENS/***"),
            (
                "/v2/p?x=1&X-Auth-Token=S3CRET",
                "/v2/p?x=1&X-Auth-Token=***",
            ),
            ("/v2/p?auth%5Ftoken=S3CRET", "/v2/p?auth%5Ftoken=***"),
        ] {
            let origin = Origin::of(
                &HeaderMap::new(),
                ([127, 0, 0, 1], 1).into(),
                Place::default(),
            );
            let head = Head::new(Method::GET, target, HeaderMap::new(), origin);
            assert_eq!(shown_target(&head), shown);
        }
    }
}
