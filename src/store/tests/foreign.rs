//! Files: those of others are left alone, one's own are for oneself.

use super::{FIRST, File, image, listed};
use crate::store::{DatabaseFile, Location, Store, StoreError};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::PathBuf;

/// A file and what SQLite keeps beside it, with their content.
fn contents(file: &File) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = ["", "-journal", "-wal"].map(|suffix| file.beside(suffix));
    let there = paths.into_iter().filter(|path| path.exists());
    there
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

fn assert_refused(file: &File, what: &str) {
    let before = contents(file);
    let opened = Store::open(Location::File(DatabaseFile::at(file.0.clone())), FIRST);
    assert!(matches!(opened, Err(StoreError::Foreign)), "{what}");
    assert!(contents(file) == before, "{what}");
}

/// The database of another program.
fn made_by(name: &str, sql: &str) -> File {
    let file = File::new(name);
    let connection = Connection::open(&file.0).unwrap();
    connection.execute_batch(sql).unwrap();
    file
}

#[test]
fn a5_a_foreign_file_is_refused_before_a_byte_of_it_changes() {
    for sql in [
        "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('dear me');",
        "PRAGMA user_version = 1;",
        "PRAGMA application_id = 7;",
        "PRAGMA application_id = -1;",
        "PRAGMA page_size = 512; CREATE VIEW one AS SELECT 1;",
        "PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT);",
        "PRAGMA encoding = 'UTF-16'; CREATE TABLE images (id TEXT);",
        // Ours by its mark alone.
        "PRAGMA application_id = 1313426759; CREATE TABLE images (id TEXT);",
        "PRAGMA application_id = 1313426759; PRAGMA user_version = -3;",
    ] {
        assert_refused(&made_by("foreign", sql), sql);
    }
    for text in ["x", "SQLite format 3\0", &"a letter ".repeat(1000)] {
        let file = File::new("letter");
        std::fs::write(&file.0, text).unwrap();
        assert_refused(&file, text);
    }
}

/// The file itself is empty yet: all is in its log.
#[test]
fn a5_a_foreign_log_is_left_alone() {
    let file = File::new("foreign-log");
    let connection = Connection::open(&file.0).unwrap();
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT);")
        .unwrap();
    drop(connection);
    assert_eq!(contents(&file).len(), 2);
    assert_refused(&file, "log");
}

#[test]
fn a5_an_empty_file_is_nobodys() {
    let file = File::new("empty");
    std::fs::write(&file.0, "").unwrap();
    file.store(FIRST).load(&[image(1)]).unwrap();
    assert_eq!(listed(&file.store(FIRST)), ["name-01 1"]);
    // As a server leaves it that is killed at its very start.
    let file = made_by("fresh", "PRAGMA journal_mode = WAL; VACUUM;");
    assert!(file.0.metadata().unwrap().len() > 0);
    file.store(FIRST).load(&[image(1)]).unwrap();
    assert_eq!(listed(&file.store(FIRST)), ["name-01 1"]);
}

/// A server that is killed leaves everything in its log.
#[test]
fn a_log_of_ours_is_taken_up() {
    let (file, copy) = (File::new("killed"), File::new("killed-copy"));
    let store = file.store(FIRST);
    store.load(&[image(1)]).unwrap();
    for suffix in ["", "-wal"] {
        std::fs::copy(file.beside(suffix), copy.beside(suffix)).unwrap();
    }
    assert_eq!(listed(&copy.store(FIRST)), ["name-01 1"]);
}

#[cfg(unix)]
#[test]
fn a17_a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    let file = File::new("mode");
    let store = file.store(FIRST);
    store.load(&[image(1)]).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(file.beside(suffix)), 0o600, "{suffix}");
    }
    drop(store);
    // Whoever has given it another mode has meant it.
    std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(0o640)).unwrap();
    let _store = file.store(FIRST);
    assert_eq!(mode(file.0.clone()), 0o640);
}
