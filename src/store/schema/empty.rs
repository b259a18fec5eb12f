//! An empty database of the newest version, as it stands in a file: to copy its pages takes a third of the
//! time that its statements take, which is a sixth of a start.

use super::super::error::StoreError;
use super::super::memory;
use rusqlite::Connection;

/// What the statements make. `UPDATE_EMPTY_DATABASE=1 cargo test --lib schema::empty` writes it anew.
static EMPTY: &[u8] = include_bytes!("empty.db");

/// What a page of it takes.
pub const PAGE_BYTES: u32 = 4096;

/// Makes a database that nobody has written to one of the newest version, with pages of [`PAGE_BYTES`]; of no
/// maker's texts.
pub fn copy_to(connection: &mut Connection) -> Result<(), StoreError> {
    let mut empty = Connection::open_in_memory()?;
    empty.deserialize_bytes("main", EMPTY)?;
    // Its pages are read where they stand, not out of a copy of them.
    empty.execute_batch(&format!("PRAGMA mmap_size = {};", EMPTY.len()))?;
    memory::copy_pages(&empty, connection)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::NEW;
    use super::{PAGE_BYTES, copy_to};
    use rusqlite::Connection;
    use std::path::Path;

    fn made() -> Connection {
        let made = Connection::open_in_memory().unwrap();
        let page_size = format!("PRAGMA page_size = {PAGE_BYTES};");
        made.execute_batch(&page_size).unwrap();
        let statements = format!("BEGIN; {} COMMIT; {}", NEW.concat(), super::super::marks());
        made.execute_batch(&statements).unwrap();
        made
    }

    /// Its tables and indexes, where each begins, what is in them, and what tells whose it is.
    fn content(connection: &Connection) -> Vec<String> {
        let rows = |sql: &str| -> Vec<String> {
            let mut select = connection.prepare(sql).unwrap();
            let columns = select.column_count();
            let rows = select.query_map([], |row| {
                let values = (0..columns).map(|column| row.get_ref(column).unwrap());
                Ok(values.map(|value| format!("{value:?}")).collect::<Vec<_>>())
            });
            rows.unwrap().map(|row| row.unwrap().join(", ")).collect()
        };
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut select = connection.prepare(names).unwrap();
        let names = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let names = names.map(|name| format!("SELECT * FROM {}", name.unwrap()));
        let pragmas = [
            "application_id",
            "user_version",
            "page_size",
            "page_count",
            "encoding",
        ];
        let pragmas = pragmas.map(|pragma| format!("PRAGMA {pragma}"));
        let schema = "SELECT * FROM sqlite_schema ORDER BY rootpage, name".to_owned();
        let questions = names
            .chain(pragmas)
            .chain([schema, "PRAGMA integrity_check".to_owned()]);
        questions.flat_map(|sql| rows(&sql)).collect()
    }

    #[test]
    fn the_empty_database_is_what_the_statements_make() {
        let mut made = made();
        if std::env::var_os("UPDATE_EMPTY_DATABASE").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema/empty.db");
            std::fs::write(path, &*made.serialize("main").unwrap()).unwrap();
            return;
        }
        let mut copied = Connection::open_in_memory().unwrap();
        copy_to(&mut copied).unwrap();
        let content = content(&copied);
        assert!(content.len() > 30);
        assert_eq!(content, self::content(&made));
    }
}
