//! The last chunk once more: where it is left out, and where it is not.

use super::super::{Place, RequestLines};
use super::{DIRTY, STRAY, TIDY, shown, tidy};
use std::borrow::Cow;

const CHUNKED: &[u8] =
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\"\"\r\n0\r\n\r\n";

#[test]
fn one_stray_last_chunk_is_left_out_behind_a_chunked_body() {
    assert_eq!(tidy(&[CHUNKED, STRAY].concat()), CHUNKED);
    let pair = [CHUNKED, STRAY, DIRTY].concat();
    assert_eq!(tidy(&pair.repeat(2)), [CHUNKED, TIDY].concat().repeat(2));
    let chunked = [CHUNKED, STRAY].concat();
    assert_eq!(tidy(&chunked.repeat(3)), CHUNKED.repeat(3));
    let trailers = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \"\r\n\r\n";
    let sent = [trailers, STRAY, DIRTY].concat();
    assert_eq!(tidy(&sent), [trailers, TIDY].concat());
}

/// Whatever the decoder refuses where a head should begin, it is to see.
#[test]
fn what_is_no_stray_passes_as_it_is() {
    for behind in [
        &b"0"[..],
        b"0\r",
        b"0\r\n",
        b"0\r\n\r",
        b"0\r\n\rX\"",
        b"0\r\nX: \"\r\n\r\n",
        b"00\r\n\r\n",
        b"0 \r\n\r\n",
        b"0;\"\r\n\r\n",
        b"0\n\n",
        b"1\r\n\"\r\n0\r\n\r\n",
        b"\r\n0\r\n\r\n",
        b"\n0\r\n\r\n",
    ] {
        let sent = [CHUNKED, behind].concat();
        assert_eq!(shown(&tidy(&sent)), shown(&sent));
    }
    // A line that ends in no version is no request line, and nothing is known from there on.
    for behind in [
        STRAY.repeat(2),
        b"0\r\n".to_vec(),
        b"\r\n0\r\n\r\n".to_vec(),
    ] {
        let left = behind.strip_prefix(STRAY).unwrap_or(&behind);
        let sent = [CHUNKED, &behind, DIRTY].concat();
        assert_eq!(tidy(&sent), [CHUNKED, left, DIRTY].concat());
    }
    // What had come of it is the beginning of a line then.
    let odd = [CHUNKED, b"0", DIRTY, b"\r\n", DIRTY].concat();
    let read = [CHUNKED, b"0", DIRTY, b"\r\n", TIDY].concat();
    assert_eq!(shown(&tidy(&odd)), shown(&read));
}

#[test]
fn nothing_is_left_out_where_no_chunked_body_ended() {
    for before in [
        &b""[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n",
    ] {
        let sent = [before, STRAY].concat();
        assert_eq!(shown(&tidy(&sent)), shown(&sent));
    }
    let body = [CHUNKED, STRAY, b"GET / HTTP/1.1\r\n\r\n", STRAY].concat();
    assert!(tidy(&body).ends_with(b"HTTP/1.1\r\n\r\n0\r\n\r\n"));
}

#[test]
fn a_stray_may_come_late_and_in_parts() {
    let mut lines = RequestLines::new();
    assert!(matches!(lines.tidy(CHUNKED), Cow::Borrowed(_)));
    for part in ["0\r", "\n", "\r\n"] {
        assert!(lines.tidy(part.as_bytes()).is_empty());
    }
    assert!(matches!(lines.place, Place::Line));
    assert_eq!(&*lines.tidy(DIRTY), TIDY);
    assert!(lines.end().is_empty());
}
