//! What the rest of the crate asks of the images.

use super::changes::Changes;
use super::database::Database;
use super::error::StoreError;
use super::lists::{Slice, Spare};
use super::location::Location;
use super::seed::Seed;
#[cfg(test)]
use super::seed::in_order;
use super::shared_texts::Tables;
use super::spool::{DataName, Spool};
use super::uncommitted::{self, Left, Uncommitted};
use super::{data, lists, loading, rows};
use crate::domain::{Image, ImageQuery, TextMaker, instant};
use std::collections::BTreeSet;
use std::time::Instant;

/// What a decision about an image leads to.
pub enum Change<T> {
    /// The image becomes this, or is added.
    Put(Box<Image>, T),
    /// Nothing changes.
    Keep(T),
    /// The row goes away. A fixture that is loaded again brings the image back.
    Remove(T),
}

/// The image store. Shared between threads; every method may be called from any.
#[derive(Debug)]
pub struct Store {
    pub(super) database: Database,
    pub(super) maker: TextMaker,
    pub(super) changes: Changes,
    pub(super) spare: Spare,
    /// Where the data of the images are; without one they have none.
    pub(super) spool: Option<Spool>,
}

impl Store {
    /// Opens the database, and makes it when it is not there. Beside its images it keeps the texts
    /// that `maker` writes of them.
    ///
    /// # Errors
    /// When the file cannot be used: in use, foreign, newer, unreadable.
    pub fn open(location: Location, maker: TextMaker) -> Result<Self, StoreError> {
        Ok(Self {
            database: Database::open(location, &maker)?,
            maker,
            changes: Changes::default(),
            spare: Spare::default(),
            spool: None,
        })
    }

