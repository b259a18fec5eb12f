//! Bodies, read as a plan says, of clients that send them.

use super::flow::Flow;
use crate::domain::BodyWanted;
use crate::http::{Body, BodyStream, CutOff, Head};
use actix_web::rt::time::sleep;
use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use futures_util::stream;
use futures_util::{Stream as _, StreamExt as _};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// Most bytes that are read and dropped so that a client which is still sending sees its answer.
const MOST_SKIPPED_BYTES: usize = 1024 * 1024;

/// A body that does not come.
#[derive(Debug, thiserror::Error)]
#[error("it came too slowly")]
struct Late;

/// Whether a body was cut off because its client was too slow.
pub fn is_late(error: &CutOff) -> bool {
    error.0.is::<Late>()
}

/// The body in the form that is wanted. One that is wanted whole has so much time; one that is a
/// stream has to go on moving.
///
/// # Errors
/// When it ends before its end, or does not come.
pub async fn read(
    head: &Head,
    body: Body,
    wanted: BodyWanted,
    patience: Duration,
) -> Result<Body, CutOff> {
    match (body, wanted) {
        (body, BodyWanted::No) => {
            skip(body, patience).await?;
            Ok(Body::Whole(Bytes::new()))
        }
        (Body::Whole(bytes), BodyWanted::Whole(most)) if bytes.len() > most => Ok(Body::TooLarge),
        (Body::Stream(stream), BodyWanted::Whole(most)) => {
            within(patience, collect(head, stream, most)).await?
        }
        (Body::Stream(stream), BodyWanted::Stream) => Ok(Body::Stream(moving(stream, patience))),
        (body, BodyWanted::Whole(_) | BodyWanted::Stream) => Ok(body),
    }
}

/// Reads past a body.
///
/// # Errors
/// When it does not come.
pub async fn skip(body: Body, patience: Duration) -> Result<(), CutOff> {
    match body {
        Body::Stream(stream) => within(patience, skip_stream(stream)).await,
        Body::Whole(_) | Body::TooLarge => Ok(()),
    }
}

/// Whether the length that a client announces is more than this.
pub fn announces_more(head: &Head, most: usize) -> bool {
    let length = head.header("content-length");
    let length = length.and_then(|text| text.parse::<u64>().ok());
    length.is_some_and(|length| length > most as u64)
}

async fn collect(head: &Head, mut stream: BodyStream, most: usize) -> Result<Body, CutOff> {
    if announces_more(head, most) {
        skip_stream(stream).await;
        return Ok(Body::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        if whole.len() + chunk.len() > most {
            skip_stream(stream).await;
            return Ok(Body::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(Body::Whole(whole.freeze()))
}

async fn skip_stream(mut stream: BodyStream) {
    let mut skipped = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        skipped += chunk.len();
        if skipped > MOST_SKIPPED_BYTES {
            break;
        }
    }
}

/// What is there at once needs no timer.
/// Boxed: every request has room for what it may have to wait for, and few wait for a body.
fn within<T>(
    patience: Duration,
    work: impl Future<Output = T>,
) -> Pin<Box<impl Future<Output = Result<T, CutOff>>>> {
    Box::pin(async move {
        let late = async { sleep(patience).await };
        match select(pin!(work), pin!(late)).await {
            Either::Left((value, _)) => Ok(value),
            Either::Right(_) => Err(CutOff(Box::new(Late))),
        }
    })
}

fn moving(mut stream: BodyStream, patience: Duration) -> BodyStream {
    let mut flow = Flow::new(patience);
    let mut is_over = false;
    let watched = stream::poll_fn(move |context| {
        if is_over {
            return Poll::Ready(None);
        }
        match Pin::new(&mut stream).poll_next(context) {
            Poll::Ready(chunk) => {
                if let Some(Ok(bytes)) = &chunk {
                    flow.moved(bytes.len());
                }
                Poll::Ready(chunk)
            }
            Poll::Pending => flow.poll_stalled(context).map(|()| {
                is_over = true;
                Some(Err(CutOff(Box::new(Late))))
            }),
        }
    });
    watched.boxed_local()
}
