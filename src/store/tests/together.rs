//! Writes of a file that are committed together.

use super::{FIRST, File, image, listed};
use crate::domain::property_tests::cases;
use crate::store::{Change, DatabaseFile, Left, Location, Store, StoreError, Uncommitted, put_off};
use proptest::prelude::*;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn rename(store: &Store, id: &str, name: &str) -> Result<(), StoreError> {
    store.change_together(id, |image| {
        let mut image = image.unwrap();
        image.name = Some(name.to_owned());
        Ok(Change::Put(Box::new(image), ()))
    })
}

#[test]
fn writes_that_wait_are_committed_together() {
    let file = File::new("together");
    let store = file.store(FIRST);
    let images: Vec<_> = (0..16).map(image).collect();
    store.load(&images).unwrap();
    let before = store.generation();
    let (inside, first) = (Barrier::new(2), Barrier::new(16));
    let begun = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (store, inside, first, begun) = (&store, &inside, &first, &begun);
        // Has its turn until all others are in line.
        scope.spawn(move || {
            let kept = store.change("id-00", |found| {
                inside.wait();
                first.wait();
                while begun.load(Ordering::Acquire) < 15 {
                    std::thread::yield_now();
                }
                for _ in 0..10_000 {
                    std::thread::yield_now();
                }
                Ok::<_, StoreError>(Change::Put(Box::new(found.unwrap()), ()))
            });
            kept.unwrap();
        });
        inside.wait();
        for number in 1..16 {
            scope.spawn(move || {
                first.wait();
                begun.fetch_add(1, Ordering::AcqRel);
                let id = format!("id-{number:02}");
                if number % 3 == 0 {
                    let refused =
                        store.change(&id, |_| Err::<Change<()>, Option<StoreError>>(None));
                    assert!(refused.is_err());
                } else {
                    rename(store, &id, "new").unwrap();
                }
            });
        }
    });
    // One for the first and ten others; those refused are no writes.
    assert_eq!(store.generation(), before + 11);
    let renamed = listed(&store)
        .iter()
        .filter(|text| *text == "new 1")
        .count();
    assert_eq!(renamed, 10);
}

#[test]
fn a_write_sees_those_before_it_and_takes_back_only_itself() {
    let file = File::new("savepoints");
    let store = file.store(FIRST);
    store.load(&[image(0), image(1)]).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.change("id-00", |_| -> Result<Change<()>, StoreError> {
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    rename(&store, "id-00", "after").unwrap();
    assert_eq!(listed(&store), ["name-01 1", "after 1"]);
}

fn change(left: Left) -> Uncommitted {
    match left {
        Left::Change(uncommitted) => uncommitted,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_change_that_is_put_off_is_nobodys_to_see_before_its_commit() {
    let file = File::new("put-off");
    let store = file.store(FIRST);
    store.load(&[image(0), image(1)]).unwrap();
    let before = store.generation();
    let (done, uncommitted) = put_off(|| rename(&store, "id-00", "new"));
    done.unwrap();
    assert_eq!(listed(&store), ["name-01 1", "name-00 1"]);
    assert_eq!(store.generation(), before);
    store.commit(change(uncommitted)).unwrap();
    assert_eq!(listed(&store), ["name-01 1", "new 1"]);
    assert_eq!(store.generation(), before + 1);

    // What is refused is no write, and yet its answer is as good as what it has seen.
    let refuse = || store.change_together("id-00", |_| Err::<Change<()>, Option<StoreError>>(None));
    let (refused, uncommitted) = put_off(refuse);
    assert!(matches!(refused, Err(None)));
    store.commit(change(uncommitted)).unwrap();
    assert_eq!(store.generation(), before + 1);

    // The second of one piece of work waits for its commit, which is that of the first, too.
    let (done, uncommitted) = put_off(|| {
        rename(&store, "id-00", "first")?;
        rename(&store, "id-01", "second")
    });
    done.unwrap();
    assert_eq!(listed(&store), ["second 1", "first 1"]);
    store.commit(change(uncommitted)).unwrap();
    assert_eq!(store.generation(), before + 3);
    let (none, uncommitted) = put_off(|| ());
    assert!(matches!(uncommitted, Left::Nothing), "{none:?}");

    // Whoever writes in between has all of it committed.
    let (done, uncommitted) = put_off(|| rename(&store, "id-00", "mine"));
    done.unwrap();
    let others = std::thread::scope(|scope| {
        let other = scope.spawn(|| rename(&store, "id-01", "others"));
        other.join().unwrap()
    });
    others.unwrap();
    assert_eq!(listed(&store), ["others 1", "mine 1"]);
    store.commit(change(uncommitted)).unwrap();
}

#[test]
fn a6_a_write_waits_for_another_process_and_then_says_that_it_is_busy() {
    let file = File::new("busy");
    let impatient = DatabaseFile {
        patience: Duration::from_millis(100),
        ..DatabaseFile::at(file.0.clone())
    };
    let store = Arc::new(Store::open(Location::File(impatient), FIRST).unwrap());
    store.load(&[image(0)]).unwrap();
    let other = Connection::open(&file.0).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let generation = store.generation();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let busy = rename(&store, "id-00", "new");
                assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
            });
        }
    });
    assert_eq!(store.generation(), generation);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| rename(&store, "id-00", "new"));
        std::thread::yield_now();
        other.execute_batch("COMMIT").unwrap();
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(listed(&store), ["new 1"]);
}

