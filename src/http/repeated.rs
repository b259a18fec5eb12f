//! Headers that are those of the request before.

use super::{HeaderMap, HeaderName, HeaderValue};
use std::cell::RefCell;
use std::sync::Arc;

/// The headers of the last request that a thread has read. Most clients send the same ones with each request, and
/// to compare them takes less than to sort them in.
#[derive(Debug, Default)]
pub struct RepeatedHeaders(RefCell<Arc<HeaderMap>>);

impl RepeatedHeaders {
    /// Headers by their names in lower case, as often as they are asked for. Nothing when HTTP cannot hold one of
    /// them.
    pub fn of<'h, H>(&self, headers: impl Fn() -> H) -> Option<Arc<HeaderMap>>
    where
        H: Iterator<Item = (&'h str, &'h [u8])>,
    {
        let mut last = self.0.borrow_mut();
        if !is(&last, headers()) {
            *last = Arc::new(sorted_in(headers())?);
        }
        Some(Arc::clone(&last))
    }
}

/// Whether headers are these, in this order.
fn is<'h>(known: &HeaderMap, mut headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> bool {
    let mut known = known.iter();
    let are_there = known.all(|(name, value)| {
        let other = headers.next();
        other.is_some_and(|other| other == (name.as_str(), value.as_bytes()))
    });
    are_there && headers.next().is_none()
}

fn sorted_in<'h>(headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> Option<HeaderMap> {
    let mut map = HeaderMap::with_capacity(headers.size_hint().0);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        map.append(name, HeaderValue::from_bytes(value).ok()?);
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{RepeatedHeaders, sorted_in};
    use std::sync::Arc;

    #[test]
    fn only_the_same_headers_are_those_of_the_request_before() {
        let headers: [&[(&str, &[u8])]; 8] = [
            &[],
            &[("accept", b"a")],
            &[("accept", b"a"), ("accept", b"b")],
            &[("accept", b"b"), ("accept", b"a")],
            &[("accept", b"a"), ("host", b"b")],
            &[("accept", b"a"), ("x-own", b"\xff")],
            &[("accept", b"A"), ("x-own", b"\xff")],
            &[("x-own", b"a")],
        ];
        let repeated = RepeatedHeaders::default();
        for one in headers {
            for other in headers {
                let first = repeated.of(|| one.iter().copied()).unwrap();
                let second = repeated.of(|| other.iter().copied()).unwrap();
                assert_eq!(*second, sorted_in(other.iter().copied()).unwrap());
                assert_eq!(Arc::ptr_eq(&first, &second), one == other);
            }
        }
        // What cannot be held leaves what was there.
        let bad: [(&str, &[u8]); 2] = [("accept", b"a"), ("host", b"\n")];
        assert!(repeated.of(|| bad.into_iter()).is_none());
        assert_eq!(repeated.of(|| headers[7].iter().copied()).unwrap().len(), 1);
    }
}
