//! Headers that are those of the request before.

use super::{HeaderMap, HeaderName, HeaderValue, Headers};
use std::cell::RefCell;

/// The headers of the last request that a thread has read. Most clients send the same ones with each request, and
/// to compare them takes less than to sort them in.
#[derive(Debug, Default)]
pub struct RepeatedHeaders(RefCell<Headers>);

impl RepeatedHeaders {
    /// Headers by their names in lower case, in any order but that of several with one name, and as often as they
    /// are asked for. Nothing when HTTP cannot hold one of them.
    pub fn of<'h, H>(&self, headers: impl Fn() -> H) -> Option<Headers>
    where
        H: Iterator<Item = (&'h str, &'h [u8])>,
    {
        let mut last = self.0.borrow_mut();
        if !are_all(last.map(), headers()) {
            *last = sorted_in(headers())?.into();
        }
        Some(last.clone())
    }
}

/// Whether headers are these, all of them. They come out of a table of hashes, each time in another order.
fn are_all<'h>(known: &HeaderMap, headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> bool {
    // A bit a header; few requests have more than ten.
    let mut seen = 0_u64;
    for (name, value) in headers {
        let mut same = known.iter().zip((0..u64::BITS).map(|place| 1 << place));
        let same = same.find(|((known, _), bit)| seen & bit == 0 && known.as_str() == name);
        match same {
            Some(((_, known), bit)) if known.as_bytes() == value => seen |= bit,
            _ => return false,
        }
    }
    u32::try_from(known.len()) == Ok(seen.count_ones())
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

    #[test]
    fn only_the_same_headers_are_those_of_the_request_before() {
        let headers: [&[(&str, &[u8])]; 10] = [
            &[],
            &[("accept", b"a")],
            &[("accept", b"a"), ("accept", b"b")],
            &[("accept", b"b"), ("accept", b"a")],
            &[("accept", b"a"), ("host", b"b")],
            &[("accept", b"a"), ("x-own", b"\xff")],
            &[("accept", b"A"), ("x-own", b"\xff")],
            &[("x-own", b"a")],
            // In whatever order they come.
            &[("host", b"h"), ("accept", b"a"), ("accept", b"b")],
            &[("accept", b"a"), ("accept", b"b"), ("host", b"h")],
        ];
        let repeated = RepeatedHeaders::default();
        for (place, one) in headers.iter().enumerate() {
            for (other_place, other) in headers.iter().enumerate() {
                let first = repeated.of(|| one.iter().copied()).unwrap();
                let second = repeated.of(|| other.iter().copied()).unwrap();
                assert_eq!(*second.map(), sorted_in(other.iter().copied()).unwrap());
                let are_same =
                    place == other_place || [place, other_place].iter().all(|at| *at > 7);
                assert_eq!(std::ptr::eq(first.map(), second.map()), are_same);
            }
        }
        // What cannot be held leaves what was there.
        let bad: [(&str, &[u8]); 2] = [("accept", b"a"), ("host", b"\n")];
        assert!(repeated.of(|| bad.into_iter()).is_none());
        let kept = repeated.of(|| headers[7].iter().copied()).unwrap();
        assert_eq!(kept.map().len(), 1);
    }
}
