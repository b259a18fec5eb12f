//! A reply before it is sent.

use super::StatusCode;
use super::request::CutOff;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use std::borrow::Cow;
use std::fmt;

/// What marks an answer that a fault on demand has made what it is, and by what a request may bring its own.
pub(crate) const FAULT_HEADER: &str = "x-nova-images-fault";

/// How many headers a copy has room for beside those that it has: a service puts as many on its answers.
const LABELS: usize = 6;

/// Status, headers and body, and how they go over the wire.
///
/// Boxed: it goes through many hands, and is moved in and out of each.
#[derive(Debug)]
pub struct Reply {
    parts: Box<Parts>,
}

/// What there is to send, and to tell.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The status.
    pub status: StatusCode,
    /// The type of the body.
    pub content_type: Option<Cow<'static, str>>,
    /// All other headers.
    pub headers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The body.
    pub body: ReplyBody,
    /// In which way.
    pub wire: Wire,
    why: Option<Cow<'static, str>>,
    fault: Option<String>,
    without_ids: bool,
}

/// The bytes of a reply's body, piece by piece.
pub type ReplyStream = BoxStream<'static, Result<Bytes, CutOff>>;

/// The body of a reply.
pub enum ReplyBody {
    /// All of it.
    Whole(Bytes),
    /// As it is made, of a length that is not known beforehand. An error in it cuts the connection:
    /// what came before must not pass for an answer.
    Stream(ReplyStream),
    /// As it is made, of so many bytes; `Content-Length` says so before the first of them.
    Sized(u64, ReplyStream),
}

impl fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Stream(_) => f.write_str("a stream"),
            Self::Sized(bytes, _) => write!(f, "a stream of {bytes} bytes"),
        }
    }
}

/// How a reply goes over the wire. All but the first are for tests of clients: they end the
/// connection, or are carried out on its very bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wire {
    /// As any reply.
    #[default]
    Normal,
    /// At most so many bytes a second, head and body alike.
    Paced(u32),
    /// The connection is closed behind so many bytes of the body, whatever its length said.
    CutAfter(u64),
    /// These bytes in place of the whole reply, head and all; then the connection is closed.
    Raw(Bytes),
    /// The connection is reset (TCP RST) in place of a reply.
    Reset,
}

impl Reply {
    /// A reply with a body.
    #[must_use]
    pub fn new(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self::of(
            status,
            Some(content_type.into()),
            ReplyBody::Whole(body.into()),
        )
    }

    /// A reply whose body is sent as it is made.
    #[must_use]
    pub fn stream(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        body: ReplyStream,
    ) -> Self {
        Self::of(status, Some(content_type.into()), ReplyBody::Stream(body))
    }

    /// A reply whose body is sent as it is made, of so many bytes in all. One that ends before cuts the
    /// connection, and what is longer is not sent. To a `HEAD` it is not made at all.
    #[must_use]
    pub fn sized(
        status: StatusCode,
        content_type: impl Into<Cow<'static, str>>,
        bytes: u64,
        body: ReplyStream,
    ) -> Self {
        Self::of(
            status,
            Some(content_type.into()),
            ReplyBody::Sized(bytes, body),
        )
    }

