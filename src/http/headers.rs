//! The headers of a request, and what they say to whoever answers it.

use super::{HeaderMap, HeaderName, header_text};
use http::header::{ACCEPT, AsHeaderName, HOST};
use std::sync::Arc;

/// What a proxy says of the client's scheme.
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The headers of a request. Clones share them, and what was found out of them once.
#[derive(Clone, Debug, Default)]
pub struct Headers(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    map: HeaderMap,
    /// How long the names are, a bit each: most of the headers that are looked for do not come, and have a length
    /// that no other has.
    lengths: u64,
    host: Option<Arc<str>>,
    accept: Option<String>,
    forwarded_https: bool,
}

impl From<HeaderMap> for Headers {
    fn from(map: HeaderMap) -> Self {
        let proto = header_text(&map, &X_FORWARDED_PROTO).unwrap_or_default();
        let first = proto.split(',').next().unwrap_or_default().trim();
        let names = map.keys().map(|name| length_bit(name.as_str()));
        Self(Arc::new(Inside {
            lengths: names.fold(0, |all, bit| all | bit),
            host: header_text(&map, HOST).map(Arc::from),
            accept: accept(&map),
            forwarded_https: first.eq_ignore_ascii_case("https"),
            map,
        }))
    }
}

impl Headers {
    /// All of them.
    #[must_use]
    pub fn map(&self) -> &HeaderMap {
        &self.0.map
    }

    /// The first value of a header as it came.
    #[must_use]
    pub fn bytes(&self, name: impl AsHeaderName + AsRef<str>) -> Option<&[u8]> {
        Some(self.searched(name.as_ref())?.get(name)?.as_bytes())
    }

    /// The first value of a header, when it is text; bytes that are no UTF-8 make it missing.
    #[must_use]
    pub fn text(&self, name: impl AsHeaderName + AsRef<str>) -> Option<&str> {
        header_text(self.searched(name.as_ref())?, name)
    }

    /// A header as WSGI hands it on: several are one list, each byte is a letter of Latin-1.
    #[must_use]
    pub fn latin1(&self, name: impl AsHeaderName + AsRef<str>) -> Option<String> {
        let values = self.searched(name.as_ref())?.get_all(name).iter();
        let texts = values.map(|value| value.as_bytes().iter().copied().map(char::from));
        texts
            .map(String::from_iter)
            .reduce(|list, text| list + "," + &text)
    }

    /// `Host`.
    #[must_use]
    pub fn host(&self) -> Option<&Arc<str>> {
        self.0.host.as_ref()
    }

    /// `Accept`; of several such headers one list is made (RFC 9110, section 5.3).
    #[must_use]
    pub fn accept(&self) -> Option<&str> {
        self.0.accept.as_deref()
    }

    /// Whether the nearest proxy says that the client speaks TLS: of several schemes the first counts, which is
    /// the client's own.
    #[must_use]
    pub fn forwarded_https(&self) -> bool {
        self.0.forwarded_https
    }

    /// All of them, where one of this name may be among them.
    fn searched(&self, name: &str) -> Option<&HeaderMap> {
        (self.0.lengths & length_bit(name) != 0).then_some(&self.0.map)
    }
}

/// One bit for all names that are too long to have one of their own.
fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

fn accept(map: &HeaderMap) -> Option<String> {
    let values = map.get_all(ACCEPT);
    if values.iter().nth(1).is_none() {
        return header_text(map, ACCEPT).map(str::to_owned);
    }
    let texts = values
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    Some(texts.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, Headers};
    use crate::http::{HeaderName, HeaderValue};

    fn of(headers: &[(&str, &'static [u8])]) -> Headers {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value);
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value) {
                map.append(name, value);
            }
        }
        map.into()
    }

    #[test]
    fn what_is_asked_for_is_what_the_map_has() {
        let long = ["x-"; 40].concat();
        let names = ["host", "date", "x-auth-token", "user-agent", long.as_str()];
        for asked in names {
            for there in names {
                let headers = of(&[(there, b"a"), (there, b"\xe4")]);
                let name = HeaderName::from_bytes(asked.as_bytes()).unwrap();
                let is_same = asked == there;
                assert_eq!(headers.bytes(&name), is_same.then_some(&b"a"[..]));
                assert_eq!(headers.text(&name), is_same.then_some("a"));
                assert_eq!(headers.latin1(&name), is_same.then(|| "a,ä".to_owned()));
            }
        }
        // Of two long names with one bit one is looked for in vain.
        let other = ["y-"; 40].concat();
        let other = HeaderName::from_bytes(other.as_bytes()).unwrap();
        assert_eq!(of(&[(&long, b"a")]).bytes(&other), None);
    }

    #[test]
    fn c7_two_accept_headers_are_one_list() {
        for (values, accept) in [
            (&[][..], None),
            (&[("accept", &b""[..])], Some("")),
            (&[("accept", b"a;q=0.1")], Some("a;q=0.1")),
            (&[("accept", b"\xff")], None),
            (
                &[("accept", b"a;q=0.1"), ("accept", b"b")],
                Some("a;q=0.1, b"),
            ),
            (&[("accept", b"\xff"), ("accept", b"b")], Some("b")),
            (&[("accept", b"\xff"), ("accept", b"\xff")], Some("")),
        ] {
            assert_eq!(of(values).accept(), accept, "{values:?}");
        }
    }
}
