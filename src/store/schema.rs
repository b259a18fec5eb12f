//! The schema: whole for a new database, and as steps from one `PRAGMA user_version` to the next for others.

pub mod empty;
mod orders;
mod terms;

use super::error::StoreError;
use super::renewal;
use super::shared_texts::Tables;
use crate::domain::TextMaker;
use rusqlite::Connection;

/// Marks a SQLite file as ours ("NIMG").
const APPLICATION_ID: i64 = 0x4e49_4d47;

/// What a new database has. Making one step by step would take half of a start.
const NEW: [&str; 8] = [
    IMAGES,
    VERSION_2,
    VERSION_3,
    VERSION_4,
    GLANCE_TEXTS,
    terms::TABLES,
    terms::INDEXES,
    orders::INDEXES,
];

/// What makes a database of the version before one of this version.
const STEPS: [(i64, &[&str]); 6] = [
    (2, &[VERSION_2]),
    (3, &[VERSION_3]),
    (4, &[VERSION_4]),
    (5, &[VERSION_5, GLANCE_TEXTS]),
    (
        WITH_TERMS,
        &[terms::TABLES, terms::REPLACED, terms::INDEXES],
    ),
    (WITHOUT_IDS, &[orders::REPLACED, orders::INDEXES]),
];

/// The first version that keeps which rows have which values.
const WITH_TERMS: i64 = 6;

/// The first version whose indexes of orders hold no ids.
const WITHOUT_IDS: i64 = 7;

/// The version that this release makes and knows.
const NEWEST: i64 = WITHOUT_IDS;

