//! One exchange, as it is kept.

use super::end::End;
use super::writing::Writing;
use crate::domain::{Operation, Timestamp};
use bytes::Bytes;

/// What a record takes in the lists that lead to it, and what counts who holds it, in bytes.
const BESIDE: usize = 48;

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status; nothing when there was no answer.
    pub status: Option<u16>,
    /// How it ended.
    pub end: End,
    /// The beginning of the answer's body.
    pub body: Bytes,
    /// How long the body was, as far as it was made.
    pub body_bytes: u64,
}

/// One exchange, as it is kept. Nothing of it changes any more.
#[derive(Debug)]
pub struct Record {
    /// When the request came, on the clock of its space.
    pub at: Timestamp,
    /// How long it took, in microseconds of real time.
    pub micros: u64,
    /// What was asked for.
    pub operation: Operation,
    /// What is kept of both heads and the request's body.
    pub writing: Writing,
    /// How long the request's body was, as far as it came.
    pub request_bytes: u64,
    /// What became of it.
    pub answered: Answered,
}

impl Record {
    /// What it takes in memory beside the answer's body, which others may hold too, in bytes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + BESIDE + self.writing.weight()
    }
}