    /// A store in memory that holds what the seed holds, and keeps data in this spool. No other store of
    /// the process has its name.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn of(
        seed: &Seed,
        name: String,
        maker: TextMaker,
        spool: Spool,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            database: Database::of_seed(seed, name)?,
            maker,
            changes: Changes::of_seed(seed.original()),
            spare: Spare::default(),
            spool: Some(spool),
        })
    }

    /// A store in memory, of its own, that holds what this one holds now, data included. No other store
    /// of the process has its name.
    ///
    /// # Errors
    /// When there is no room for it, or the database fails.
    pub fn copy(&self, name: String) -> Result<Self, StoreError> {
        let database = self.database.read(|connection| {
            let copied = Database::copy_of_read(connection, name)?;
            // While nobody writes: who removes one of these rows lets go of its data only then.
            self.hold_for_rows(&data::names(connection)?);
            Ok(copied)
        })?;
        Ok(Self {
            database,
            maker: self.maker,
            changes: Changes::default(),
            spare: Spare::default(),
            spool: self.spool.clone(),
        })
    }

    /// Forgets everything and holds what the seed holds; the generation rises.
    ///
    /// # Errors
    /// When there is no room for it, or the data are in a file; then nothing changed.
    pub fn return_to(&self, seed: &Seed) -> Result<(), StoreError> {
        let names = seed.data_names();
        self.hold_for_rows(&names);
        let exchanged = || self.changes.back_to(seed.original());
        let before = match self.database.become_copy_of(seed, exchanged) {
            Ok(before) => before,
            Err(error) => {
                self.let_go(names);
                return Err(error);
            }
        };
        // Nobody writes there any more: what is named now is all that was.
        let freed = before.look_back(data::names).transpose()?;
        self.let_go(freed.into_iter().flatten());
        Ok(())
    }

    /// Whatever was computed of the images is to be computed again, though none has changed: what stands around
    /// them is other, or it counts how often one is asked for.
    pub fn touch(&self) {
        self.changes.nothing();
    }

    /// Closes connections that nobody has read with since the last time, and where none is left, lets
    /// go what the next list would have used again.
    pub fn tidy(&self) {
        if self.database.tidy() == 0 {
            self.spare.clear();
        }
    }

    /// What it writes the texts with that lists show.
    #[must_use]
    pub fn maker(&self) -> TextMaker {
        self.maker
    }

    /// Where the data of its images are; without one they have none.
    #[must_use]
    pub fn spool(&self) -> Option<&Spool> {
        self.spool.as_ref()
    }

    /// Whether what is written outlives the process.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.database.is_file()
    }

    /// When a write that began now would have waited for another process for long enough; in memory there is
    /// none to wait for.
    #[must_use]
    pub fn end_of_patience(&self) -> Option<Instant> {
        self.database.end_of_patience()
    }

    /// Whether somebody waits for another process that has the file.
    #[must_use]
    pub fn is_locked_out(&self) -> bool {
        self.database.is_locked_out()
    }

    /// Whether to go on waiting leads nowhere for whoever has waited for long enough then.
    #[must_use]
    pub fn is_in_vain(&self, end: Option<Instant>) -> bool {
        self.is_locked_out() && end.is_some_and(|end| instant() >= end)
    }

    /// A number that grows with every committed write.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.changes.generation()
    }

    /// The ids of the images that changed behind a generation, gone ones among them; nothing when that
    /// is too long ago to tell.
    #[must_use]
    pub fn changed_behind(&self, generation: u64) -> Option<BTreeSet<String>> {
        self.changes.behind(generation)
    }

    /// Whether what is written is kept.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), StoreError> {
        self.database.check()
    }

    /// Adds images; one whose id is known is left as it is.
    ///
    /// # Errors
    /// When the database fails; then nothing was added.
    #[cfg(test)]
    pub fn load(&self, images: &[Image]) -> Result<loading::Loaded, StoreError> {
        self.load_each(images.len(), |add| {
            let mut images = in_order(images).into_iter().cloned();
            images.try_for_each(add)
        })
    }

    /// Adds about so many images that `each` gives, in the order of lists; one whose id is known is left
    /// as it is.
    ///
    /// # Errors
    /// What `each` says, or when the database fails; then nothing was added.
    pub fn load_each<E: From<StoreError> + Send>(
        &self,
        expected: usize,
        each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
    ) -> Result<loading::Loaded, E> {
        let filled = |connection: &Tables<'_>| {
            let filled = loading::fill(connection, self.maker, expected, each);
            Ok(filled)
        };
        let loaded = match loading::is_many(expected) {
            true => self.database.write_alone(filled),
            false => self.database.write(filled),
        }??;
        self.changes.everything();
        Ok(loaded)
    }

    /// Forgets everything, tokens too, and holds just these images.
    ///
    /// # Errors
    /// When the database fails; then nothing changed.
    #[cfg(test)]
    pub fn replace_all(&self, images: &[Image]) -> Result<(), StoreError> {
        self.replace_each(images.len(), |add| {
            let mut images = in_order(images).into_iter().cloned();
            images.try_for_each(add)
        })
    }

    /// Forgets everything and holds just the images that `each` gives, about so many, in the order of
    /// lists.
    ///
    /// # Errors
    /// What `each` says, or when the database fails; then nothing changed.
    pub fn replace_each<E: From<StoreError> + Send>(
        &self,
        expected: usize,
        each: impl FnOnce(&mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let filled = |connection: &Tables<'_>| {
            let freed = data::forget_all(connection)?;
            let filled = loading::refill(connection, self.maker, expected, each);
            Ok(filled.map(|_| freed))
        };
        let freed = self.database.write_most(filled)??;
        self.changes.everything();
        self.let_go(freed);
        Ok(())
    }

    /// The image of an id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn image(&self, id: &str) -> Result<Option<Image>, StoreError> {
        self.database.read(|connection| rows::find(connection, id))
    }

    /// The images that the query asks for, whole.
    ///
    /// # Errors
    /// When the database fails.
    pub fn images(&self, query: &ImageQuery) -> Result<Vec<Image>, StoreError> {
        self.database
            .read(|connection| lists::images(connection, query))
    }

    /// Which of these images a slice of [`Listing::next_told`] shows. One that was removed since is not among
    /// them.
    ///
    /// # Errors
    /// When the database fails.
    ///
    /// [`Listing::next_told`]: super::Listing::next_told
    pub fn shown_in<'i>(
        &self,
        slice: &Slice,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Vec<String>, StoreError> {
        self.database.read(|connection| {
            let mut shown = Vec::new();
            for id in ids {
                if rows::seq(connection, id)?.is_some_and(|seq| slice.shows(seq)) {
                    shown.push(id.to_owned());
                }
            }
            Ok(shown)
        })
    }

    /// Lets `decide` look at an image and change it, with no other write in between. The data of one
    /// that is deleted go with it, and uploads to it are void.
    ///
    /// # Errors
    /// What `decide` says, or when the database fails; then nothing changed, and the generation
    /// is what it was.
    pub fn change<T, E: From<StoreError>>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>) -> Result<Change<T>, E>,
    ) -> Result<T, E> {
        let mut freed = Vec::new();
        let written = self
            .database
            .write(|connection| self.decided(connection, id, &mut freed, decide));
        let (value, is_changed) = written??;
        self.changed(is_changed.then_some(id), freed);
        Ok(value)
    }

    /// The same where the thread may have said that it commits what it changes later ([`put_off`]); then it is
    /// given as if it were committed.
    ///
    /// # Errors
    /// What `decide` says, or when the database fails; then nothing changed, and the generation
    /// is what it was.
    ///
    /// [`put_off`]: super::put_off
    pub fn change_together<T, E: From<StoreError>>(
        &self,
        id: &str,
        decide: impl FnOnce(Option<Image>) -> Result<Change<T>, E>,
    ) -> Result<T, E> {
        let writer = self.database.file_writer();
        let Some(writer) = writer.filter(|_| uncommitted::is_put_off()) else {
            return self.change(id, decide);
        };
        let mut freed = Vec::new();
        let written = writer.write_uncommitted(|connection| {
            self.decided(&Tables::alone(connection), id, &mut freed, decide)
        });
        if let Err(StoreError::Busy) = written {
            uncommitted::leave(Left::InVain);
        }
        let (outcome, group) = written?;
        let is_changed = matches!(outcome, Ok((_, true)));
        uncommitted::leave(Left::Change(Uncommitted {
            group,
            changed: is_changed.then(|| id.to_owned()),
            freed,
        }));
        outcome.map(|(value, _)| value)
    }

    /// Commits a change that was put off, with all that were written before it.
    ///
    /// # Errors
    /// When the database fails; then nothing changed.
    pub fn commit(&self, uncommitted: Uncommitted) -> Result<(), StoreError> {
        if let Some(writer) = self.database.file_writer() {
            writer.commit_group(&uncommitted.group)?;
        }
        self.changed(uncommitted.changed.as_deref(), uncommitted.freed);
        Ok(())
    }

    /// Has somebody decide about an image, and does so; says whether that changed something.
    fn decided<T, E>(
        &self,
        connection: &Tables<'_>,
        id: &str,
        freed: &mut Vec<DataName>,
        decide: impl FnOnce(Option<Image>) -> Result<Change<T>, E>,
    ) -> Result<Result<(T, bool), E>, StoreError> {
        let known = rows::known(connection, id)?;
        let decided = match decide(known.as_ref().map(|(_, image)| image.clone())) {
            Ok(change) => change,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(Ok(match decided {
            Change::Put(image, value) => {
                rows::put_known(connection, &self.maker, known.as_ref(), &image)?;
                if image.status.is_deleted() {
                    *freed = data::forget(connection, id)?;
                }
                (value, true)
            }
            Change::Keep(value) => (value, false),
            Change::Remove(value) => {
                rows::remove(connection, id)?;
                *freed = data::forget(connection, id)?;
                (value, true)
            }
        }))
    }

    /// A change is committed.
    fn changed(&self, id: Option<&str>, freed: Vec<DataName>) {
        if let Some(id) = id {
            self.changes.one(id);
        }
        self.let_go(freed);
    }

    /// Rows that name these data are about to be there.
    pub(super) fn hold_for_rows(&self, names: &[DataName]) {
        if let Some(spool) = &self.spool {
            for name in names {
                spool.hold(name).keep();
            }
        }
    }

    /// Rows that named these data are gone.
    pub(super) fn let_go(&self, names: impl IntoIterator<Item = DataName>) {
        if let Some(spool) = &self.spool {
            names.into_iter().for_each(|name| spool.let_go(&name));
        }
    }
}

/// Data of a store in memory go with it; a file has them still when it is opened again.
impl Drop for Store {
    fn drop(&mut self) {
        if self.spool.is_none() {
            return;
        }
        match self.database.look_back(data::names) {
            Ok(names) => self.let_go(names.into_iter().flatten()),
            Err(error) => tracing::error!(%error, "image data stay until the server ends"),
        }
    }
}
