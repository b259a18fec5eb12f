//! Rows that somebody has damaged: what cannot be read is an error that names the row, and stays as
//! it is.

use super::{FIRST, File, SECOND, each, image, listed, listing};
use crate::domain::{
    Image, ImageQuery, ListForm, ListedImage, Member, MemberStatus, Named, Properties,
    PropertyValue, Timestamp, Token, TokenScope, TokenUser,
};
use crate::store::{Change, Listing, Store, StoreError};
use rusqlite::Connection;
use std::sync::Arc;

/// No UTF-8.
const BROKEN: &str = "CAST(x'ff' AS TEXT)";

/// A file of twenty images, the first of which has everything.
fn file(name: &str) -> File {
    let file = File::new(name);
    let store = file.store(FIRST);
    let mut images: Vec<_> = (0..20).map(image).collect();
    images[0] = Image {
        tags: vec!["tag".to_owned()],
        members: vec![Member::new("q", MemberStatus::Accepted, Member::SOME_TIME)],
        properties: Properties::from_iter([("key".to_owned(), PropertyValue::from("value"))]),
        ..image(0)
    };
    store.load(&images).unwrap();
    file
}

fn damage(file: &File, sql: &str) {
    let connection = Connection::open(&file.0).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
}

/// Everything that the file says of images.
fn rows(file: &File) -> Vec<String> {
    let connection = Connection::open(&file.0).unwrap();
    let mut rows = Vec::new();
    for table in [
        "images",
        "image_terms",
        "image_tags",
        "image_members",
        "image_json",
    ] {
        let mut select = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = select.column_count();
        let mut found = select.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values = (0..columns).map(|column| format!("{:?}", row.get_ref(column)));
            rows.push(values.collect());
        }
    }
    rows
}

fn refusal<T>(result: Result<T, StoreError>) -> String {
    match result {
        Err(error @ StoreError::Damaged(_)) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("{error}: {}", cause.unwrap_or_default())
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("read in spite of the damage"),
    }
}

fn entries(store: &Arc<Store>) -> Result<usize, StoreError> {
    let mut count = 0;
    each(store, listing(), ListForm::Entries, &mut |_| count += 1)?;
    Ok(count)
}

fn rename(store: &Store, id: &str) -> Result<(), StoreError> {
    store.change(id, |image| {
        let mut image = image.unwrap();
        image.name = Some("new".to_owned());
        Ok(Change::Put(Box::new(image), ()))
    })
}

#[test]
fn a10_a_damaged_image_is_an_error_that_names_it() {
    for (column, value, cause) in [
        ("properties", "'{\"key\": \"val'", "EOF while parsing"),
        ("properties", "''", "EOF while parsing"),
        ("properties", "'[]'", "invalid type"),
        ("properties", "'{\"key\": 1}'", "did not match"),
        ("properties", BROKEN, "utf-8"),
        ("name", BROKEN, "utf-8"),
        ("status", "'odd'", "what is \"odd\"?"),
        ("status", BROKEN, "utf-8"),
        ("visibility", "'odd'", "what is \"odd\"?"),
        ("owner", BROKEN, "utf-8"),
        ("protected", "7", "what is 7?"),
        ("hidden", "-1", "what is -1?"),
        ("unlisted", "1", "disagree"),
        ("status", "'deleted'", "disagree"),
        ("container_format", BROKEN, "utf-8"),
        ("disk_format", BROKEN, "utf-8"),
        ("checksum", BROKEN, "utf-8"),
        ("os_hash_algo", BROKEN, "utf-8"),
        ("os_hash_value", BROKEN, "utf-8"),
    ] {
        let file = file("damaged-image");
        damage(
            &file,
            &format!("UPDATE images SET {column} = {value} WHERE id = 'id-00'"),
        );
        assert_damaged(&file, column, cause);
    }
    for (table, column, value, cause) in [
        ("image_tags", "tag", BROKEN, "utf-8"),
        ("image_members", "project_id", BROKEN, "utf-8"),
        ("image_members", "status", "'odd'", "what is \"odd\"?"),
        ("image_members", "status", BROKEN, "utf-8"),
    ] {
        let file = file("damaged-image");
        damage(&file, &format!("UPDATE {table} SET {column} = {value}"));
        assert_damaged(
            &file,
            if column == "tag" { "tags" } else { "members" },
            cause,
        );
    }
}

