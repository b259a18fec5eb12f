//! Lists that are read in slices while others write.

use super::{FIRST, File, each, image, listing};
use crate::domain::filter::TextColumn;
use crate::domain::{Direction, Matches, Sort, Test};
use crate::domain::{Image, ImageQuery, ListForm, ListedImage, SortKey, Timestamp, Visibility};
use crate::store::{Change, Listing, Location, Store, StoreError};
use std::sync::Arc;

/// More than two slices.
const MANY: usize = 2500;

fn many() -> Vec<Image> {
    let numbered = |number: usize| Image {
        id: format!("id-{number:05}"),
        name: Some(format!("name-{:05}", MANY - number)),
        created_at: Timestamp::from_micros(i64::try_from(number / 7).unwrap()),
        ..image(0)
    };
    (0..MANY).map(numbered).collect()
}

fn in_memory(name: &str) -> Arc<Store> {
    Arc::new(Store::open(Location::Memory(name.to_owned()), FIRST).unwrap())
}

fn names(listing: &mut Listing) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(slice) = listing.next(u64::MAX).unwrap() {
        slice.each(&mut |image| match image {
            ListedImage::Text(text) => names.push(String::from_utf8_lossy(text).into_owned()),
            ListedImage::Entry { id, .. } => names.push(id.to_owned()),
            ListedImage::Whole(image) => names.push(image.id.clone()),
        });
    }
    names
}

/// Rows stand eight in a block, whose texts are read together.
#[test]
fn a_list_shows_the_same_whether_it_sees_few_of_each_block_or_all() {
    let store = in_memory("few-of-each-block");
    let is_seen = |number: usize| number.is_multiple_of(11) || (900..1300).contains(&number);
    let mut images = many();
    for (number, image) in images.iter_mut().enumerate() {
        image.visibility = Visibility::Private;
        image.owner = is_seen(number).then(|| "p".to_owned());
    }
    store.load(&images).unwrap();
    let whole = store.images(&listing()).unwrap();
    assert_eq!(
        whole.len(),
        (0..MANY).filter(|number| is_seen(*number)).count()
    );
    let expected: Vec<_> = whole
        .iter()
        .map(|image| format!("{} 1", image.name.as_deref().unwrap()))
        .collect();
    let mut list = Listing::of(Arc::clone(&store), listing(), ListForm::Json);
    assert_eq!(names(&mut list), expected);
}

/// Of two in three that a project sees, as many are told to come as do come; of what is not told by sets, none.
#[test]
fn what_is_ahead_of_a_list_is_known_without_a_look_at_it() {
    let file = File::new("ahead");
    for store in [in_memory("ahead"), file.store(FIRST)] {
        let mut images = many();
        for (number, image) in images.iter_mut().enumerate() {
            image.owner = (number % 3 > 0).then(|| "p".to_owned());
            image.visibility = Visibility::Private;
        }
        store.load(&images).unwrap();
        let mut query = listing();
        let count = store.images(&query).unwrap().len() as u64;
        assert!((1600..1700).contains(&count));
        let begun = |query: &ImageQuery| {
            let mut list = Listing::of(Arc::clone(&store), query.clone(), ListForm::Json);
            assert!(!list.has_ahead(1).unwrap());
            let shown = list.next(u64::MAX).unwrap().unwrap().len() as u64;
            (list, count - shown)
        };
        let (mut list, ahead) = begun(&query);
        assert!(list.has_ahead(ahead).unwrap() && !list.has_ahead(ahead + 1).unwrap());
        let next = list.next(300).unwrap().unwrap().len() as u64;
        let ahead = ahead - next;
        assert!(list.has_ahead(ahead).unwrap() && !list.has_ahead(ahead + 1).unwrap());
        while list.next(u64::MAX).unwrap().is_some() {}
        assert!(!list.has_ahead(1).unwrap());
        let limited = ImageQuery {
            limit: Some(600),
            ..query.clone()
        };
        let (list, ahead) = begun(&limited);
        let ahead = ahead - (count - 600);
        assert!(list.has_ahead(ahead).unwrap() && !list.has_ahead(ahead + 1).unwrap());
        let named = Test::Text(TextColumn::Name, Matches::AnyOf(vec!["none".to_owned()]));
        let by_name = Sort {
            key: SortKey::Name,
            direction: Direction::Ascending,
        };
        let mut sorted = query.clone();
        sorted.sort.insert(0, by_name);
        assert!(!begun(&sorted).0.has_ahead(1).unwrap());
        query.tests = vec![named];
        let mut none = Listing::of(Arc::clone(&store), query, ListForm::Json);
        assert!(none.next(u64::MAX).unwrap().unwrap().len() == 0);
        assert!(!none.has_ahead(1).unwrap());
    }
}

