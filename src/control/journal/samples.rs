//! Exchanges for the tests beside this.

use super::end::End;
use super::record::{Answered, Record};
use super::writing::Draft;
use crate::domain::{Operation, Timestamp};
use bytes::Bytes;
use std::iter;
use std::sync::Arc;

/// One exchange for a target, whose answer has so many bytes.
pub fn plain(target: &str, bytes: usize) -> Record {
    let draft = Draft {
        method: "GET",
        target,
        ..Draft::default()
    };
    Record {
        at: Timestamp::from_micros(0),
        micros: 1,
        operation: Operation::named("nova.images.show"),
        writing: draft.write(iter::empty, iter::empty),
        request_bytes: 0,
        answered: Answered {
            status: Some(200),
            end: End::Whole,
            body: Bytes::from(vec![0; bytes]),
            body_bytes: bytes as u64,
        },
    }
}

/// The same, to be shared.
pub fn record(target: &str, bytes: usize) -> Arc<Record> {
    Arc::new(plain(target, bytes))
}
