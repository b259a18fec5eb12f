//! Which bytes Python's functions leave as they are in a URL.
//!
//! A text is escaped with them by `percent_encoding`: byte by byte of its UTF-8, in capitals, as
//! Python does it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Python 3's `urllib.parse.quote(text, safe='')`; `quote_plus` but for blanks.
pub const QUOTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~');

/// `Request.path` of `WebOb` 1.2 on Python 2, which does not count `~` among the letters.
pub const WEBOB_1_2_PATH: &AsciiSet = &QUOTE
    .add(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'+')
    .remove(b'$')
    .remove(b',');

/// `Request.path` of `WebOb` 1.8.
pub const WEBOB_1_8_PATH: &AsciiSet = &ESCAPE_URI_PATH.remove(b';').remove(b'=');

/// A text as a part of a path, or a value of a query: [`QUOTE`].
#[must_use]
pub fn quote(text: &str) -> String {
    utf8_percent_encode(text, QUOTE).to_string()
}

/// `django.utils.encoding.escape_uri_path`, for a path that was decoded.
pub const ESCAPE_URI_PATH: &AsciiSet = &QUOTE
    .remove(b'/')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// `django.utils.encoding.iri_to_uri`, for what may be escaped already.
pub const IRI_TO_URI: &AsciiSet = &ESCAPE_URI_PATH
    .remove(b'#')
    .remove(b'%')
    .remove(b'[')
    .remove(b']')
    .remove(b'=')
    .remove(b';')
    .remove(b'?');

#[cfg(test)]
mod tests {
    use super::{ESCAPE_URI_PATH, IRI_TO_URI, QUOTE, WEBOB_1_2_PATH, WEBOB_1_8_PATH, quote};
    use percent_encoding::utf8_percent_encode;

    #[test]
    fn what_stays() {
        for (set, kept) in [
            (QUOTE, "-._~"),
            (WEBOB_1_2_PATH, "$&+,-./:@_"),
            (WEBOB_1_8_PATH, "!$&'()*+,-./:;=@_~"),
            (ESCAPE_URI_PATH, "!$&'()*+,-./:@_~"),
            (IRI_TO_URI, "!#$%&'()*+,-./:;=?@[]_~"),
        ] {
            let stays = |byte: &u8| {
                let text = char::from(*byte).to_string();
                utf8_percent_encode(&text, set).to_string() == text
            };
            let stay = (0..=255).filter(stays).map(char::from);
            let marks: String = stay
                .filter(|letter| !letter.is_ascii_alphanumeric())
                .collect();
            assert_eq!(marks, kept);
        }
        assert_eq!(quote("a é~"), "a%20%C3%A9~");
    }
}
