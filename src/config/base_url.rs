//! URLs that links begin with.

/// What links begin with: an `http` or `https` URL without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl std::str::FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let rest = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
            .ok_or(BaseUrlError::Scheme)?;
        // What may stand in a path, and in a host with brackets and a port.
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-._~%!$&'()*+,;=:/[]".contains(*c);
        if let Some(strange) = rest.chars().find(|c| !is_plain(c)) {
            return Err(match strange {
                '?' => BaseUrlError::Query,
                '#' => BaseUrlError::Fragment,
                '@' => BaseUrlError::User,
                other => BaseUrlError::Character(other),
            });
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let authority: http::uri::Authority = authority.parse().map_err(|_| BaseUrlError::Host)?;
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        let port = authority.as_str().strip_prefix(authority.host());
        match port.and_then(|port| port.strip_prefix(':')) {
            Some(port) if !is_port(port) => Err(BaseUrlError::Host),
            _ if authority.host().is_empty() => Err(BaseUrlError::Host),
            _ => Ok(Self(text.trim_end_matches('/').to_owned())),
        }
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.0
    }
}

/// Why a text is nothing that links can begin with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It begins with something else than a scheme of the web.
    #[error("must be an http:// or https:// URL")]
    Scheme,
    /// There is no host, or no such port.
    #[error("must name a host, and a port up to 65535 if any")]
    Host,
    /// It has a query, which could not be followed by the path of a link.
    #[error("must not have a query: links go on behind it")]
    Query,
    /// The same of a fragment.
    #[error("must not have a fragment: links go on behind it")]
    Fragment,
    /// It tells a user, who would be told to every client.
    #[error("must not name a user: every client reads it")]
    User,
    /// It has a character that URLs write as `%` and two digits, or not at all.
    #[error("must not have {0:?} in it")]
    Character(char),
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, BaseUrlError};

    #[test]
    fn d9_links_begin_with_urls_that_can_go_on() {
        for (text, url) in [
            ("http://cloud", "http://cloud"),
            ("https://cloud.example.com/", "https://cloud.example.com"),
            ("https://cloud:8443/nova//", "https://cloud:8443/nova"),
            ("http://[::1]:8774", "http://[::1]:8774"),
            ("http://x/a%20b", "http://x/a%20b"),
        ] {
            let parsed: BaseUrl = text.parse().unwrap();
            assert_eq!(String::from(parsed), url);
        }
    }

    #[test]
    fn d9_other_texts_are_refused_with_a_reason() {
        for (text, error) in [
            ("", BaseUrlError::Scheme),
            ("cloud.example.com", BaseUrlError::Scheme),
            ("ftp://cloud", BaseUrlError::Scheme),
            ("http://", BaseUrlError::Host),
            ("https:///nova", BaseUrlError::Host),
            ("http://:80", BaseUrlError::Host),
            ("http://cloud:99999", BaseUrlError::Host),
            ("http://cloud:eighty", BaseUrlError::Host),
            ("http://x/ y?z#a", BaseUrlError::Character(' ')),
            ("http://x\n", BaseUrlError::Character('\n')),
            ("http://wolke.exämple", BaseUrlError::Character('ä')),
            ("http://x?z", BaseUrlError::Query),
            ("http://x/#a", BaseUrlError::Fragment),
            ("http://ada:pass@x", BaseUrlError::User),
        ] {
            let parsed: Result<BaseUrl, _> = text.parse();
            assert_eq!(parsed, Err(error), "{text:?}");
        }
    }
}
