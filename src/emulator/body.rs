//! Bodies, read as a plan says.

use crate::domain::BodyWanted;
use crate::http::{Body, BodyStream, CutOff, Head};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

/// Most bytes that are read and dropped so that a client which is still sending sees its answer.
const MOST_SKIPPED_BYTES: usize = 1024 * 1024;

/// The body in the form that is wanted.
///
/// # Errors
/// When it ends before its end.
pub async fn read(head: &Head, body: Body, wanted: BodyWanted) -> Result<Body, CutOff> {
    match (body, wanted) {
        (body, BodyWanted::No) => {
            skip(body).await;
            Ok(Body::Whole(Bytes::new()))
        }
        (Body::Whole(bytes), BodyWanted::Whole(most)) if bytes.len() > most => Ok(Body::TooLarge),
        (Body::Stream(stream), BodyWanted::Whole(most)) => collect(head, stream, most).await,
        (body, BodyWanted::Whole(_) | BodyWanted::Stream) => Ok(body),
    }
}

/// Reads past a body.
pub async fn skip(body: Body) {
    if let Body::Stream(stream) = body {
        skip_stream(stream).await;
    }
}

async fn collect(head: &Head, mut stream: BodyStream, most: usize) -> Result<Body, CutOff> {
    let length = head
        .header("content-length")
        .and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
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
