//! A request as facades get it: owned, and without a word of the web framework.

use super::head::Head;
use bytes::Bytes;
use futures_util::stream::LocalBoxStream;
use std::fmt;

/// Why the bytes of a body stop coming before its end.
#[derive(Debug, thiserror::Error)]
#[error("the body was cut off: {0}")]
pub struct CutOff(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The bytes of a request's body, piece by piece: they come on the thread that has the connection.
pub type BodyStream = LocalBoxStream<'static, Result<Bytes, CutOff>>;

/// The body of a request.
pub enum Body {
    /// All of it; empty when there was none.
    Whole(Bytes),
    /// More than the plan allows, and therefore not kept.
    TooLarge,
    /// To be read yet.
    Stream(BodyStream),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn empty() -> Self {
        Self::Whole(Bytes::new())
    }

    /// Its bytes, when they have been read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::TooLarge | Self::Stream(_) => &[],
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::TooLarge => f.write_str("too large"),
            Self::Stream(_) => f.write_str("a stream"),
        }
    }
}

/// A request: its head, and its body in the form that was planned.
#[derive(Debug)]
pub struct Request {
    /// Method, target, headers.
    pub head: Head,
    /// The body.
    pub body: Body,
}

impl Request {
    /// Takes the body out and leaves none.
    pub fn take_body(&mut self) -> Body {
        std::mem::replace(&mut self.body, Body::empty())
    }
}
