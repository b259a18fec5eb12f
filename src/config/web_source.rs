//! From where image data may be fetched.

/// From where image data may be fetched by their URI.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebSource {
    /// From any public address, at port 80.
    Public,
    /// From this host, wherever it is, and however private its address.
    Host {
        /// Its name or address, in lower case; of IPv6 without brackets.
        host: String,
        /// Its port.
        port: u16,
    },
}

impl WebSource {
    /// Whether it is this very host and port.
    #[must_use]
    pub fn names(&self, host: &str, port: u16) -> bool {
        match self {
            Self::Public => false,
            Self::Host {
                host: named,
                port: at,
            } => named.eq_ignore_ascii_case(host) && *at == port,
        }
    }
}

impl std::str::FromStr for WebSource {
    type Err = WebSourceError;

    /// Reads `public`, or a host and its port such as `files.example.org:8080`.
    fn from_str(text: &str) -> Result<Self, WebSourceError> {
        if text == "public" {
            return Ok(Self::Public);
        }
        let other = || WebSourceError(text.to_owned());
        let authority: http::uri::Authority = text.parse().map_err(|_| other())?;
        let port = authority.port_u16().ok_or_else(other)?;
        let host = authority.host().trim_matches(['[', ']']);
        match host.is_empty() || text.contains('@') {
            true => Err(other()),
            false => Ok(Self::Host {
                host: host.to_ascii_lowercase(),
                port,
            }),
        }
    }
}

/// Why a text is nothing that data may be fetched from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither public nor HOST:PORT")]
pub struct WebSourceError(String);