    /// A reply without body and content type.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        Self::of(status, None, ReplyBody::Whole(Bytes::new()))
    }

    fn of(status: StatusCode, content_type: Option<Cow<'static, str>>, body: ReplyBody) -> Self {
        Self {
            parts: Box::new(Parts {
                status,
                content_type,
                headers: Vec::new(),
                body,
                wire: Wire::Normal,
                why: None,
                fault: None,
                without_ids: false,
            }),
        }
    }

    /// Adds a header; a name may stand several times.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.parts.headers.push((name.into(), value.into()));
        self
    }

    /// Sends it in another way than usual.
    #[must_use]
    pub fn over(mut self, wire: Wire) -> Self {
        self.parts.wire = wire;
        self
    }

    /// Notes why it is what it is: for whoever looks at the server, not for the client.
    #[must_use]
    pub fn because(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.parts.why = Some(why.into());
        self
    }

    /// What was noted.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.parts.why.as_deref()
    }

    /// Marks it as what a fault on demand made of an answer: for the client, too.
    #[must_use]
    pub(crate) fn struck_by(self, fault: String) -> Self {
        let mut reply = self.with(FAULT_HEADER, fault.clone());
        reply.parts.fault = Some(fault);
        reply
    }

    /// The name or number of the fault on demand that made it what it is.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.parts.fault.as_deref()
    }

    /// Says that its body is of another type.
    #[must_use]
    pub(crate) fn typed(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.parts.content_type = Some(content_type.into());
        self
    }

    /// Exchanges its body.
    #[must_use]
    pub(crate) fn with_body(mut self, change: impl FnOnce(ReplyBody) -> ReplyBody) -> Self {
        self.parts.body = change(self.parts.body);
        self
    }

    /// Marks an answer that broke off before a service could put its request id on it.
    #[must_use]
    pub(crate) fn without_ids(mut self) -> Self {
        self.parts.without_ids = true;
        self
    }

    /// Whether the answer carries request ids.
    #[must_use]
    pub(crate) fn has_ids(&self) -> bool {
        !self.parts.without_ids
    }

    /// Replaces a text in a body that is whole.
    #[must_use]
    pub(crate) fn renamed(mut self, from: &str, to: &str) -> Self {
        if let ReplyBody::Whole(body) = &mut self.parts.body {
            *body = String::from_utf8_lossy(body).replace(from, to).into();
        }
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// The headers, the type of the body in front.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let content_type = self.parts.content_type.as_deref();
        let own = self.parts.headers.iter();
        content_type
            .map(|value| ("content-type", value))
            .into_iter()
            .chain(own.map(|(name, value)| (name.as_ref(), value.as_ref())))
    }

    /// The body, when it is whole.
    #[must_use]
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.parts.body {
            ReplyBody::Whole(bytes) => Some(bytes),
            ReplyBody::Stream(_) | ReplyBody::Sized(..) => None,
        }
    }

    /// Whether it is to be sent whole, and as it is.
    #[must_use]
    pub(crate) fn is_sent_whole(&self) -> bool {
        matches!(self.parts.wire, Wire::Normal | Wire::Paced(_))
    }

    /// Lets somebody see a body that is sent as it is made. It is told how many bytes that are, where
    /// this is known beforehand.
    #[must_use]
    pub(crate) fn watched(
        mut self,
        watch: impl FnOnce(Option<u64>, ReplyStream) -> ReplyStream,
    ) -> Self {
        self.parts.body = match self.parts.body {
            ReplyBody::Whole(bytes) => ReplyBody::Whole(bytes),
            ReplyBody::Stream(stream) => ReplyBody::Stream(watch(None, stream)),
            ReplyBody::Sized(bytes, stream) => ReplyBody::Sized(bytes, watch(Some(bytes), stream)),
        };
        self
    }

    /// A second one; of a stream there is only one.
    #[must_use]
    pub(crate) fn copy(&self) -> Option<Self> {
        let body = self.bytes()?.clone();
        let mut headers = Vec::with_capacity(self.parts.headers.len() + LABELS);
        headers.extend_from_slice(&self.parts.headers);
        Some(Self {
            parts: Box::new(Parts {
                body: ReplyBody::Whole(body),
                status: self.parts.status,
                content_type: self.parts.content_type.clone(),
                headers,
                wire: self.parts.wire.clone(),
                why: self.parts.why.clone(),
                fault: self.parts.fault.clone(),
                without_ids: self.parts.without_ids,
            }),
        })
    }

    /// What it takes to keep in memory, in bytes.
    #[must_use]
    pub(crate) fn weight(&self) -> usize {
        let headers: usize = self
            .parts
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        self.bytes().map_or(0, Bytes::len) + headers + size_of::<Parts>()
    }

    /// Takes it apart for sending.
    pub(crate) fn into_parts(self) -> Parts {
        *self.parts
    }
}
