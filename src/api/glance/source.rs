//! Where the data of an image come from: a body that is there, or one that comes yet.

use crate::http::{BodyStream, CutOff};
use bytes::Bytes;
use futures_util::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The bytes of a request, piece by piece. What is not taken of a stream stays in it.
pub enum Source<'b> {
    /// All of them, once.
    Whole(Option<Bytes>),
    /// As they come.
    Stream(&'b mut BodyStream),
}

impl<'b> Source<'b> {
    /// Of a body that is there.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::Whole((!bytes.is_empty()).then(|| Bytes::copy_from_slice(bytes)))
    }

    /// Whether there is nothing, and never was.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    /// Of one that comes.
    pub fn of_stream(stream: &'b mut BodyStream) -> Self {
        Self::Stream(stream)
    }
}

impl Stream for Source<'_> {
    type Item = Result<Bytes, CutOff>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Self::Stream(stream) => stream.as_mut().poll_next(context),
        }
    }
}
