//! A spool by itself.
#![allow(clippy::unwrap_used)]

use super::folder::Folder;
use super::part::Part;
use super::pool::Pool;
use super::room::Room;
use super::{DataName, Place, Spool, SpoolError, Stored, Upload};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake};

/// Waits for what the threads of a spool make.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
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
pub fn rest(spool: &Spool) {
    for _ in 0..2 {
        come_together(spool.rows(), 32);
        come_together(spool.files(), 4);
    }
}

fn come_together(pool: &Pool, threads: usize) {
    let barrier = Arc::new(Barrier::new(threads + 1));
    for _ in 0..threads {
        let barrier = Arc::clone(&barrier);
        pool.spawn(move || _ = barrier.wait());
    }
    barrier.wait();
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

#[test]
fn ranges_are_clipped() {
    let scratch = Scratch::new("ranges");
    let spool = scratch.spool();
    let data = data(600_000);
    block_on(async {
        let stored = store(&spool, &data).await;
        for range in [
            0..1,
            5..5,
            0..262_144,
            262_143..262_146,
            100..599_999,
            599_999..600_000,
            599_999..u64::MAX,
            600_000..700_000,
        ] {
            let start = usize::try_from(range.start).unwrap().min(data.len());
            let end = usize::try_from(range.end).unwrap_or(usize::MAX);
            let expected = data.get(start..end.min(data.len())).unwrap_or_default();
            let came = read(&spool, stored.hold.name(), Some(range.clone())).await;
            assert!(came == expected, "{range:?}");
        }
    });
}

#[test]
fn what_is_cut_off_leaves_nothing() {
    let scratch = Scratch::new("cut-off");
    let spool = scratch.spool();
    block_on(async {
        let mut upload = spool.begin(u64::MAX).await.unwrap();
        upload.write(data(1_000_000).into()).await.unwrap();
        assert_eq!(scratch.files(), ["part-0"]);
        drop(upload);
        assert!(scratch.files_at_rest(&spool).is_empty());
        // Nor does one whose end nobody waits for.
        let mut upload = spool.begin(u64::MAX).await.unwrap();
        upload.write(data(1_000_000).into()).await.unwrap();
        let mut finishing = Box::pin(upload.finish());
        assert!(poll_once(finishing.as_mut()).is_none());
        drop(finishing);
        assert!(scratch.files_at_rest(&spool).is_empty());
    });
}

fn poll_once<T>(work: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match work.poll(&mut Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[test]
fn more_than_the_bound_is_refused() {
    let scratch = Scratch::new("bound");
    let spool = scratch.spool();
    block_on(async {
        let mut upload = spool.begin(10).await.unwrap();
        upload
            .write(Bytes::from_static(b"0123456789"))
            .await
            .unwrap();
        let refused = upload.write(Bytes::from_static(b"0")).await;
        assert!(matches!(refused, Err(SpoolError::TooLarge { most: 10 })));
        drop(upload);
        let mut upload = spool.begin(10).await.unwrap();
        upload
            .write(Bytes::from_static(b"0123456789"))
            .await
            .unwrap();
        assert_eq!(upload.finish().await.unwrap().size, 10);
        assert!(scratch.files_at_rest(&spool).is_empty());
    });
}

#[test]
fn equal_data_are_there_once_and_go_with_the_last() {
    let scratch = Scratch::new("equal");
    let spool = scratch.spool();
    block_on(async {
        let data = data(300_000);
        let both = futures_util::future::join(store(&spool, &data), store(&spool, &data)).await;
        let (one, other) = both;
        assert_eq!(one.hold.name(), other.hold.name());
        let name = one.hold.name().clone();
        assert_eq!(scratch.files_at_rest(&spool), [name.as_str()]);
        // One is a row's, which goes later.
        one.hold.keep();
        drop(other);
        assert_eq!(scratch.files_at_rest(&spool), [name.as_str()]);
        let mut reading = spool.open(&name, None).await.unwrap();
        spool.let_go(&name);
        assert_eq!(scratch.files_at_rest(&spool), [name.as_str()]);
        let mut came = Vec::new();
        while let Some(piece) = reading.next().await {
            came.extend_from_slice(&piece.unwrap());
        }
        assert!(came == data);
        drop(reading);
        assert!(scratch.files_at_rest(&spool).is_empty());
        let missing = spool.open(&name, None).await;
        assert!(matches!(missing, Err(SpoolError::Missing(gone)) if gone == name.as_str()));
    });
}

#[test]
fn a_crash_leaves_nothing_behind_the_next_start() {
    let scratch = Scratch::new("crash");
    let name = block_on(async {
        let spool = scratch.spool();
        let kept = store(&spool, b"kept").await.hold;
        let orphan = store(&spool, b"its row was never written").await.hold;
        let mut upload = spool.begin(u64::MAX).await.unwrap();
        upload.write(data(1_000_000).into()).await.unwrap();
        // Nothing of it is undone, as when the process is killed.
        let name = kept.name().clone();
        std::mem::forget((kept, orphan, upload));
        rest(&spool);
        name
    });
    let others = scratch.0.join("db-data");
    fs::write(others.join("part-of-a-photograph.jpg"), "").unwrap();
    fs::write(others.join("gone-0"), "").unwrap();
    assert_eq!(scratch.files().len(), 5);
    let spool = scratch.spool();
    spool.hold(&name).keep();
    assert_eq!(spool.sweep().unwrap(), 3);
    assert_eq!(scratch.files(), [name.as_str(), "part-of-a-photograph.jpg"]);
    assert_eq!(block_on(read(&spool, &name, None)), b"kept");
    assert_eq!(spool.sweep().unwrap(), 0);
}

#[test]
fn what_is_in_memory_is_bounded() {
    let scratch = Scratch::new("memory");
    let spool = scratch.spool();
    block_on(async {
        let mut upload = spool.begin(u64::MAX).await.unwrap();
        // Nobody writes meanwhile.
        let barrier = Arc::new(Barrier::new(5));
        for _ in 0..4 {
            let barrier = Arc::clone(&barrier);
            spool.files().spawn(move || _ = barrier.wait());
        }
        let piece = Bytes::from(data(64 * 1024));
        let mut taken = 0;
        loop {
            let mut writing = Box::pin(upload.write(piece.clone()));
            if poll_once(writing.as_mut()).is_none() {
                break;
            }
            taken += piece.len();
        }
        assert_eq!(taken, 8 * 1024 * 1024 + 192 * 1024);
    });
}

#[test]
fn a_temporary_folder_goes_with_its_spool() {
    let name = format!("spool-test-{}", std::process::id());
    let folder = std::env::temp_dir().join(format!("nova-images-data-{name}"));
    let spool = Spool::at(&Place::Temporary(name));
    let (closed, waits) = std::sync::mpsc::channel::<()>();
    spool.when_closed(Box::new(closed));
    // Without data there is none.
    assert!(!folder.exists());
    let stored = block_on(store(&spool, b"hello"));
    assert!(folder.join(stored.hold.name().as_str()).exists());
    drop(spool);
    stored.hold.keep();
    assert!(waits.recv().is_err());
    assert!(!folder.exists());
}

#[test]
fn names_are_digests_and_nothing_else() {
    let digits = "0".repeat(128);
    assert!(DataName::parse(&digits).is_some());
    for other in [&digits[1..], "../x", &digits.replace('0', "A"), ""] {
        assert!(DataName::parse(other).is_none(), "{other}");
    }
}

#[test]
fn a_disk_that_takes_no_more_is_told_soon() {
    let scratch = Scratch::new("full");
    let room = Arc::new(Room::new(Folder::at(&Place::Beside(scratch.0.join("db")))));
    let unwritable = || {
        Upload::new(
            Arc::clone(&room),
            Part::unwritable(&room).unwrap(),
            u64::MAX,
        )
    };
    block_on(async {
        let mut upload = unwritable();
        let piece = Bytes::from(data(64 * 1024));
        let mut refused = Ok(());
        // It is not read to its end: of a GiB, so much and no more.
        for _ in 0..10_000 {
            refused = upload.write(piece.clone()).await;
            if refused.is_err() {
                break;
            }
        }
        assert!(matches!(refused, Err(SpoolError::Io(_))), "{refused:?}");
        let mut short = unwritable();
        short.write(Bytes::from_static(b"hello")).await.unwrap();
        assert!(matches!(short.finish().await, Err(SpoolError::Io(_))));
    });
    assert!(scratch.files().is_empty());
}
