//! Copies of all that a store holds, and the way back to them.

use super::data;
use super::error::StoreError;
use super::images::Store;
use super::seed::Seed;
use super::shared_texts::Tables;
use super::spool::{DataName, Hold};
use super::tokens::{self, KeptTokens};
use super::{loading, rows, uploads, walk};
use crate::domain::Image;
use rusqlite::Connection;
use std::path::Path;

impl Store {
    /// A copy of all that it holds, tokens aside, in memory or, where a path is given, in a new file
    /// there. Images whose data are under way wait for them in it.
    ///
    /// # Errors
    /// When there is no room for it, or a row is damaged.
    pub fn snapshot(&self, file: Option<&Path>) -> Result<Seed, StoreError> {
        // A file goes on while it is copied: only where its data are is told before.
        if let Some((source, held)) = self.begin_copy()? {
            let seed = Seed::copied(&Tables::alone(&source), file);
            self.database.release(source);
            return self.finished(seed?, held);
        }
        let copied = self.database.read(|source| {
            let held = self.held(source)?;
            Ok((Seed::copied(source, file)?, held))
        });
        let (seed, held) = copied?;
        self.finished(seed, held)
    }

    /// Of a file, a connection that sees it as it is now, and what keeps its data; taken while nobody
    /// commits, so that none of them can go before they are held.
    fn begin_copy(&self) -> Result<Option<(Connection, Vec<Hold>)>, StoreError> {
        if !self.is_file() {
            return Ok(None);
        }
        self.database.write_all(|_| {
            let Some(source) = self.database.snapshot()? else {
                return Ok(None);
            };
            let held = self.held(&source);
            match held {
                Ok(held) => Ok(Some((source, held))),
                Err(error) => {
                    self.database.release(source);
                    Err(error)
                }
            }
        })
    }

    fn finished(&self, mut seed: Seed, held: Vec<Hold>) -> Result<Seed, StoreError> {
        seed.with(|connection| {
            uploads::recover(connection, &self.maker)?;
            tokens::remove_all(connection)?;
            Ok(())
        })?;
        seed.keep(held);
        Ok(seed)
    }

    fn held(&self, connection: &Connection) -> Result<Vec<Hold>, StoreError> {
        let names = data::names(connection)?;
        let spool = self.spool.as_ref();
        let held = names
            .iter()
            .filter_map(|name| spool.map(|spool| spool.hold(name)));
        Ok(held.collect())
    }

    /// Holds in its file what the seed holds, and these tokens, in place of all that was there; the
    /// generation rises.
    ///
    /// # Errors
    /// When the database fails, or a row of the seed is damaged; then nothing changed.
    pub fn write_seed(&self, seed: &Seed, kept: &KeptTokens) -> Result<(), StoreError> {
        let data = seed.with(|connection| data::all(connection))?;
        let names: Vec<DataName> = data.iter().map(|row| row.2.name.clone()).collect();
        self.hold_for_rows(&names);
        let written = self.database.write_most(|connection| {
            let freed = data::forget_all(connection)?;
            let filled =
                loading::refill::<StoreError>(connection, self.maker, seed.images(), |add| {
                    seed.each_image(add)
                });
            if let Err(error) = filled {
                return Ok(Err(error));
            }
            for (image, kind, row) in &data {
                data::insert_row(connection, image, *kind, row)?;
            }
            tokens::insert_all(connection, kept)?;
            Ok(Ok(freed))
        });
        match written.and_then(|freed| freed) {
            Ok(freed) => {
                self.changes.everything();
                self.let_go(freed);
                Ok(())
            }
            Err(error) => {
                self.let_go(names);
                Err(error)
            }
        }
    }
}

impl Seed {
    /// The image of an id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn image(&self, id: &str) -> Result<Option<Image>, StoreError> {
        self.with(|connection| rows::find(connection, id))
    }

    /// The data that its rows name, as often as they do.
    ///
    /// # Errors
    /// When the database fails.
    pub fn names_in_rows(&self) -> Result<Vec<DataName>, StoreError> {
        self.with(|connection| data::names(connection))
    }

    /// Shows every image in the order of lists.
    ///
    /// # Errors
    /// What `add` says, or when a row is damaged.
    pub fn each_image<E: From<StoreError>>(
        &self,
        add: &mut dyn FnMut(Image) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut behind = (i64::MIN, String::new());
        loop {
            let slice = self.with(|connection| walk::slice(connection, &behind, 256))?;
            let Some((_, last)) = slice.last() else {
                return Ok(());
            };
            behind = (last.created_at.micros(), last.id.clone());
            slice.into_iter().try_for_each(|(_, image)| add(image))?;
        }
    }
}
