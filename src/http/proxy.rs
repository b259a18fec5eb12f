//! What a proxy does to messages: which headers it hands on, which target it asks behind, and where a
//! link leads once another server stands in front.

use super::escape::quote;
use super::{Head, HeaderMap, Reply, StatusCode, header_text};
use crate::python::unquote;
use bytes::Bytes;

/// Of one connection only, whoever sends them (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a request says of its way to this server, and what the way on has words of its own for. Bodies
/// are asked for as they are, since links in them are read.
const OF_THE_WAY_HERE: [&str; 9] = [
    "accept-encoding",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
];

/// What an answer says of its own way, or of the host that it comes from.
const OF_THE_WAY_BACK: [&str; 5] = [
    "alt-svc",
    "content-length",
    "content-type",
    "date",
    "strict-transport-security",
];

/// The headers of a request that go on to the server behind.
#[must_use]
pub fn request_headers(headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if !is_left(headers, name.as_str(), &OF_THE_WAY_HERE) {
            passed.append(name, value.clone());
        }
    }
    passed
}

/// The headers of an answer that go back to the client, but for the type of its body. What is no text
/// is left out.
fn reply_headers(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(move |(name, value)| {
        let name = name.as_str();
        let value = std::str::from_utf8(value.as_bytes()).ok()?;
        (!is_left(headers, name, &OF_THE_WAY_BACK)).then_some((name, value))
    })
}

/// What the server behind answered, with this body. `led` gives headers the value that they have here; those
/// that it has no word on stay as they are.
pub fn reply(
    status: StatusCode,
    headers: &HeaderMap,
    body: Bytes,
    led: impl Fn(&str, &str) -> Option<String>,
) -> Reply {
    let content_type = header_text(headers, "content-type").map(str::to_owned);
    let mut reply = match (content_type, body.is_empty()) {
        (Some(content_type), _) => Reply::new(status, content_type, body),
        (None, true) => Reply::empty(status),
        (None, false) => Reply::new(status, "application/octet-stream", body),
    };
    for (name, value) in reply_headers(headers) {
        let value = led(name, value).unwrap_or_else(|| value.to_owned());
        reply = reply.with(name.to_owned(), value);
    }
    reply
}

fn is_left(headers: &HeaderMap, name: &str, of_the_way: &[&str]) -> bool {
    HOP_BY_HOP.contains(&name) || of_the_way.contains(&name) || is_named(headers, name)
}

/// Whether `Connection` says that a header is meant for the next server alone.
fn is_named(headers: &HeaderMap, name: &str) -> bool {
    let options = headers.get_all("connection").iter();
    let options = options.filter_map(|value| value.to_str().ok());
    let mut options = options.flat_map(|list| list.split(','));
    options.any(|option| option.trim().eq_ignore_ascii_case(name))
}

/// The path and query of a request behind the mount of its service, as they came.
///
/// Nothing when the path climbs (`..`), which would lead out of the service that stands behind.
#[must_use]
pub fn target(head: &Head) -> Option<String> {
    let path = head.path();
    if path.iter().any(|part| part == "." || part == "..") {
        return None;
    }
    let mut target = match head.prefix().strip_prefix('/') {
        None => head.raw_path().to_owned(),
        Some(prefix) => match behind(head.raw_path(), prefix) {
            Some(rest) => rest.to_owned(),
            // An escaped slash, which counts as one.
            None => path.iter().fold(String::new(), |path, part| {
                [path.as_str(), "/", &quote(part)].concat()
            }),
        },
    };
    if !target.starts_with('/') {
        target.insert(0, '/');
    }
    if !head.raw_query().is_empty() {
        target.push('?');
        target.push_str(head.raw_query());
    }
    Some(target)
}

/// What follows the first part of a path, when that is a name.
fn behind<'p>(raw: &'p str, name: &str) -> Option<&'p str> {
    let path = raw.trim_start_matches('/');
    let end = path.find('/').unwrap_or(path.len());
    let (first, rest) = path.split_at(end);
    (*unquote(first) == *name.as_bytes()).then_some(rest)
}