/// What becomes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Done,
    Refused,
    Failed,
    Panics,
}

/// Writes a name and then meets its fate; says whether it was told that it is done.
fn meet(store: &Store, fate: Fate, id: &str, name: &str) -> bool {
    let written = catch_unwind(AssertUnwindSafe(|| {
        store.change_together(id, |image| {
            let mut image = image.unwrap();
            image.name = Some(name.to_owned());
            match fate {
                Fate::Done => Ok(Change::Put(Box::new(image), ())),
                Fate::Refused => Err(None),
                // Its id is another's: SQLite refuses it when the row is gone already.
                Fate::Failed => {
                    image.id = "id-15".to_owned();
                    image.tags = vec!["twice".to_owned(); 2];
                    Ok(Change::Put(Box::new(image), ()))
                }
                Fate::Panics => std::panic::resume_unwind(Box::new("in the middle")),
            }
        })
    }));
    matches!(written, Ok(Ok::<(), Option<StoreError>>(())))
}

/// Meets the fates one after the other, so many before each commit; says which were done.
fn meet_all(store: &Store, fates: &[Fate], id: &str, together: usize) -> Vec<bool> {
    let mut all = Vec::new();
    for fates in fates.chunks(together) {
        let mut uncommitted = Vec::new();
        for fate in fates {
            let turn = all.len().to_string();
            let meet = || meet(store, *fate, id, &turn);
            let (done, left) = match together {
                1 => (meet(), Left::Nothing),
                _ => put_off(meet),
            };
            all.push(done);
            if let Left::Change(change) = left {
                uncommitted.push(change);
            }
        }
        for uncommitted in uncommitted {
            store.commit(uncommitted).unwrap();
        }
    }
    all
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Done),
        2 => Just(Fate::Refused),
        1 => Just(Fate::Failed),
        1 => Just(Fate::Panics),
    ]
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn what_is_told_to_be_done_is_there_and_nothing_else(
        writers in prop::collection::vec((prop::collection::vec(fate(), 1..12), 1_usize..5), 2..8),
    ) {
        let file = File::new("fates");
        let store = file.store(FIRST);
        store.load(&(0..16).map(image).collect::<Vec<_>>()).unwrap();
        let before = store.generation();
        // Each has an image of its own, and its last write that is done is what is kept.
        let done: Vec<Vec<bool>> = std::thread::scope(|scope| {
            let started: Vec<_> = writers.iter().enumerate().map(|(number, (fates, together))| {
                let store = &store;
                scope.spawn(move || {
                    meet_all(store, fates, &format!("id-{number:02}"), *together)
                })
            }).collect();
            started.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        let mut expected: BTreeMap<_, _> = (0..16).map(image).map(|image| (image.id, image.name)).collect();
        let mut count = 0;
        for (number, ((fates, _), done)) in writers.iter().zip(&done).enumerate() {
            for (turn, (fate, done)) in fates.iter().zip(done).enumerate() {
                prop_assert_eq!(*fate == Fate::Done, *done);
                if *done {
                    expected.insert(format!("id-{number:02}"), Some(turn.to_string()));
                    count += 1;
                }
            }
        }
        prop_assert_eq!(store.generation(), before + count);
        drop(store);
        // As another process finds it, which knows nothing of what was not committed.
        let store = file.store(FIRST);
        let images = store.images(&super::listing()).unwrap();
        let found: BTreeMap<_, _> = images.into_iter().map(|image| (image.id, image.name)).collect();
        prop_assert_eq!(found, expected);
    }
}

/// What takes the place of everything is a commit of its own, and what waits before it is committed first.
#[test]
fn a_reset_amid_writers_loses_none_that_came_later() {
    let file = File::new("reset-amid-writers");
    let store = file.store(FIRST);
    let images: Vec<_> = (0..8).map(image).collect();
    store.load(&images).unwrap();
    let before = store.generation();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for _ in 0..20 {
                    rename(store, &format!("id-{number:02}"), "new").unwrap();
                }
            });
        }
        for _ in 0..5 {
            store.replace_all(&images).unwrap();
        }
    });
    assert_eq!(store.generation(), before + 8 * 20 + 5);
    for number in 0..8 {
        rename(&store, &format!("id-{number:02}"), "last").unwrap();
    }
    let failed = store.replace_each(8, |add| {
        add(image(1))?;
        Err(StoreError::Busy)
    });
    assert!(matches!(failed, Err(StoreError::Busy)));
    assert_eq!(listed(&store), vec!["last 1"; 8]);
    drop(store);
    assert_eq!(listed(&file.store(FIRST)), vec!["last 1"; 8]);
}
