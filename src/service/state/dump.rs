//! The state of a space as a fixture, piece by piece.

use super::error::StateError;
use crate::control::Fixture;
use crate::control::fixture::writing::{self, Writer};
use crate::domain::Image;
use crate::service::app::App;
use crate::store::{Dumping, StoreError};
use std::collections::BTreeSet;

/// A piece of a dump, in bytes, about.
const PIECE_BYTES: usize = 64 * 1024;

/// Images that come again at a time.
const AGAIN: usize = 256;

/// The state of a space as a fixture, written as it is read: images first, in the order of creation and
/// id, then what stands around them. What is loaded of it is equal; passwords are in it as hashes, image
/// data are not in it.
#[derive(Debug)]
pub struct Dump {
    dumping: Dumping,
    writer: Writer,
    /// Without images.
    state: Option<Fixture>,
    phase: Phase,
    /// The rows of images that come again.
    again: Vec<i64>,
    /// How many of them have.
    done: usize,
    images: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Images,
    Properties,
    Members,
    Rest,
    Over,
}

impl App {
    /// Its state as a text.
    ///
    /// # Errors
    /// When the store fails.
    pub fn dump(&self) -> Result<Dump, StateError> {
        let _state = self.between_exchanges();
        let dumping = Dumping::of(self.store().clone())?;
        Ok(Dump::new(dumping, Some(self.around().to_fixture())))
    }

    /// Its state as a fixture.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn to_fixture(&self) -> Result<Fixture, StateError> {
        let state = self.between_exchanges();
        let mut dumping = Dumping::of(self.store().clone())?;
        let mut fixture = self.around().to_fixture();
        drop(state);
        loop {
            let slice = dumping.next()?;
            if slice.is_empty() {
                break;
            }
            fixture
                .images
                .extend(slice.into_iter().map(|(_, image)| image));
        }
        let owners: BTreeSet<_> = fixture
            .images
            .iter_mut()
            .filter_map(|image| {
                // Fixtures only speak of data.
                image.has_data = false;
                image.owner.clone()
            })
            .collect();
        let directory = &fixture.directory;
        let strangers = owners.into_iter();
        let strangers = strangers.filter(|owner| directory.project(owner).is_none());
        fixture.strangers = strangers.collect();
        Ok(fixture)
    }
}

impl Dump {
    /// Of images, and what stands around them, if that is known.
    pub(crate) fn new(dumping: Dumping, state: Option<Fixture>) -> Self {
        Self {
            dumping,
            writer: Writer::default(),
            state,
            phase: Phase::Images,
            again: Vec::new(),
            done: 0,
            images: 0,
        }
    }

    /// How many images have been written.
    #[cfg(feature = "cli")]
    pub fn images(&self) -> u64 {
        self.images
    }

    /// The next piece; nothing behind the last.
    ///
    /// # Errors
    /// When the store fails; then nothing more comes.
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        while self.phase != Phase::Over && self.writer.written() < PIECE_BYTES {
            if let Err(error) = self.write() {
                self.phase = Phase::Over;
                return Err(error);
            }
        }
        let piece = self.writer.take();
        Ok((!piece.is_empty()).then_some(piece))
    }

    fn write(&mut self) -> Result<(), StoreError> {
        match self.phase {
            Phase::Images => {
                let slice = self.dumping.next()?;
                if slice.is_empty() {
                    self.phase = Phase::Properties;
                }
                for (row, image) in &slice {
                    self.writer.image(image);
                    self.images += 1;
                    self.again
                        .extend(Writer::comes_again(image).then_some(*row));
                }
            }
            Phase::Properties => self.write_again(Phase::Members, Writer::properties_of)?,
            Phase::Members => self.write_again(Phase::Rest, Writer::members_of)?,
            Phase::Rest => {
                let none = Fixture::default();
                let state = self.state.as_ref().unwrap_or(&none);
                self.writer.finish(&writing::Beside {
                    directory: self.state.as_ref().map(|state| &state.directory),
                    instances: &state.instances,
                    waldur: state.waldur.as_ref(),
                });
                self.phase = Phase::Over;
            }
            Phase::Over => {}
        }
        Ok(())
    }

    fn write_again(
        &mut self,
        next: Phase,
        write: fn(&mut Writer, &Image),
    ) -> Result<(), StoreError> {
        let rows = self.again.iter().skip(self.done).take(AGAIN);
        let rows: Vec<_> = rows.copied().collect();
        if rows.is_empty() {
            (self.phase, self.done) = (next, 0);
            return Ok(());
        }
        self.done += rows.len();
        let images = self.dumping.again(&rows)?;
        for image in &images {
            write(&mut self.writer, image);
        }
        Ok(())
    }
}