/// The path of an absolute `http` or `https` URL, with all that follows it; nothing of another text.
#[must_use]
pub fn path_of(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (is_web && end > 0).then(|| rest.get(end..).unwrap_or_default())
}

/// A path from the first part on that is one of these names; nothing where none is.
#[must_use]
pub fn from_part<'p>(path: &'p str, names: &[&str]) -> Option<&'p str> {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let mut at = 0_usize;
    for part in path.get(..end)?.split('/') {
        if names.contains(&part) {
            // Every part but the first has a slash in front.
            return path.get(at.checked_sub(1)?..);
        }
        at += part.len() + 1;
    }
    None
}

/// Whether a type of a body, or the lack of one, says that it is JSON.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    let header = header_text(headers, "content-type").unwrap_or_default();
    let media_type = header.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    let is_plain = headers.get("content-encoding").is_none();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    is_plain && is_json
}

#[cfg(test)]
mod tests {
    use super::{from_part, path_of, reply_headers, request_headers, target};
    use crate::http::{Head, HeaderMap, HeaderValue, Headers, Method, Origin, Place};

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn what_belongs_to_one_connection_stays_there() {
        let headers = map(&[
            ("host", "here"),
            ("connection", "close, X-Secret"),
            ("x-secret", "1"),
            ("keep-alive", "5"),
            ("te", "trailers"),
            ("accept-encoding", "gzip"),
            ("x-forwarded-host", "evil"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-auth-token", "t"),
            ("accept", "a"),
            ("accept", "b"),
        ]);
        let passed = request_headers(&headers);
        let expected = map(&[
            ("x-forwarded-for", "10.0.0.1"),
            ("x-auth-token", "t"),
            ("accept", "a"),
            ("accept", "b"),
        ]);
        assert_eq!(passed, expected);
        let headers = map(&[
            ("content-type", "x"),
            ("content-length", "3"),
            ("date", "now"),
            ("vary", "X-Auth-Token"),
            ("transfer-encoding", "chunked"),
        ]);
        let passed: Vec<_> = reply_headers(&headers).collect();
        assert_eq!(passed, [("vary", "X-Auth-Token")]);
    }

    #[test]
    fn targets_behind_a_mount() {
        let behind = |prefix, raw: &str| {
            let origin = Origin::of(
                &Headers::default(),
                ([127, 0, 0, 1], 1).into(),
                Place::default(),
            );
            let head = Head::new(Method::GET, raw, HeaderMap::new(), origin);
            target(&head.mounted_under(prefix))
        };
        for (prefix, raw, expected) in [
            (
                "",
                "/v3/auth/tokens?nocatalog",
                Some("/v3/auth/tokens?nocatalog"),
            ),
            ("/identity", "/identity", Some("/")),
            ("/identity", "/identity?x=1", Some("/?x=1")),
            ("/identity", "//%69dentity//v3/a%20b/", Some("//v3/a%20b/")),
            ("/identity", "/identity%2Fv3/a b", Some("/v3/a%20b")),
            ("/identity", "/identity/../compute", None),
            ("", "/v3/%2e%2e/x", None),
            ("", "/v3/a%2F..%2Fx", None),
            ("", "/v3/..x", Some("/v3/..x")),
        ] {
            assert_eq!(behind(prefix, raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn urls_are_cut_at_a_part() {
        for (url, path, tail) in [
            ("http://k:5000/v3/", Some("/v3/"), Some("/v3/")),
            (
                "https://c/identity/v3/a?b=/v3",
                Some("/identity/v3/a?b=/v3"),
                Some("/v3/a?b=/v3"),
            ),
            ("HTTP://k", Some(""), None),
            ("http://k/x?/v3", Some("/x?/v3"), None),
            ("http:///v3", None, None),
            ("/v3", None, None),
            ("ftp://k/v3", None, None),
            ("http://k/v3x", Some("/v3x"), None),
        ] {
            assert_eq!(path_of(url), path, "{url}");
            let cut = path.and_then(|path| from_part(path, &["v3"]));
            assert_eq!(cut, tail, "{url}");
        }
    }
}
