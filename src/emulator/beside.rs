//! Bodies of replies on their way past the web framework, which would copy each into a buffer of its
//! connection's, and keep a buffer of that size for as long as the connection is there.
//!
//! The framework is given the head, which says how long the body is; the connection writes both at once, the
//! body from where it is. Until it is written the framework sees a body that has not come to its end, so
//! nothing that follows overtakes it.

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What is still to be written of a body; empty when there is none. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Beside(Rc<RefCell<Bytes>>);

impl Beside {
    /// Writes this behind the head that is written next. What comes out stands for it with the framework.
    pub fn place(&self, body: Bytes) -> Absent {
        self.0.replace(body);
        Absent(self.clone())
    }

    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Lets somebody write from its beginning. What has been written whole is let go.
    pub fn write<T>(&self, write: impl FnOnce(&mut Bytes) -> T) -> T {
        let mut body = self.0.borrow_mut();
        let done = write(&mut body);
        if body.is_empty() {
            *body = Bytes::new();
        }
        done
    }
}

/// A body that the connection writes, for the framework to wait for.
#[derive(Debug)]
pub struct Absent(Beside);

impl MessageBody for Absent {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    /// The task of the connection is woken when it is written: the framework's own, which asks here.
    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match self.0.is_empty() {
            true => Poll::Ready(None),
            false => Poll::Pending,
        }
    }
}
