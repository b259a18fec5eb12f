//! Targets as they may be shown: without the tokens that clients put into them.

use super::names::{MASK, is_secret};
use std::borrow::Cow;

/// The path of a target in origin form.
pub fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}

/// The target of a request. Keystone v2.0 has tokens in its paths, and where it is not served its
/// clients ask all the same; some clients have them in queries.
#[must_use]
pub fn shown_target(target: &str) -> Cow<'_, str> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = shown_path(path);
    let names_secret = query.split('&').any(|pair| is_secret_name(name_of(pair)));
    match (path, names_secret) {
        (Cow::Borrowed(_), false) => Cow::Borrowed(target),
        (path, _) if query.is_empty() => path,
        (path, _) => {
            let shown = query.split('&').map(shown_pair);
            Cow::Owned(format!("{path}?{}", shown.collect::<Vec<_>>().join("&")))
        }
    }
}

/// Compared decoded, so that an escape hides nothing from the mask.
pub fn shown_path(raw: &str) -> Cow<'_, str> {
    let decoded = decode(raw);
    match token_in(&decoded) {
        Some((in_front, _)) => Cow::Owned(format!("{in_front}/{MASK}")),
        None => Cow::Borrowed(raw),
    }
}

/// A text in which the secrets of a target may stand, since services quote what they were asked for.
pub fn without_secrets_of<'t>(target: &str, text: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
    let mut text = text.into();
    for secret in secrets_of(target) {
        if !secret.is_empty() && text.contains(&secret) {
            text = Cow::Owned(text.replace(&secret, MASK));
        }
    }
    text
}

/// What is masked in a target, as it came and decoded.
fn secrets_of(target: &str) -> Vec<String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut secrets = Vec::new();
    let decoded = decode(path);
    if let Some((_, token)) = token_in(&decoded) {
        secrets.push(token.to_owned());
        // A service may take only a part of it for the token.
        secrets.extend(token.split('/').next().map(str::to_owned));
    }
    for pair in query
        .split('&')
        .filter(|pair| is_secret_name(name_of(pair)))
    {
        let value = pair.split_once('=').map_or("", |(_, value)| value);
        secrets.push(decode(value).into_owned());
        secrets.push(value.to_owned());
    }
    secrets
}

/// A token in a decoded path, and the path in front of it.
fn token_in(path: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    for part in path.split('/') {
        let end = from + part.len();
        let name = part.split(['.', ';']).next().unwrap_or_default();
        if name.trim().eq_ignore_ascii_case("tokens") {
            // Several slashes are one.
            let rest = path.get(end..)?;
            let token = rest.trim_start_matches('/');
            let follows = token.len() < rest.len();
            return follows.then_some((path.get(..end)?, token));
        }
        from = end + 1;
    }
    None
}

fn shown_pair(pair: &str) -> Cow<'_, str> {
    let name = name_of(pair);
    match is_secret_name(name) {
        true => Cow::Owned(format!("{name}={MASK}")),
        false => Cow::Borrowed(pair),
    }
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

fn is_secret_name(name: &str) -> bool {
    is_secret(&decode(name))
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::{shown_target, without_secrets_of};

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
            assert_eq!(shown_target(target), shown);
        }
    }

    #[test]
    fn what_quotes_a_token_of_the_target_is_masked() {
        for (target, text, shown) in [
            ("/v2.0/tokens/S3CRET/endpoints", "none: S3CRET", "none: ***"),
            ("/v2.0/tokens/S3%43RET", "none: S3CRET", "none: ***"),
            ("/v2?token=a%20b", "a b, a%20b", "***, ***"),
            ("/v2?token=", "nothing", "nothing"),
            ("/v2/p/images", "p", "p"),
        ] {
            assert_eq!(without_secrets_of(target, text), shown);
        }
    }
}
