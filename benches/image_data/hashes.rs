//! What the digests alone reach: MD5 and SHA-512 over memory, each on a thread of its own.

use crate::measure::now;
use md5::Md5;
use sha2::{Digest, Sha512};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

/// Bytes that are hashed at once, as an upload's are.
const BLOCK: usize = 256 * 1024;

/// How long both take for so many bytes.
pub fn time(bytes: u64) -> Duration {
    let block = vec![7; BLOCK];
    let blocks = bytes / BLOCK as u64;
    let started = now();
    std::thread::scope(|scope| {
        scope.spawn(|| over::<Md5>(&block, blocks));
        scope.spawn(|| over::<Sha512>(&block, blocks));
    });
    started.elapsed()
}

fn over<D: Digest>(block: &[u8], blocks: u64) {
    let mut digest = D::new();
    for _ in 0..blocks {
        digest.update(block);
    }
    black_box(digest.finalize());
}

/// Both digests of data, in hexadecimal digits.
pub fn of(data: &[u8]) -> (String, String) {
    (
        hexadecimal(&Md5::digest(data)),
        hexadecimal(&Sha512::digest(data)),
    )
}

fn hexadecimal(digest: &[u8]) -> String {
    let mut text = String::new();
    for byte in digest {
        _ = write!(text, "{byte:02x}");
    }
    text
}
