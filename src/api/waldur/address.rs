//! URLs as Django and Python's `urllib` write them.

use super::params::Params;
use crate::http::escape::{ESCAPE_URI_PATH, IRI_TO_URI};
use crate::http::query;
use percent_encoding::utf8_percent_encode;
use std::fmt::Write as _;

/// A query as WSGI hands it to Django, made a part of a URL again: what is no ASCII has been read
/// as Latin-1.
pub fn query_text(raw: &str) -> String {
    let latin1: String = raw.bytes().map(char::from).collect();
    utf8_percent_encode(&latin1, IRI_TO_URI).to_string()
}

/// A decoded path, as part of a URL.
pub fn path_text(path: &str) -> String {
    utf8_percent_encode(path, ESCAPE_URI_PATH).to_string()
}

/// The path with a slash at its end, and the query.
pub fn with_slash(path: &str, raw_query: &str) -> String {
    let mut out = path_text(path);
    out.push('/');
    if !raw_query.is_empty() {
        out.push('?');
        out.push_str(&query_text(raw_query));
    }
    out
}

/// The URL of a page: the request's own with another `page`, or with none. Keys are sorted, the
/// values of one key stay in order (`rest_framework.utils.urls`).
pub fn page_url(url: &str, query_text: &str, page: Option<usize>) -> String {
    let params = Params::parse(query_text);
    let number = page.map(|page| page.to_string());
    let kept = params.pairs().filter(|(name, _)| *name != "page");
    let mut pairs: Vec<_> = kept
        .chain(number.as_deref().map(|number| ("page", number)))
        .collect();
    pairs.sort_by_key(|(name, _)| *name);
    if pairs.is_empty() {
        return url.to_owned();
    }
    format!("{url}?{}", query::encode(pairs))
}

/// What resources are linked with.
#[derive(Debug)]
pub struct Links<'a> {
    /// Scheme and host.
    pub base: &'a str,
    /// The format suffix of the request's path, which the links take over.
    pub suffix: Option<&'a str>,
    /// The request's parameter `format`, which they take over too.
    pub format: Option<&'a str>,
}

impl Links<'_> {
    /// The URL of one thing of a view.
    pub fn resource(&self, view: &str, uuid: &str) -> String {
        let mut url = format!("{}/api/{view}/{uuid}", self.base);
        match self.suffix {
            Some(suffix) => _ = write!(url, ".{suffix}"),
            None => url.push('/'),
        }
        if let Some(format) = self.format {
            url.push_str("?format=");
            query::encode_into(format, &mut url);
        }
        url
    }
}

/// A URL that cannot be taken apart: Python raises, and nobody catches it.
#[derive(Debug, PartialEq, Eq)]
pub struct Unparsable;

/// `urlparse(text).path`.
///
/// # Errors
/// When a bracket of the host is not closed.
pub fn path_of(text: &str) -> Result<String, Unparsable> {
    let text: String = text
        .trim_start_matches(|letter| letter <= ' ')
        .chars()
        .filter(|letter| !matches!(letter, '\t' | '\r' | '\n'))
        .collect();
    let (scheme, rest) = split_scheme(&text);
    let mut rest = rest;
    if let Some(behind) = rest.strip_prefix("//") {
        let end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
        let (host, path) = behind.split_at(end);
        if host.contains('[') != host.contains(']') {
            return Err(Unparsable);
        }
        rest = path;
    }
    let end = rest.find(['#', '?']).unwrap_or(rest.len());
    let path = rest.get(..end).unwrap_or_default();
    // Parameters behind a semicolon of the last part are split off for these schemes.
    let has_parameters = matches!(scheme.as_str(), "" | "http" | "https" | "ftp" | "sftp");
    let last = path.rfind('/').unwrap_or_default();
    let cut = path
        .get(last..)
        .and_then(|part| part.find(';'))
        .filter(|_| has_parameters);
    Ok(match cut {
        Some(at) => path.get(..last + at).unwrap_or_default().to_owned(),
        None => path.to_owned(),
    })
}

/// The scheme in lower case, and what follows its colon.
fn split_scheme(text: &str) -> (String, &str) {
    if let Some((scheme, rest)) = text.split_once(':')
        && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        return (scheme.to_ascii_lowercase(), rest);
    }
    (String::new(), text)
}

#[cfg(test)]
mod tests {
    use super::{Unparsable, page_url, path_of, path_text, query_text};

    #[test]
    fn pages() {
        let url = "http://h/x/";
        for (query, page, expected) in [
            ("", None, "http://h/x/"),
            ("page=3", None, "http://h/x/"),
            ("", Some(2), "http://h/x/?page=2"),
            (
                "page_size=1&b=2&a=1&name=Windows+10&empty=&y",
                Some(2),
                "http://h/x/?a=1&b=2&empty=&name=Windows+10&page=2&page_size=1&y=",
            ),
            (
                "x=2&PAGE=%FF&x=1;y&page=a&_=*",
                None,
                "http://h/x/?PAGE=%EF%BF%BD&_=%2A&x=2&x=1%3By",
            ),
        ] {
            assert_eq!(page_url(url, query, page), expected);
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(query_text("x=é&y=%zz<"), "x=%C3%83%C2%A9&y=%zz%3C");
        assert_eq!(path_text("/a b;{é}"), "/a%20b%3B%7B%C3%A9%7D");
    }

    #[test]
    fn paths() {
        for (url, path) in [
            ("https://h:1/a/b/?x#y", "/a/b/"),
            ("//h/a/", "/a/"),
            ("/a/;p", "/a/"),
            ("/a;q/b", "/a;q/b"),
            ("abc", "abc"),
            ("x:/a", "/a"),
            ("http://h", ""),
            ("1x:/a", "1x:/a"),
        ] {
            assert_eq!(path_of(url).as_deref(), Ok(path), "{url}");
        }
        assert_eq!(path_of("http://[h/a/"), Err(Unparsable));
    }
}
