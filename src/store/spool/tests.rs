//! A spool by itself.
#![allow(clippy::unwrap_used)]

use super::{DataName, Place, Spool, Stored};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake};

/// Waits for what the threads of a spool make.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    struct Thread(std::thread::Thread);
    impl Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Thread(std::thread::current())).into();
    let mut work = pin!(work);
    loop {
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A folder for the data of one test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let name = format!("nova-images-spool-{test}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn spool(&self) -> Spool {
        Spool::at(&Place::Beside(self.0.join("db")))
    }

    /// The names of the files, in order.
    fn files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.join("db-data")) else {
            return Vec::new();
        };
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }

    /// The same once what was begun before is done.
    fn files_at_rest(&self, spool: &Spool) -> Vec<String> {
        rest(spool);
        self.files()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns once the threads have nothing left to do: they all come together.
fn rest(spool: &Spool) {
    for _ in 0..2 {
        let barrier = Arc::new(Barrier::new(5));
        for _ in 0..4 {
            let barrier = Arc::clone(&barrier);
            spool.files().spawn(move || _ = barrier.wait());
        }
        barrier.wait();
    }
}

async fn store(spool: &Spool, data: &[u8]) -> Stored {
    let mut upload = spool.begin(u64::MAX).await.unwrap();
    for piece in data.chunks(10_000) {
        upload.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    upload.finish().await.unwrap()
}

async fn read(spool: &Spool, name: &DataName, range: Option<Range<u64>>) -> Vec<u8> {
    let mut reading = spool.open(name, range).await.unwrap();
    let expected = reading.bytes();
    let mut read = Vec::new();
    while let Some(piece) = reading.next().await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(read.len() as u64, expected);
    read
}

/// Bytes that differ from place to place.
fn data(length: usize) -> Vec<u8> {
    let byte = |at: usize| (at * 7 + at / 251).to_le_bytes()[0];
    (0..length).map(byte).collect()
}

#[test]
fn data_come_back_as_they_went() {
    let scratch = Scratch::new("round");
    let spool = scratch.spool();
    block_on(async {
        let stored = store(&spool, b"hello").await;
        assert_eq!(stored.size, 5);
        assert_eq!(stored.md5, "5d41402abc4b2a76b9719d911017c592");
        let sha512 = "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c\
                      11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043";
        assert_eq!(stored.hold.name().as_str(), sha512);
        assert_eq!(scratch.files(), [sha512]);
        for length in [0, 1, 262_143, 262_144, 262_145, 1_000_000] {
            let data = data(length);
            let stored = store(&spool, &data).await;
            assert_eq!(stored.size, length as u64);
            assert!(
                read(&spool, stored.hold.name(), None).await == data,
                "{length}"
            );
        }
    });
}
