//! So many images that they are read by one thread and stored by another, and indexed in the end.

use super::{FIRST, File, image, listed, listing};
use crate::domain::{Image, Timestamp};
use crate::store::{Store, StoreError};

const MANY: u32 = 10_000;

fn images() -> impl Iterator<Item = Image> {
    (0..MANY).map(|number| Image {
        owner: Some("p".to_owned()),
        created_at: Timestamp::from_micros(i64::from(number)),
        ..Image::example(&format!("id-{number:05}"), &format!("name-{number:05}"))
    })
}

/// How many images each index has, and how many there are.
fn counts(store: &Store) -> Vec<(String, i64)> {
    let counted = store.database.read(|connection| {
        let mut select = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")?;
        let names = select.query_map([], |row| row.get(0))?;
        let mut counts = Vec::new();
        for name in names {
            let name: String = name?;
            let count = format!("SELECT count(*) FROM images INDEXED BY {name}");
            let count = connection.query_row(&count, [], |row| row.get(0));
            counts.push((name, count.unwrap_or(-1)));
        }
        Ok(counts)
    });
    counted.unwrap()
}

#[test]
fn many_images_are_stored_as_few_are() {
    let file = File::new("many");
    let store = file.store(FIRST);
    let before = counts(&store);
    store.load(&[image(1)]).unwrap();
    // There are some, so that the indexes stay.
    let some =
        store.load_each::<StoreError>(MANY as usize, |add| images().take(3).try_for_each(add));
    assert_eq!(some.unwrap().added, 3);
    store.replace_all(&[]).unwrap();

    // What fails in the middle leaves nothing, and the indexes.
    let failed = store.load_each(MANY as usize, |add| {
        images().take(500).try_for_each(&mut *add)?;
        Err(StoreError::Busy)
    });
    assert!(matches!(failed, Err(StoreError::Busy)));
    assert_eq!(counts(&store), before);

    let loaded = store.load_each::<StoreError>(MANY as usize, |add| images().try_for_each(add));
    assert_eq!(loaded.unwrap().added, MANY as usize);
    let names = |counts: Vec<(String, i64)>| counts.into_iter().map(|(name, _)| name);
    assert!(names(counts(&store)).eq(names(before)));
    let whole = counts(&store);
    let of_all = ["images_by_name", "images_by_creation", "images_by_size"];
    for (name, count) in whole
        .iter()
        .filter(|(name, _)| of_all.contains(&name.as_str()))
    {
        assert_eq!(*count, i64::from(MANY), "{name}");
    }
    store.check().unwrap();
    let texts = listed(&store);
    assert_eq!(texts.len(), MANY as usize);
    assert_eq!(texts.first().map(String::as_str), Some("name-09999 1"));
    drop(store);
    // Another opens it as it is.
    let store = file.store(FIRST);
    let one = crate::domain::ImageQuery {
        limit: Some(1),
        ..listing()
    };
    assert_eq!(store.images(&one).unwrap()[0].id, "id-09999");
    assert_eq!(store.load(&[image(1)]).unwrap().added, 1);
}
