//! Stores that are copies of a seed: what they hold, and what they take.

use super::{FIRST, a_name, image, listed};
use crate::store::shared_texts::Tables;
use crate::store::spool::{Place, Spool};
use crate::store::{Change, Seed, Store, StoreError, UploadTicket, walk};
use std::collections::BTreeSet;
use std::sync::Arc;

fn seed(images: u8) -> Seed {
    let expected = usize::from(images);
    let seed = Seed::of::<StoreError>(a_name(), expected, FIRST, |add| {
        (0..images).map(image).try_for_each(add)
    });
    seed.unwrap()
}

fn of(seed: &Seed, name: &str) -> Arc<Store> {
    let name = format!("seeds-{name}");
    let spool = Spool::at(&Place::Temporary(name.clone()));
    Arc::new(Store::of(seed, name, FIRST, spool).unwrap())
}

fn remove(store: &Store, id: &str) {
    store
        .change(id, |_| Ok::<_, StoreError>(Change::Remove(())))
        .unwrap();
}

#[test]
fn copies_know_nothing_of_each_other_and_go_back() {
    let seed = seed(20);
    let stores = ["one", "other"].map(|name| of(&seed, name));
    let before = listed(&stores[0]);
    assert_eq!(before.len(), 20);
    remove(&stores[0], "id-03");
    assert_eq!(stores[0].load(&[image(90)]).unwrap().added, 1);
    assert_eq!(listed(&stores[0]).len(), 20);
    assert_eq!(listed(&stores[1]), before);
    for round in 0..3 {
        let generation = stores[0].generation();
        stores[0].return_to(&seed).unwrap();
        assert_eq!(stores[0].generation(), generation + 1);
        // Behind a load nobody can say which images changed.
        let changed = (round > 0).then(|| BTreeSet::from([format!("id-{:02}", round + 3)]));
        assert_eq!(stores[0].changed_behind(generation), changed);
        assert_eq!(listed(&stores[0]), before);
        remove(&stores[0], &format!("id-{:02}", round + 4));
        assert_eq!(listed(&stores[0]).len(), 19);
    }
    assert_eq!(of(&seed, "third").image("id-03").unwrap(), Some(image(3)));
}

/// Until it is written to, a store reads what is the seed's; what happens to it is nobody else's.
#[test]
fn a_seed_lends_its_images_until_the_first_write() {
    let seed = seed(20);
    let (borrower, other) = (of(&seed, "borrower"), of(&seed, "owner"));
    let is_lent = |store: &Store| store.database.is_lent();
    assert!(is_lent(&borrower) && !is_lent(&other));
    let before = listed(&other);
    assert_eq!(listed(&borrower), before);
    remove(&other, "id-04");
    assert_eq!(listed(&borrower), before);
    assert!(is_lent(&borrower));
    let turn = borrower.database.turn().unwrap();
    remove(&borrower, "id-03");
    assert!(!is_lent(&borrower));
    assert_eq!(listed(&borrower).len(), 19);
    drop(turn);
    let third = of(&seed, "behind");
    assert_eq!(listed(&third), before);
    borrower.return_to(&seed).unwrap();
    assert_eq!(listed(&borrower), before);
}

/// Who goes back before it has written, who goes without having written, and who is there longer than its seed.
#[test]
fn a_loan_ends_as_it_may() {
    let lender = seed(5);
    let borrower = of(&lender, "back");
    let turn = borrower.database.turn().unwrap();
    borrower.return_to(&seed(7)).unwrap();
    assert_eq!(listed(&borrower).len(), 7);
    // Who began before that reads on, whatever happens meanwhile.
    remove(&borrower, "id-03");
    let count = |tables: &Tables<'_>| walk::count(tables);
    let read = borrower.database.read_at(&turn, count);
    assert_eq!(read.unwrap(), 5);
    assert_eq!(listed(&borrower).len(), 6);
    assert_eq!(listed(&of(&lender, "behind it")).len(), 5);
    let lender = seed(5);
    drop(of(&lender, "gone"));
    assert_eq!(listed(&of(&lender, "behind the one that is gone")).len(), 5);
    let orphan = of(&seed(5), "orphan");
    assert_eq!(listed(&orphan).len(), 5);
    remove(&orphan, "id-03");
    assert_eq!(listed(&orphan).len(), 4);
    // A copy of many images would have the first write wait.
    let many = Seed::of::<StoreError>(a_name(), 256, FIRST, |add| add(image(1))).unwrap();
    assert!(!of(&many, "many").database.is_lent());
}

/// Two that write at once for the first time, while others read.
#[test]
fn whoever_is_first_to_write_others_wait_and_read() {
    for round in 0..20 {
        let seed = seed(20);
        let store = of(&seed, &format!("first-{round}"));
        std::thread::scope(|scope| {
            for id in ["id-01", "id-02", "id-03"] {
                scope.spawn(|| remove(&store, id));
                scope.spawn(|| assert!((17..=20).contains(&listed(&store).len())));
            }
            scope.spawn(|| {
                let other = of(&seed, &format!("beside-{round}"));
                assert_eq!(listed(&other).len(), 20);
            });
        });
        assert_eq!(listed(&store).len(), 17);
    }
}

#[test]
fn a_file_has_no_seed() {
    let file = super::File::new("no-seed");
    let store = file.store(FIRST);
    store.load(&[image(1)]).unwrap();
    let generation = store.generation();
    assert!(matches!(
        store.return_to(&seed(3)),
        Err(StoreError::NotCopied(_))
    ));
    assert_eq!((listed(&store).len(), store.generation()), (1, generation));
}

/// Of readers there are as many as read at a time, and none while nobody does.
#[test]
fn a_store_that_nobody_asks_has_one_connection_and_few_pages() {
    let seed = seed(30);
    let store = of(&seed, "small");
    let readers = || store.database.readers();
    assert_eq!(readers(), 0);
    listed(&store);
    listed(&store);
    assert_eq!(readers(), 1);
    store.tidy();
    assert_eq!(readers(), 1);
    listed(&store);
    store.tidy();
    store.tidy();
    assert_eq!(readers(), 0);
    listed(&store);
    store.return_to(&seed).unwrap();
    assert_eq!(readers(), 0);
    // It is what the seed is, and no more: a page a table or index, and those of the images.
    let pages = |sql: &str| -> i64 {
        let read = |connection: &Tables<'_>| Ok(connection.query_row(sql, [], |row| row.get(0))?);
        store.database.read(read).unwrap()
    };
    assert!(pages("PRAGMA page_size") <= 4096);
    assert!(
        pages("PRAGMA page_count") <= 40,
        "{}",
        pages("PRAGMA page_count")
    );
}

/// Also of an image that is there again, and is uploaded to again.
#[test]
fn an_upload_that_began_before_a_reset_is_void() {
    let seed = seed(3);
    let store = of(&seed, "uploads");
    let begin = || {
        let begun = store.begin_upload("id-01", |image| -> Result<_, StoreError> {
            Ok((Box::new(image.unwrap()), ()))
        });
        begun.unwrap().0
    };
    let end = |ticket: &UploadTicket| {
        let decide = |image, _: Option<&_>| Ok::<_, StoreError>((Box::new(image), ()));
        store.end_upload(ticket, None, decide).unwrap()
    };
    let before = begin();
    for _ in 0..2 {
        store.return_to(&seed).unwrap();
        let after = begin();
        assert_eq!(end(&before), None);
        assert_eq!(end(&after), Some(()));
    }
}
