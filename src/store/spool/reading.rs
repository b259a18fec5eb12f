//! Data on their way out.

use super::error::SpoolError;
use super::hold::Hold;
use super::pool::{Pool, Unfinished};
use bytes::Bytes;
use futures_util::Stream;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// Bytes that are read at once.
const READ_BYTES: u64 = 256 * 1024;

/// Bytes of data, read a piece ahead of whoever takes them. In between no thread is held; the data
/// stay until it is dropped, whoever deletes the image meanwhile.
pub struct Reading {
    files: Pool,
    hold: Hold,
    left: u64,
    total: u64,
    state: State,
}

enum State {
    /// Nobody has asked yet, or all that was asked for is taken.
    Idle(File),
    /// A thread reads.
    Reading(oneshot::Receiver<Piece>),
    /// There is no more.
    Over,
}

type Piece = (File, io::Result<Bytes>);

impl Reading {
    /// Of so many bytes of a file, from a place on.
    pub(super) fn new(
        files: Pool,
        hold: Hold,
        mut file: File,
        place: u64,
        bytes: u64,
    ) -> io::Result<Self> {
        file.seek(SeekFrom::Start(place))?;
        Ok(Self {
            files,
            hold,
            left: bytes,
            total: bytes,
            state: State::Idle(file),
        })
    }

    /// How many bytes it gives in all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.total
    }

    fn ask(&mut self, file: File) -> State {
        let length = self.left.min(READ_BYTES);
        if length == 0 {
            return State::Over;
        }
        self.left -= length;
        let (sender, receiver) = oneshot::channel();
        self.files.spawn(move || {
            // Nobody reads for who has left.
            if !sender.is_closed() {
                _ = sender.send(read(file, length));
            }
        });
        State::Reading(receiver)
    }
}

fn read(mut file: File, length: u64) -> Piece {
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let read = (&mut file).take(length).read_to_end(&mut piece);
    let whole = read.and_then(|read| match read as u64 == length {
        true => Ok(piece.into()),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    });
    (file, whole)
}

impl Stream for Reading {
    type Item = Result<Bytes, SpoolError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match std::mem::replace(&mut this.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Idle(file) => this.state = this.ask(file),
                State::Reading(mut receiver) => match Pin::new(&mut receiver).poll(context) {
                    Poll::Pending => {
                        this.state = State::Reading(receiver);
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok((file, Ok(bytes)))) => {
                        this.state = this.ask(file);
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                    Poll::Ready(Ok((_, Err(error)))) => {
                        return Poll::Ready(Some(Err(error.into())));
                    }
                    Poll::Ready(Err(_)) => return Poll::Ready(Some(Err(Unfinished.into()))),
                },
            }
        }
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} bytes of {}",
            self.total - self.left,
            self.total,
            self.hold.name()
        )
    }
}