/// Reads of the first image fail and say why, writes leave it alone; the others are as they were.
fn assert_damaged(file: &File, what: &str, cause: &str) {
    let before = rows(file);
    let store = file.store(FIRST);
    let read = refusal(store.image("id-00"));
    assert!(read.starts_with("image id-00 is damaged: "), "{read}");
    assert!(read.contains(what) && read.contains(cause), "{read}");
    let generation = store.generation();
    assert_eq!(refusal(rename(&store, "id-00")), read);
    let removed = store.change("id-00", |_| Ok::<_, StoreError>(Change::Remove(())));
    assert_eq!(refusal(removed), read);
    assert_eq!(store.load(&[image(0)]).unwrap().kept, 1);
    assert_eq!(store.generation(), generation + 1);
    let mut everything = listing();
    everything.scope.every_project = true;
    everything.scope.community = true;
    everything.scope.hidden = None;
    everything.scope.unlisted = true;
    assert_eq!(refusal(store.images(&everything)), read);
    if what == "name" {
        assert!(read.starts_with(&refusal(entries(&store))));
    }
    assert_eq!(store.image("id-01").unwrap(), Some(image(1)));
    drop(store);
    assert!(rows(file) == before, "{read}");
    rename(&file.store(FIRST), "id-01").unwrap();
}

/// What lists show of an image stands by itself: they show it as long as that is whole.
#[test]
fn a10_a_list_shows_what_is_whole() {
    let file = file("damaged-row");
    damage(
        &file,
        "UPDATE images SET properties = '{' WHERE id = 'id-00'",
    );
    let store = file.store(FIRST);
    assert_eq!(listed(&store).len(), 20);
    assert_eq!(entries(&store).unwrap(), 20);
}

#[test]
fn a10_a_damaged_id_is_named_by_its_row() {
    let file = file("damaged-id");
    damage(
        &file,
        &format!("UPDATE images SET id = {BROKEN} WHERE id = 'id-00'"),
    );
    let store = file.store(FIRST);
    assert_eq!(store.image("id-00").unwrap(), None);
    let name = "row 1 of the images is damaged: its id cannot be read";
    assert!(refusal(entries(&store)).starts_with(name));
    assert!(refusal(store.images(&listing())).starts_with(name));
    // The text is whole; the id is asked for where a next page begins.
    assert_eq!(listed(&store).len(), 20);
    let up_to_it = ImageQuery {
        limit: Some(19),
        ..listing()
    };
    let mut list = Listing::of(Arc::clone(&store), up_to_it, ListForm::Json);
    let slice = list.next(u64::MAX).unwrap().unwrap();
    assert_eq!(slice.len(), 19);
    assert!(refusal(slice.last_id.unwrap()).starts_with(name));
}

#[test]
fn a10_a_damaged_marker_begins_no_page() {
    let file = file("damaged-marker");
    damage(
        &file,
        &format!("UPDATE images SET name = {BROKEN} WHERE id = 'id-00'"),
    );
    let mut query = listing();
    query.after = Some("id-00".to_owned());
    query.sort.insert(
        0,
        crate::domain::Sort {
            key: crate::domain::SortKey::Name,
            direction: crate::domain::Direction::Ascending,
        },
    );
    let page = file.store(FIRST).images(&query);
    assert!(refusal(page).starts_with("image id-00 is damaged: "));
}

