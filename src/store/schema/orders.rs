//! The step to the version whose indexes hold no id but where it alone decides.

/// Indexes in whose place others of the same names come.
pub const REPLACED: &str = "
DROP INDEX IF EXISTS images_by_name;
DROP INDEX IF EXISTS images_by_status;
DROP INDEX IF EXISTS images_by_update;
DROP INDEX IF EXISTS images_by_size;
DROP INDEX IF EXISTS images_by_container;
DROP INDEX IF EXISTS images_by_disk;
";

/// With the one by creation, every order that clients may ask for has an index, both ways, as far as the
/// moment of creation; which of two images of one moment comes first is looked up. An id would take as much
/// as all the rest, and a list that is sorted by one thing and filtered by another goes along many entries in
/// vain.
pub const INDEXES: &str = "
CREATE INDEX images_by_name ON images (name, created_at);
CREATE INDEX images_by_status ON images (status, created_at);
CREATE INDEX images_by_update ON images (updated_at, created_at);
CREATE INDEX images_by_size ON images (size, created_at);
CREATE INDEX images_by_container ON images (container_format, created_at);
CREATE INDEX images_by_disk ON images (disk_format, created_at);
";