#[test]
fn slices_make_the_list() {
    let store = in_memory("slices-make-the-list");
    store.load(&many()).unwrap();
    let by_name = Sort {
        key: SortKey::Name,
        direction: Direction::Ascending,
    };
    let mut sorted = listing();
    sorted.sort.insert(0, by_name);
    for (query, form) in [
        (listing(), ListForm::Json),
        (listing(), ListForm::Entries),
        (sorted, ListForm::Json),
    ] {
        for limit in [
            None,
            Some(1),
            Some(1024),
            Some(1025),
            Some(2048),
            Some(2500),
            Some(3000),
        ] {
            let query = ImageQuery {
                limit,
                ..query.clone()
            };
            let whole = store.images(&query).unwrap();
            let ids: Vec<_> = match form {
                ListForm::Entries => whole.iter().map(|image| image.id.clone()).collect(),
                _ => whole
                    .iter()
                    .map(|image| format!("{} 1", image.name.as_deref().unwrap()))
                    .collect(),
            };
            let mut list = Listing::of(Arc::clone(&store), query, form);
            assert_eq!(names(&mut list), ids, "{limit:?} {form:?}");
            assert!(list.is_over());
        }
    }
}

fn add(store: &Store, id: &str, created_at: i64) {
    let image = Image {
        id: id.to_owned(),
        created_at: Timestamp::from_micros(created_at),
        ..image(0)
    };
    assert_eq!(store.load(&[image]).unwrap().added, 1);
}

/// What comes while a list is read stays out; what goes is not missed where it was read already.
#[test]
fn writes_between_slices_tear_nothing() {
    let file = File::new("between-slices");
    for store in [in_memory("between-slices"), file.store(FIRST)] {
        store.load(&many()).unwrap();
        let before: Vec<_> = store.images(&listing()).unwrap();
        let mut list = Listing::of(Arc::clone(&store), listing(), ListForm::Entries);
        let first = list.next(u64::MAX).unwrap().unwrap();
        let mut found = Vec::new();
        first.each(&mut |image| {
            if let ListedImage::Entry { id, .. } = image {
                found.push(id.to_owned());
            }
        });
        // Older than the rest, newer than all, and the very row that the first slice ended with gone.
        add(&store, "older", -1);
        add(&store, "newer", i64::from(i32::MAX));
        let last = found.last().unwrap().clone();
        let remove = |_| Ok::<_, StoreError>(Change::Remove(()));
        store.change(&last, remove).unwrap();
        found.extend(names(&mut list));
        let expected: Vec<_> = before.iter().map(|image| image.id.clone()).collect();
        assert_eq!(found, expected);
        let mut now = 0;
        each(&store, listing(), ListForm::Json, &mut |_| now += 1).unwrap();
        assert_eq!(now, MANY + 1);
    }
}

/// A list that nobody reads to its end lets its snapshot of a file go.
#[test]
fn a_list_left_behind_holds_nothing() {
    let file = File::new("left-behind");
    let store = file.store(FIRST);
    store.load(&many()).unwrap();
    for _ in 0..20 {
        let mut list = Listing::of(Arc::clone(&store), listing(), ListForm::Json);
        assert!(list.next(u64::MAX).unwrap().is_some() && !list.is_over());
    }
    add(&store, "newer", i64::from(i32::MAX));
    let mut list = Listing::of(Arc::clone(&store), listing(), ListForm::Entries);
    assert_eq!(names(&mut list).len(), MANY + 1);
}
