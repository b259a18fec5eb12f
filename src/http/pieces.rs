//! Bodies that are sent as they are made.

use super::reply::ReplyStream;
use super::request::CutOff;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{iter, unfold};

/// What follows of a body: a piece, and who makes the next one if there is another; nothing at its end.
pub type Piece<S> = Option<(Vec<u8>, Option<S>)>;

/// What is written of a body already, and the rest of it, a piece each time that there is room for one. An
/// error in it cuts it off.
pub fn pieces<S, N, F>(begun: impl Into<Bytes>, rest: S, next: N) -> ReplyStream
where
    S: Send + 'static,
    N: Fn(S) -> F + Send + 'static,
    F: Future<Output = Result<Piece<S>, CutOff>> + Send,
{
    let begun = iter([Ok(begun.into())]);
    let rest = unfold((Some(rest), next), |(rest, next)| async move {
        match next(rest?).await {
            Ok(Some((piece, rest))) => Some((Ok(Bytes::from(piece)), (rest, next))),
            Ok(None) => None,
            Err(cut_off) => Some((Err(cut_off), (None, next))),
        }
    });
    begun.chain(rest).boxed()
}
