//! What cannot be seen from outside in one release: databases of others.
#![allow(clippy::unwrap_used)]

mod damage;
mod foreign;
mod many;
mod refused;
mod searched;
mod seeds;
mod shared;
mod slices;
mod together;

use super::{Change, DatabaseFile, Listing, Location, Store, StoreError, schema};
use crate::domain::{
    Image, ImageQuery, ImageTexts, ListForm, ListedImage, MemberStatus, Scope, Shares, TextMaker,
    Timestamp,
};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const FIRST: TextMaker = TextMaker {
    version: 1,
    make: |image| texts(image, 1),
};

const SECOND: TextMaker = TextMaker {
    version: 2,
    make: |image| texts(image, 2),
};

fn texts(image: &Image, version: u8) -> ImageTexts {
    let text = format!("{} {version}", image.name.as_deref().unwrap_or_default());
    ImageTexts {
        json: (text != "textless 1").then(|| text.clone().into_bytes()),
        ..ImageTexts::default()
    }
}

/// A name that no other database in memory has.
fn a_name() -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    format!("a-name-{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

/// A file that is removed in the end.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let name = format!("nova-images-{}-{name}.sqlite", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// What SQLite keeps beside it.
    fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = self.0.clone().into_os_string();
        path.push(suffix);
        path.into()
    }

    fn store(&self, maker: TextMaker) -> Arc<Store> {
        Arc::new(Store::open(Location::File(DatabaseFile::at(self.0.clone())), maker).unwrap())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            _ = std::fs::remove_file(self.beside(suffix));
        }
    }
}

fn image(number: u8) -> Image {
    Image {
        owner: Some("p".to_owned()),
        created_at: Timestamp::from_micros(i64::from(number / 2)),
        ..Image::example(&format!("id-{number:02}"), &format!("name-{number:02}"))
    }
}

/// All that the project of the tests sees.
fn listing() -> ImageQuery {
    ImageQuery::new(Scope {
        project_id: Some("p".to_owned()),
        every_project: false,
        shares: Shares::MadeToViewer(MemberStatus::Accepted),
        community: false,
        hidden: Some(false),
        unlisted: false,
    })
}

/// Shows each image of a query, however many slices that takes.
fn each(
    store: &Arc<Store>,
    query: ImageQuery,
    form: ListForm,
    visit: &mut dyn FnMut(ListedImage<'_>),
) -> Result<(), StoreError> {
    let mut listing = Listing::of(Arc::clone(store), query, form);
    while let Some(slice) = listing.next(u64::MAX)? {
        slice.each(visit);
    }
    Ok(())
}

fn listed(store: &Arc<Store>) -> Vec<String> {
    let mut found = Vec::new();
    each(store, listing(), ListForm::Json, &mut |image| {
        found.push(match image {
            ListedImage::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ListedImage::Whole(image) => format!("whole {}", image.id),
            ListedImage::Entry { id, .. } => format!("entry {id}"),
        });
    })
    .unwrap();
    found
}

#[test]
fn a_database_of_version_2_gets_texts() {
    let file = File::new("version-2");
    let connection = Connection::open(&file.0).unwrap();
    schema::tests::make_version_2(&connection);
    connection
        .execute_batch(
            "INSERT INTO images (id, name, status, unlisted, visibility, owner, min_ram, min_disk, \
             created_at, updated_at, protected, hidden, properties, plain) VALUES \
             ('id', 'old', 'active', 0, 'private', 'p', 0, 0, 0, 0, 0, 0, '{}', 1)",
        )
        .unwrap();
    drop(connection);
    let store = file.store(FIRST);
    assert_eq!(listed(&store), ["old 1"]);
    assert_eq!(store.load(&[image(1)]).unwrap().added, 1);
    assert_eq!(listed(&store), ["name-01 1", "old 1"]);
}

#[test]
fn texts_of_another_release_are_made_anew() {
    let file = File::new("other-release");
    let images: Vec<_> = (0..20).map(image).collect();
    let names = |version: u8| -> Vec<_> {
        let numbers = (0..20).rev();
        numbers.map(|n| format!("name-{n:02} {version}")).collect()
    };
    let store = file.store(FIRST);
    store.load(&images).unwrap();
    assert_eq!(listed(&store), names(1));
    drop(store);
    assert_eq!(listed(&file.store(SECOND)), names(2));
    assert_eq!(listed(&file.store(FIRST)), names(1));
}

#[test]
fn texts_follow_their_images() {
    let location = Location::Memory("texts-follow".to_owned());
    let store = Arc::new(Store::open(location, FIRST).unwrap());
    store.load(&(0..20).map(image).collect::<Vec<_>>()).unwrap();
    let name = |id: &str, name: Option<&str>| {
        store.change(id, |image| -> Result<_, StoreError> {
            let mut image = image.unwrap();
            image.name = name.map(str::to_owned);
            Ok(match name {
                Some(_) => Change::Put(Box::new(image), ()),
                None => Change::Remove(()),
            })
        })
    };
    name("id-19", Some("new")).unwrap();
    name("id-18", Some("textless")).unwrap();
    name("id-17", None).unwrap();
    let mut expected = vec!["new 1".to_owned(), "whole id-18".to_owned()];
    expected.extend((0..17).rev().map(|n| format!("name-{n:02} 1")));
    assert_eq!(listed(&store), expected);
    name("id-18", Some("back")).unwrap();
    assert_eq!(listed(&store).get(1).map(String::as_str), Some("back 1"));
    store.replace_all(&[image(3)]).unwrap();
    assert_eq!(listed(&store), ["name-03 1"]);
}
