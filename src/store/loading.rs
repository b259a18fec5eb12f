//! Many images at once.
//!
//! They are stored as they come, which should be the order of lists: neighbours of a list are then
//! neighbours in the tables. What is kept of several rows together is written when they are all there.

use super::error::StoreError;
use super::inserting::Inserting;
use super::rows::Last;
use super::shared_texts::{SeedTexts, Tables};
use super::{rows, terms, texts, walk};
use crate::domain::{Image, ImageTexts, TextMaker};
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// From so many images on, indexes are made when all of them are there.
const MANY: usize = 10_000;

/// Whether it pays to go out of the way for so many images.
pub fn is_many(images: usize) -> bool {
    images >= MANY
}

/// Images that go from one thread to the other at once, and how often before the other has to come.
const BATCH: usize = 64;
const BATCHES: usize = 4;

/// What became of a fixture's images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Newly stored.
    pub added: usize,
    /// Left as they were, because their ids were known.
    pub kept: usize,
}

/// Stores about so many images that `each` gives, in a transaction; one whose id is known is left as it
/// is.
pub fn fill<E: From<StoreError> + Send>(
    connection: &Tables<'_>,
    maker: TextMaker,
    expected: usize,
    each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
) -> Result<Loaded, E> {
    let indexes = drop_indexes(connection, is_many(expected) && is_empty(connection)?)?;
    let loading = Loading::begin(*connection, indexes, texts::Adding::default())?;
    loading.store(maker, expected, each)
}

/// The same in an empty database whose texts are not to stand in its tables.
pub fn fill_apart<E: From<StoreError> + Send>(
    connection: &Connection,
    maker: TextMaker,
    expected: usize,
    each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
) -> Result<(Loaded, SeedTexts), E> {
    let indexes = drop_indexes(connection, is_many(expected))?;
    let mut texts = SeedTexts::default();
    let adding = texts::Adding::to_seed(&mut texts);
    let loading = Loading::begin(Tables::alone(connection), indexes, adding)?;
    let loaded = loading.store(maker, expected, each)?;
    Ok((loaded, texts))
}

/// The same in place of all that there is.
pub fn refill<E: From<StoreError> + Send>(
    connection: &Tables<'_>,
    maker: TextMaker,
    expected: usize,
    each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
) -> Result<Loaded, E> {
    // Rows go one by one, out of each index that there is.
    let known = walk::count(connection)?;
    let is_known_to_be_many = is_many(known.try_into().unwrap_or(usize::MAX));
    let indexes = drop_indexes(connection, is_many(expected) || is_known_to_be_many)?;
    rows::remove_all(connection)?;
    let loading = Loading::begin(*connection, indexes, texts::Adding::default())?;
    loading.store(maker, expected, each)
}

type Batch = Vec<(Image, ImageTexts)>;

/// Images on their way to another thread.
struct Sending {
    sender: SyncSender<Batch>,
    /// Batches that come back: their memory is this thread's, and costs it less to free.
    used: Receiver<Batch>,
    batch: Batch,
}

impl Sending {
    fn send(&mut self, image: Image, texts: ImageTexts) -> Result<(), StoreError> {
        self.batch.push((image, texts));
        if self.batch.len() == BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let mut next = self.used.try_recv().unwrap_or_default();
        next.clear();
        let batch = std::mem::replace(&mut self.batch, next);
        self.sender.send(batch).map_err(|_| StoreError::GivenUp)
    }
}

/// Images under way into a database.
struct Loading<'c> {
    connection: Tables<'c>,
    rows: Inserting<'c>,
    terms: terms::Adding,
    texts: texts::Adding<'c>,
    last: Last,
    /// What makes the indexes that are missing until the end.
    indexes: Vec<String>,
    loaded: Loaded,
}

impl<'c> Loading<'c> {
    /// In a transaction, with indexes that are made at the end.
    fn begin(
        connection: Tables<'c>,
        indexes: Vec<String>,
        texts: texts::Adding<'c>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            rows: Inserting::into(connection.connection())?,
            terms: terms::Adding::to(is_empty(&connection)?),
            texts,
            last: Last::of(&connection)?,
            indexes,
            loaded: Loaded::default(),
            connection,
        })
    }

    /// Stores about so many images that `each` gives.
    ///
    /// Of many, one thread reads the images and writes what lists show of them, and this one stores them.
    fn store<E: From<StoreError> + Send>(
        mut self,
        maker: TextMaker,
        expected: usize,
        each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
    ) -> Result<Loaded, E> {
        if is_many(expected) {
            std::thread::scope(|scope| {
                let (sender, receiver) = sync_channel(BATCHES);
                let (giver, used) = channel();
                let reader = scope.spawn(move || -> Result<(), E> {
                    let mut sending = Sending {
                        sender,
                        used,
                        batch: Batch::new(),
                    };
                    each(&mut |image| {
                        let texts = (maker.make)(&image);
                        Ok(sending.send(image, texts)?)
                    })?;
                    Ok(sending.flush()?)
                });
                let stored = self.take_all(receiver, &giver);
                let read = reader.join();
                // Its reader then only knows that nobody takes its images any more.
                stored?;
                match read {
                    Ok(read) => read,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            })?;
        } else {
            each(&mut |image| Ok(self.add(&image, &(maker.make)(&image))?))?;
        }
        Ok(self.finish()?)
    }

    /// Adds the images that another thread sends, and gives them back to it.
    fn take_all(
        &mut self,
        receiver: Receiver<Batch>,
        giver: &Sender<Batch>,
    ) -> Result<(), StoreError> {
        for batch in receiver {
            for (image, texts) in &batch {
                self.add(image, texts)?;
            }
            // It may have read all of them.
            _ = giver.send(batch);
        }
        Ok(())
    }

    /// Adds an image; one whose id is known is left as it is.
    fn add(&mut self, image: &Image, texts: &ImageTexts) -> Result<(), StoreError> {
        let Some(seq) = self.rows.insert(image)? else {
            self.loaded.kept += 1;
            return Ok(());
        };
        if !self.last.advance(image) {
            rows::put_out_of_order(&self.connection)?;
        }
        self.terms.add(&self.connection, seq, image)?;
        self.texts.add(&self.connection, seq, texts)?;
        self.loaded.added += 1;
        Ok(())
    }

    /// Writes what is missing.
    fn finish(mut self) -> Result<Loaded, StoreError> {
        self.terms.write(&self.connection)?;
        self.texts.write(&self.connection)?;
        for index in &self.indexes {
            self.connection.execute_batch(index)?;
        }
        Ok(self.loaded)
    }
}

fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    let mut select = connection.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM images)")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// Drops every index that is none of a constraint, if that pays, and says what makes them again.
fn drop_indexes(connection: &Connection, pays: bool) -> Result<Vec<String>, StoreError> {
    if !pays {
        return Ok(Vec::new());
    }
    let mut select = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
    let found = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
    drop(select);
    let mut indexes = Vec::with_capacity(found.len());
    for (name, sql) in found {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
        indexes.push(sql);
    }
    Ok(indexes)
}