#[test]
fn a10_texts_cut_short_are_no_missing_texts() {
    for value in [
        "substr(texts, 1, length(texts) - 1)",
        "x''",
        "x'ff' || texts",
    ] {
        let file = file("damaged-texts");
        // The first block has seven rows, since rows are counted from 1.
        let value = format!("CAST({value} AS BLOB)");
        damage(
            &file,
            &format!("UPDATE image_json SET texts = {value} WHERE block = 0"),
        );
        let before = rows(&file);
        let store = file.store(FIRST);
        let list = each(&store, listing(), ListForm::Json, &mut |_| {});
        let said = refusal(list);
        assert!(
            said.contains(" of the images is damaged: block 0 of image_json"),
            "{said}"
        );
        assert!(refusal(rename(&store, "id-00")).contains("block 0 of image_json"));
        assert_eq!(store.image("id-01").unwrap(), Some(image(1)));
        assert_eq!(entries(&store).unwrap(), 20);
        drop(store);
        assert!(rows(&file) == before);
        let store = file.store(FIRST);
        rename(&store, "id-19").unwrap();
        // Texts are made of the rows: another release makes them all anew.
        drop(store);
        assert_eq!(listed(&file.store(SECOND)).len(), 20);
    }
}

#[test]
fn a10_another_release_starts_beside_a_damaged_image() {
    let file = file("damaged-renewal");
    damage(
        &file,
        "UPDATE images SET properties = '{' WHERE id = 'id-19'",
    );
    let store = file.store(SECOND);
    let list = each(&store, listing(), ListForm::Json, &mut |_| {});
    assert!(refusal(list).starts_with("image id-19 is damaged: its properties"));
    let mut query = listing();
    query.after = Some("id-18".to_owned());
    let mut names = Vec::new();
    each(&store, query, ListForm::Json, &mut |image| match image {
        ListedImage::Text(text) => names.push(String::from_utf8(text.to_vec()).unwrap()),
        ListedImage::Entry { .. } | ListedImage::Whole(_) => panic!("no text"),
    })
    .unwrap();
    assert_eq!(names.len(), 18);
    assert_eq!(names[0], "name-17 2");
}

fn token() -> Token {
    let named = |name: &str| Named {
        id: name.to_owned(),
        name: name.to_owned(),
    };
    Token {
        user: TokenUser {
            id: "u".to_owned(),
            name: "u".to_owned(),
            domain: named("d"),
        },
        scope: TokenScope::Project {
            project: named("p"),
            domain: named("d"),
        },
        roles: vec!["member".to_owned()],
        methods: vec!["password".to_owned()],
        audit_id: "a".to_owned(),
        first_audit_id: None,
        issued_at: Timestamp::from_micros(0),
        expires_at: Some(Timestamp::from_micros(1)),
    }
}

#[test]
fn a10_a_damaged_token_is_an_error_that_names_it() {
    for (column, value, cause) in [
        ("roles", "'[\"mem'", "EOF while parsing"),
        ("roles", "'{}'", "invalid type"),
        ("methods", "''", "EOF while parsing"),
        ("scope", "'odd'", "what is \"odd\"?"),
        ("scope_domain_id", "NULL", "Null"),
        ("scope_domain_name", "NULL", "Null"),
        ("scope_id", BROKEN, "utf-8"),
        ("user_id", BROKEN, "utf-8"),
        ("user_name", BROKEN, "utf-8"),
        ("user_domain_name", BROKEN, "utf-8"),
        ("audit_id", BROKEN, "utf-8"),
        ("first_audit_id", BROKEN, "utf-8"),
    ] {
        let file = File::new("damaged-token");
        file.store(FIRST).keep_token(&[0xab; 32], &token()).unwrap();
        damage(&file, &format!("UPDATE tokens SET {column} = {value}"));
        let said = refusal(file.store(FIRST).tokens());
        let name = format!(
            "the token of digest {} is damaged: its {column} ",
            "ab".repeat(32)
        );
        assert!(said.starts_with(&name) && said.contains(cause), "{said}");
    }
    for table in ["tokens", "revoked_tokens"] {
        let file = File::new("damaged-digest");
        let store = file.store(FIRST);
        store.keep_token(&[0xab; 32], &token()).unwrap();
        store.revoke_tokens(&[[0xab; 32]]).unwrap();
        assert_eq!(store.tokens().unwrap().issued, [([0xab; 32], token())]);
        drop(store);
        damage(&file, &format!("UPDATE {table} SET digest = x'abcd'"));
        let said = refusal(file.store(FIRST).tokens());
        assert!(
            said.starts_with("the token of digest abcd is damaged: "),
            "{said}"
        );
    }
}
