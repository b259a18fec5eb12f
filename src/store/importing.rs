//! A whole catalogue at once, with what is known of its images' data, all or none.

use super::data::{self, ImageDataRow};
use super::error::StoreError;
use super::images::Store;
use super::shared_texts::Tables;
use super::spool::DataName;
use super::{loading, rows, walk};
use crate::domain::{DataKind, Image};
use std::collections::HashMap;

/// Images that come in, and what becomes of those that are there.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'i> {
    /// How many there are, about.
    pub expected: usize,
    /// Whether they take the place of all that is there, tokens included. Otherwise they come in place of
    /// those of their ids, and the others stay.
    pub is_instead: bool,
    /// The data of images, by the images' ids. Their names are held for the rows that will have them.
    pub data: &'i HashMap<String, ImageDataRow>,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many came.
    pub images: usize,
    /// How many of them came in place of one of their id.
    pub replaced: usize,
}

/// What shows the images, in the order of lists, as often as it is asked to.
pub type Each<'e, E> = &'e (dyn Fn(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Sync);

impl Store {
    /// Takes a catalogue in. An image whose data are here, and are those that it tells of, keeps them.
    ///
    /// # Errors
    /// What `each` says, or when the database fails; then nothing changed.
    pub fn import<E: From<StoreError> + Send>(
        &self,
        incoming: Incoming<'_>,
        each: Each<'_, E>,
    ) -> Result<Imported, E> {
        let mut freed = Vec::new();
        let filled = |connection: &Tables<'_>| {
            let mut importing = Importing {
                connection,
                store: self,
                incoming,
                freed: Vec::new(),
            };
            let outcome = importing.run(each);
            freed = importing.freed;
            Ok(outcome)
        };
        // Past the log: when there is no room for all of it, the file becomes as short again as it was.
        let imported = self.database.write_alone(filled)??;
        self.changes.everything();
        self.let_go(freed);
        Ok(imported)
    }
}

struct Importing<'c, 'i> {
    connection: &'c Tables<'c>,
    store: &'c Store,
    incoming: Incoming<'i>,
    /// Data that nobody of the images needs any more.
    freed: Vec<DataName>,
}

impl Importing<'_, '_> {
    fn run<E: From<StoreError> + Send>(&mut self, each: Each<'_, E>) -> Result<Imported, E> {
        let Incoming {
            expected,
            is_instead,
            data,
        } = self.incoming;
        let (connection, maker) = (self.connection, self.store.maker);
        let mut replaced = 0;
        if is_instead {
            self.freed = data::forget_all(connection)?;
        } else {
            replaced = self.replace_known(each)?;
        }
        let fill = |add: &mut dyn FnMut(Image) -> Result<(), E>| {
            each(&mut |mut image| {
                image.has_data = data.contains_key(&image.id) && !image.status.is_deleted();
                add(image)
            })
        };
        // One whose id is known is left as it is.
        let loaded = match is_instead {
            true => loading::refill(connection, maker, expected, fill)?,
            false => loading::fill(connection, maker, expected, fill)?,
        };
        for (id, row) in data {
            if rows::seq(connection, id)?.is_some() {
                data::insert_row(connection, id, DataKind::Image, row)?;
            }
        }
        Ok(Imported {
            images: loaded.added + replaced,
            replaced,
        })
    }

    /// Puts images in place of those of their ids; says how many.
    fn replace_known<E: From<StoreError>>(&mut self, each: Each<'_, E>) -> Result<usize, E> {
        let mut replaced = 0;
        if walk::count(self.connection)? == 0 {
            return Ok(replaced);
        }
        each(&mut |mut image| {
            if rows::seq(self.connection, &image.id)?.is_none() {
                return Ok(());
            }
            replaced += 1;
            let row = data::find(self.connection, &image.id, DataKind::Image)?;
            let is_given = self.incoming.data.contains_key(&image.id);
            let is_kept = !is_given && row.is_some_and(|row| are_of(&row, &image));
            image.has_data = (is_given || is_kept) && !image.status.is_deleted();
            if is_given || !image.has_data {
                let freed = data::forget(self.connection, &image.id)?;
                self.freed.extend(freed);
            }
            Ok(rows::put(self.connection, &self.store.maker, &image)?)
        })?;
        Ok(replaced)
    }
}

/// Whether these are the data that an image tells of.
fn are_of(row: &ImageDataRow, image: &Image) -> bool {
    let is_sha512 = image.os_hash_algo.as_deref() == Some("sha512");
    let name = image.os_hash_value.as_deref().filter(|_| is_sha512);
    let is_size = |size: i64| u64::try_from(size).is_ok_and(|size| size == row.size);
    name.is_none_or(|name| name == row.name.as_str())
        && image.checksum.as_ref().is_none_or(|md5| *md5 == row.md5)
        && image.size_bytes.is_none_or(is_size)
}
