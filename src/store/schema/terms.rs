//! The step to the version that keeps which rows have which values, as sets of rows.

use super::super::bits::BLOCK_ROWS;
use super::super::error::StoreError;
use super::super::terms::Adding;
use rusqlite::Connection;

/// What several filters have in common is found without a look at the images. `in_order` says whether
/// rows of higher numbers come first in the usual order, as they do unless somebody adds images that are
/// older than others.
pub const TABLES: &str = "
CREATE TABLE image_terms (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    block INTEGER NOT NULL,
    rows BLOB NOT NULL,
    PRIMARY KEY (key, value, block)
) STRICT, WITHOUT ROWID;
CREATE TABLE image_order (in_order INTEGER NOT NULL) STRICT;
INSERT INTO image_order (in_order) VALUES (1);
";

/// Indexes in whose place others have come.
pub const REPLACED: &str = "
DROP INDEX images_by_owner;
DROP INDEX images_by_name;
DROP INDEX images_by_status;
DROP INDEX images_by_update;
";

/// What tells all images apart, both ways, and what a project has beside the public ones.
pub const INDEXES: &str = "
CREATE INDEX images_unpublished ON images
    (iif(visibility <> 'public', owner, NULL), created_at DESC, id DESC)
    WHERE unlisted = 0 AND hidden = 0;
CREATE INDEX images_by_creation ON images (created_at, id);
";

/// Every term of the rows of a block. What cannot be read becomes a term that nobody asks for: the
/// damage is told when the row is read.
const TERMS: &str = "
SELECT seq, 'status', status FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'unlisted', CAST(unlisted AS TEXT) FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'hidden', CAST(hidden AS TEXT) FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'protected', CAST(protected AS TEXT) FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'visibility', visibility FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, iif(owner IS NULL, 'ownerless', 'owner'), ifnull(owner, '1') FROM images
    WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'shown owner', owner FROM images
    WHERE seq BETWEEN ?1 AND ?2 AND unlisted = 0 AND hidden = 0 AND owner IS NOT NULL
UNION ALL SELECT seq, 'shown visibility', visibility FROM images
    WHERE seq BETWEEN ?1 AND ?2 AND unlisted = 0 AND hidden = 0
UNION ALL SELECT seq, 'min_ram', CAST(min_ram AS TEXT) FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'min_disk', CAST(min_disk AS TEXT) FROM images WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'container_format', container_format FROM images
    WHERE seq BETWEEN ?1 AND ?2 AND container_format IS NOT NULL
UNION ALL SELECT seq, 'disk_format', disk_format FROM images
    WHERE seq BETWEEN ?1 AND ?2 AND disk_format IS NOT NULL
UNION ALL SELECT seq, 'tag', tag FROM image_tags WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT seq, 'property:' || key, value FROM image_properties WHERE seq BETWEEN ?1 AND ?2
UNION ALL SELECT i.seq, 'null:' || v.key, ''
    FROM images i JOIN json_each(iif(json_valid(i.properties), i.properties, '{}')) v
    WHERE i.seq BETWEEN ?1 AND ?2 AND v.type = 'null'";

/// Makes the terms of all images, and finds out whether the rows are in order. What was kept of
/// properties for filters goes.
pub fn finish(connection: &Connection) -> Result<(), StoreError> {
    let last = "SELECT ifnull(max(seq), -1) FROM images";
    let last: i64 = connection.query_row(last, [], |row| row.get(0))?;
    let mut select = connection.prepare(TERMS)?;
    let mut adding = Adding::default();
    for first in (0..=last).step_by(usize::try_from(BLOCK_ROWS).unwrap_or(1)) {
        let mut rows = select.query([first, first + BLOCK_ROWS - 1])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            let [key, value] = [1, 2].map(|column| row.get_ref(column));
            let key = String::from_utf8_lossy(key?.as_bytes().unwrap_or_default());
            let value = String::from_utf8_lossy(value?.as_bytes().unwrap_or_default());
            adding.add_term(connection, seq, &key, &value)?;
        }
    }
    adding.write(connection)?;
    drop(select);
    let in_order = "UPDATE image_order SET in_order = NOT EXISTS (
         SELECT 1 FROM (SELECT created_at, id, lag(created_at) OVER w AS older, \
         lag(id) OVER w AS other FROM images WINDOW w AS (ORDER BY seq)) \
         WHERE (created_at, id) <= (older, other))";
    connection.execute(in_order, [])?;
    connection.execute_batch("DROP TABLE image_properties;")?;
    Ok(())
}
