//! A database in memory that others are copied from, page by page: what a reset goes back to, and what
//! spaces of one fixture have in common.

use super::connecting::{PAGE_CACHE_KIB, WRITER_CACHE_KIB, set_cache};
use super::error::StoreError;
use super::loading::{self, Loaded};
use super::memory;
use super::original::{MemoryWriter, Original};
use super::schema::{self, empty};
use super::shared_texts::{SeedTexts, SharedTexts, Tables};
use super::spool::{DataName, Hold};
use super::{renewal, texts, walk};
use crate::domain::{Image, TextMaker};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;

/// Of one of many images: the texts of eight rows fit into a page, and need not be put together from several.
const QUICK_PAGE_BYTES: u32 = 8192;

/// From so many images on, the rows take much more than a page for each table and index, and copying them longer
/// than a write may.
const MANY_IMAGES: usize = 256;

/// What a store in memory begins with. It never changes.
///
/// It is no shared database: those refuse whoever asks while another one writes, and cannot be filled
/// from a text (`sqlite3_deserialize` makes a database one connection's own).
#[derive(Debug)]
pub struct Seed {
    original: Arc<Original>,
    /// The texts that do not stand in its tables.
    shared: Option<SharedTexts>,
    images: usize,
    page_bytes: u32,
    /// Keeps the data of its images.
    held: Vec<Hold>,
}

impl Seed {
    /// Holds about so many images that `each` gives, in the order of lists, with the texts that `maker`
    /// writes of them. Of two that share an id the first one counts. No other database of the process has
    /// the name.
    ///
    /// # Errors
    /// What `each` says, or when the database fails.
    pub fn of<E: From<StoreError> + Send>(
        name: String,
        expected: usize,
        maker: TextMaker,
        each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
    ) -> Result<Self, E> {
        let is_small = expected < MANY_IMAGES;
        let page_bytes = match is_small {
            true => empty::PAGE_BYTES,
            false => QUICK_PAGE_BYTES,
        };
        let fill = |connection: &mut Connection| {
            set_cache(connection, PAGE_CACHE_KIB)?;
            let filled = fill(connection, is_small, maker, expected, each)?;
            set_cache(connection, WRITER_CACHE_KIB)?;
            Ok(filled)
        };
        let name = is_small.then_some(name);
        let (connection, filled) = memory::filled(name.clone(), page_bytes, fill)?;
        let (loaded, texts) = filled?;
        Ok(Self {
            original: Original::new(connection, name),
            shared: Some(SharedTexts::of(Arc::new(texts))),
            images: loaded.added,
            page_bytes,
            held: Vec::new(),
        })
    }

    /// A copy of a database, in memory or in a new file. Nobody writes to the database meanwhile, or
    /// the connection sees it as it was.
    pub(super) fn copied(source: &Tables<'_>, file: Option<&Path>) -> Result<Self, StoreError> {
        let mut connection = memory::copied(source, file)?;
        let mut shared = source.shared().cloned();
        if file.is_some() {
            // That of the source came with its pages: what is written is to be in this file alone.
            connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF;")?;
            let transaction = connection.transaction()?;
            texts::complete(source, &transaction)?;
            transaction.commit()?;
            shared = None;
        }
        Self::around(connection, shared)
    }

    /// What stands in a file that [`Seed::copied`] made; a copy of it in memory where another release
    /// made it, brought to this one.
    ///
    /// # Errors
    /// When it cannot be read, or a later release has made it.
    pub fn at(path: &Path, maker: &TextMaker) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let source = Connection::open_with_flags(path, flags)?;
        if schema::is_current(&source, maker)? {
            return Self::around(source, None);
        }
        let mut connection = memory::copied(&source, None)?;
        schema::prepare(&mut connection, maker)?;
        Self::around(connection, None)
    }

    fn around(connection: Connection, shared: Option<SharedTexts>) -> Result<Self, StoreError> {
        let page_bytes = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        Ok(Self {
            shared,
            images: walk::count(&connection)?.try_into().unwrap_or(usize::MAX),
            original: Original::new(connection, None),
            page_bytes,
            held: Vec::new(),
        })
    }

    /// Keeps the data of its images from going.
    pub fn keep(&mut self, held: Vec<Hold>) {
        self.held = held;
    }

    /// The data of its images, as often as a row names them.
    #[must_use]
    pub fn data_names(&self) -> Vec<DataName> {
        self.held.iter().map(|held| held.name().clone()).collect()
    }

    /// What its rows take, in bytes, with the texts that it may share with others.
    ///
    /// # Errors
    /// When the database fails.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        self.with(|connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let texts = self
                .shared
                .as_ref()
                .map_or(0, |shared| shared.seed().bytes());
            Ok(u64::try_from(pages).unwrap_or_default() * u64::from(self.page_bytes) + texts)
        })
    }

    /// Reads or prepares it.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let shared = self.shared.as_ref();
        self.original
            .with(|connection| work(&Tables::with(connection, shared)))
    }

    /// What tells it from others.
    pub(super) fn original(&self) -> &Arc<Original> {
        &self.original
    }

    /// Lends its database to a store, which reaches it by this name; once, and only when it is small: a copy
    /// is made before the store's first write.
    pub(super) fn lend(&self) -> Option<(String, MemoryWriter)> {
        self.original.lend()
    }

    /// The texts that its copies share with it.
    pub(super) fn shared(&self) -> Option<&SharedTexts> {
        self.shared.as_ref()
    }

    /// How many images it holds.
    #[must_use]
    pub fn images(&self) -> usize {
        self.images
    }

    /// What a page takes, also of the stores that are copied from it.
    pub(super) fn page_bytes(&self) -> u32 {
        self.page_bytes
    }

    /// Makes a database that nobody else has open yet one with the same content.
    pub(super) fn copy_to(&self, target: &mut Connection) -> Result<(), StoreError> {
        self.with(|source| memory::copy_pages(source, target))
    }
}

/// Fills an empty database with images, whose texts stand beside it.
fn fill<E: From<StoreError> + Send>(
    connection: &mut Connection,
    is_small: bool,
    maker: TextMaker,
    expected: usize,
    each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
) -> Result<Result<(Loaded, SeedTexts), E>, StoreError> {
    if is_small {
        empty::copy_to(connection)?;
    }
    let transaction = connection.transaction()?;
    match is_small {
        true => renewal::begin(&transaction, &maker)?,
        false => schema::begin(&transaction, &maker)?,
    }
    let filled = match loading::fill_apart(&transaction, maker, expected, each) {
        Ok(filled) => filled,
        Err(error) => return Ok(Err(error)),
    };
    transaction.commit()?;
    connection.flush_prepared_statement_cache();
    Ok(Ok(filled))
}

/// As they are listed: neighbours of a list are then neighbours in the tables.
#[cfg(test)]
pub fn in_order(images: &[Image]) -> Vec<&Image> {
    let mut images: Vec<_> = images.iter().collect();
    images.sort_by_key(|image| (image.created_at, image.id.as_str()));
    images
}