/// `unlisted` holds what a status says, so that partial indexes can leave dead images out of the
/// lists' way. Indexes end in the columns of the usual order, so that a page is read, never sorted;
/// what follows these saves a look at the table.
const IMAGES: &str = "
CREATE TABLE images (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT,
    status TEXT NOT NULL,
    unlisted INTEGER NOT NULL,
    visibility TEXT NOT NULL,
    owner TEXT,
    min_ram INTEGER NOT NULL,
    min_disk INTEGER NOT NULL,
    size INTEGER,
    virtual_size INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    container_format TEXT,
    disk_format TEXT,
    checksum TEXT,
    os_hash_algo TEXT,
    os_hash_value TEXT,
    protected INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    properties TEXT NOT NULL,
    has_data INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX images_in_order ON images (created_at DESC, id DESC, visibility, owner)
    WHERE unlisted = 0 AND hidden = 0;
CREATE INDEX images_by_visibility ON images (visibility, created_at DESC, id DESC, owner)
    WHERE unlisted = 0 AND hidden = 0;
CREATE TABLE image_tags (
    tag TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES images (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (tag, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_tags_of ON image_tags (seq);
CREATE TABLE image_members (
    project_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES images (seq) ON DELETE CASCADE,
    status TEXT NOT NULL,
    position INTEGER NOT NULL,
    can_share INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 1704067200000000,
    updated_at INTEGER NOT NULL DEFAULT 1704067200000000,
    PRIMARY KEY (project_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_members_of ON image_members (seq);
";

/// Tokens that were issued, by the digest of their text. Revocations stand apart, since a fixture's
/// fixed tokens can be revoked too and have no row of their own.
const VERSION_2: &str = "
CREATE TABLE tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    user_domain_id TEXT NOT NULL,
    user_domain_name TEXT NOT NULL,
    scope TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    scope_name TEXT NOT NULL,
    scope_domain_id TEXT,
    scope_domain_name TEXT,
    roles TEXT NOT NULL,
    methods TEXT NOT NULL,
    audit_id TEXT NOT NULL,
    first_audit_id TEXT,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE revoked_tokens (
    digest BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
";

/// What lists show of each image, in blocks of rows: a list reads them and nothing of the table.
const VERSION_3: &str = "
CREATE TABLE image_json (block INTEGER PRIMARY KEY, texts BLOB NOT NULL) STRICT;
CREATE TABLE image_xml (block INTEGER PRIMARY KEY, texts BLOB NOT NULL) STRICT;
CREATE TABLE image_texts_version (version INTEGER NOT NULL) STRICT;
";

/// Uploads that are under way, by numbers that never come again, and which data images have. Both go by
/// an image's id, not by its row, which is written anew with every change.
const VERSION_4: &str = "
CREATE TABLE uploads (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    image TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE image_data (
    image TEXT NOT NULL,
    staged INTEGER NOT NULL,
    name TEXT NOT NULL,
    md5 TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (image, staged)
) STRICT, WITHOUT ROWID;
";

/// What Glance's own APIs show: of members since when and how far, of images whether their data are
/// here. Of members that were there before nobody knows since when:
/// [`crate::domain::Member::SOME_TIME`].
const VERSION_5: &str = "
ALTER TABLE images ADD COLUMN has_data INTEGER NOT NULL DEFAULT 0;
ALTER TABLE image_members ADD COLUMN can_share INTEGER NOT NULL DEFAULT 0;
ALTER TABLE image_members ADD COLUMN created_at INTEGER NOT NULL DEFAULT 1704067200000000;
ALTER TABLE image_members ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 1704067200000000;
";

/// What Glance's lists show of each image, as [`VERSION_3`] has it of Nova's.
const GLANCE_TEXTS: &str = "
CREATE TABLE image_glance (block INTEGER PRIMARY KEY, texts BLOB NOT NULL) STRICT;
";

/// A column of databases that were made before version 3, which said what the texts say better. It is
/// no part of the steps, since dropping it takes longer than all of them.
const BEFORE_VERSION_3: &str = "ALTER TABLE images DROP COLUMN plain;";

/// How much of a file's beginning tells whose it is.
pub const START_BYTES: u64 = 108;

/// Whether a file that begins so is another program's: no SQLite file, or one with another mark or
/// with tables and none. What is still in the write-ahead log beside it does not show.
pub fn is_foreign_file(start: &[u8]) -> bool {
    if start.is_empty() {
        return false;
    }
    // Both at fixed places, as is the kind of the first page and how many entries, and so tables, it
    // has (sqlite.org/fileformat.html).
    let number = |at| start.get(at..).and_then(<[u8]>::first_chunk);
    let number = |at| number(at).map(|bytes| i64::from(u32::from_be_bytes(*bytes)));
    let is_empty = start.get(100) == Some(&LEAF_OF_TABLE) && start.get(103..105) == Some(&[0, 0]);
    match (number(68), number(60)) {
        (Some(application), Some(version)) if start.starts_with(SQLITE) => {
            is_foreign(application, version, is_empty)
        }
        _ => true,
    }
}

/// What every SQLite file begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// The kind of a page that has rows and no pages below it.
const LEAF_OF_TABLE: u8 = 13;

fn is_foreign(application: i64, version: i64, is_empty: bool) -> bool {
    application != APPLICATION_ID && !(application == 0 && version == 0 && is_empty)
}

/// The version of a database that is ours and known, 0 when it is new. Nothing is written.
pub fn version(connection: &Connection) -> Result<i64, StoreError> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_master")?;
    // One of ours has a version and tables, or neither yet.
    let is_whole = (version > 0) == (tables > 0) && version >= 0;
    if is_foreign(number("PRAGMA application_id")?, version, tables == 0) || !is_whole {
        return Err(StoreError::Foreign);
    }
    if version > NEWEST {
        return Err(StoreError::Newer {
            found: version,
            known: NEWEST,
        });
    }
    Ok(version)
}

/// Whether a database is of the newest version, and its texts are of this maker.
pub fn is_current(connection: &Connection, maker: &TextMaker) -> Result<bool, StoreError> {
    Ok(version(connection)? == NEWEST && renewal::is_current(connection, maker)?)
}

/// Brings a database to the newest version, or says why it cannot be used.
pub fn prepare(connection: &mut Connection, maker: &TextMaker) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    match version(&transaction)? {
        0 => begin(&transaction, maker)?,
        version => {
            bring_up(&transaction, version)?;
            transaction.execute_batch(&marks())?;
            let renewed = renewal::renew(&Tables::alone(&transaction), maker)?;
            if renewed > 0 {
                tracing::info!(renewed, "the texts of the images were made anew");
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Makes an empty database one of the newest version.
pub fn begin(connection: &Connection, maker: &TextMaker) -> Result<(), StoreError> {
    connection.execute_batch(&NEW.concat())?;
    connection.execute_batch(&marks())?;
    renewal::begin(connection, maker)
}

/// What tells whose a database is, and of which version.
fn marks() -> String {
    format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {NEWEST};")
}

/// Makes a database of an older version one of the newest.
fn bring_up(connection: &Connection, version: i64) -> Result<(), StoreError> {
    if version < 3 {
        connection.execute_batch(BEFORE_VERSION_3)?;
    }
    for (_, step) in STEPS.iter().filter(|(step, _)| *step > version) {
        connection.execute_batch(&step.concat())?;
    }
    if version < WITH_TERMS {
        terms::finish(connection)?;
    }
    Ok(())
}

/// Gives uploads numbers from this one on: none that was given before, where it is higher than those.
pub fn begin_uploads_at(connection: &Connection, number: i64) -> Result<(), StoreError> {
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'uploads'", [])?;
    let insert = "INSERT INTO sqlite_sequence (name, seq) VALUES ('uploads', ?1)";
    connection.execute(insert, [number])?;
    Ok(())
}

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{APPLICATION_ID, BEFORE_VERSION_3, VERSION_2, VERSION_3, prepare};
    use crate::domain::{ImageTexts, TextMaker};
    use rusqlite::Connection;

    /// The first release's.
    const VERSION_1: &str = "
CREATE TABLE images (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT,
    status TEXT NOT NULL,
    unlisted INTEGER NOT NULL,
    visibility TEXT NOT NULL,
    owner TEXT,
    min_ram INTEGER NOT NULL,
    min_disk INTEGER NOT NULL,
    size INTEGER,
    virtual_size INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    container_format TEXT,
    disk_format TEXT,
    checksum TEXT,
    os_hash_algo TEXT,
    os_hash_value TEXT,
    protected INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    properties TEXT NOT NULL
) STRICT;
CREATE INDEX images_in_order ON images (created_at DESC, id DESC, visibility, owner)
    WHERE unlisted = 0 AND hidden = 0;
CREATE INDEX images_by_owner ON images (owner, created_at DESC, id DESC)
    WHERE unlisted = 0 AND hidden = 0;
CREATE INDEX images_by_visibility ON images (visibility, created_at DESC, id DESC, owner)
    WHERE unlisted = 0 AND hidden = 0;
CREATE INDEX images_by_name ON images (name, created_at DESC, id DESC);
CREATE INDEX images_by_status ON images (status, created_at DESC, id DESC);
CREATE INDEX images_by_update ON images (updated_at);
CREATE TABLE image_properties (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES images (seq) ON DELETE CASCADE,
    PRIMARY KEY (key, value, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_properties_of ON image_properties (seq);
CREATE TABLE image_tags (
    tag TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES images (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (tag, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_tags_of ON image_tags (seq);
CREATE TABLE image_members (
    project_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES images (seq) ON DELETE CASCADE,
    status TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (project_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_members_of ON image_members (seq);
";

    /// What the release before the texts left behind.
    pub fn make_version_2(connection: &Connection) {
        for step in [VERSION_1, VERSION_2] {
            connection.execute_batch(step).unwrap();
        }
        let plain = "ALTER TABLE images ADD COLUMN plain INTEGER NOT NULL DEFAULT 1;";
        connection.execute_batch(plain).unwrap();
        let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 2;");
        connection.execute_batch(&marks).unwrap();
    }

    /// What the release before the terms left behind.
    pub fn make_version_3(connection: &Connection) {
        make_version_2(connection);
        for step in [BEFORE_VERSION_3, VERSION_3, "PRAGMA user_version = 3;"] {
            connection.execute_batch(step).unwrap();
        }
    }

    /// What the release left behind whose indexes all ended in the id.
    fn make_version_6(connection: &Connection) {
        for step in super::NEW {
            connection.execute_batch(step).unwrap();
        }
        connection.execute_batch(super::orders::REPLACED).unwrap();
        let with_ids = super::orders::INDEXES.replace(", created_at)", ", created_at, id)");
        connection.execute_batch(&with_ids).unwrap();
        let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 6;");
        connection.execute_batch(&marks).unwrap();
    }

    /// Tables with their columns, and indexes, of a database.
    fn parts(connection: &Connection) -> Vec<String> {
        let rows = |sql: &str| -> Vec<String> {
            let mut select = connection.prepare(sql).unwrap();
            let rows = select.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let columns = rows(
            "SELECT t.name || c.cid || c.name || c.type || c.\"notnull\" || ifnull(c.dflt_value, '') \
             || c.pk || t.wr || t.strict FROM pragma_table_list t, pragma_table_xinfo(t.name) c \
             WHERE t.schema = 'main' ORDER BY 1",
        );
        let indexes = rows(
            "SELECT name || tbl_name || ifnull(sql, '') FROM sqlite_schema WHERE type <> 'table' \
             ORDER BY 1",
        );
        [columns, indexes].concat()
    }

    #[test]
    fn a_new_database_is_as_one_that_was_brought_up_to_date() {
        let maker = TextMaker {
            version: 1,
            make: |_| ImageTexts::default(),
        };
        let mut new = Connection::open_in_memory().unwrap();
        prepare(&mut new, &maker).unwrap();
        let expected = parts(&new);
        assert!(expected.len() > 50);
        for make in [make_version_2, make_version_3, make_version_6] {
            let mut old = Connection::open_in_memory().unwrap();
            make(&old);
            assert_ne!(parts(&old), expected);
            prepare(&mut old, &maker).unwrap();
            assert_eq!(parts(&old), expected);
        }
    }
}
