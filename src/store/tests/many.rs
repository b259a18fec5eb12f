//! So many images that they are read by one thread and stored by another, and indexed in the end.

use super::{FIRST, File, image, listed, listing};
use crate::domain::{Image, Timestamp};
use crate::store::{Incoming, Store, StoreError};
use rusqlite::ErrorCode;
use std::collections::HashMap;

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

/// Images that are imported, of however many.
const SOME: usize = 500;

/// Takes in images whose ids begin like this.
fn import(store: &Store, ids: &str, expected: u32, is_instead: bool) -> Result<usize, StoreError> {
    // Whoever has read stands by to read again.
    store.image_count()?;
    let incoming = Incoming {
        expected: expected as usize,
        is_instead,
        data: &HashMap::new(),
    };
    let imported = store.import::<StoreError>(incoming, &|add| {
        images().take(SOME).try_for_each(|image| {
            let id = format!("{ids}{}", image.id);
            add(Image { id, ..image })
        })
    })?;
    Ok(imported.images)
}

/// Lets the file have so many pages more than it has.
fn limit(store: &Store, more: i64) {
    let limited = store.database.write_all(|connection| {
        let count = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let most = count("page_count")? + more;
        connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?;
        Ok(())
    });
    limited.unwrap();
}

#[test]
fn an_import_goes_past_the_log_and_leaves_nothing_where_there_is_no_room() {
    let file = File::new("import");
    let bytes = |suffix| std::fs::metadata(file.beside(suffix)).map_or(0, |it| it.len());
    let store = file.store(FIRST);
    for (ids, expected, is_instead) in [("a", 1, false), ("b", MANY, true), ("c", MANY, false)] {
        assert_eq!(import(&store, ids, expected, is_instead).unwrap(), SOME);
        assert!(bytes("-wal") < 64 * 1024, "{ids}: {}", bytes("-wal"));
    }
    let (before, images) = (bytes(""), store.image_count().unwrap());
    limit(&store, 8);
    let long = "long ".repeat(100);
    for (ids, expected, is_instead) in [("d", 1, false), ("d", MANY, false), (&long, MANY, true)] {
        let failed = import(&store, ids, expected, is_instead);
        let code = match &failed {
            Err(StoreError::Sqlite(error)) => error.sqlite_error_code(),
            _ => None,
        };
        assert_eq!(code, Some(ErrorCode::DiskFull), "{failed:?}");
        assert_eq!(bytes(""), before);
        assert!(bytes("-wal") < 64 * 1024, "{}", bytes("-wal"));
        assert_eq!(bytes("-journal"), 0);
        assert_eq!(store.image_count().unwrap(), images);
    }
    limit(&store, i64::from(u32::MAX / 2));
    assert_eq!(import(&store, "d", 1, false).unwrap(), SOME);
    store.check().unwrap();
}
