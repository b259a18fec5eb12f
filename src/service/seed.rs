//! What spaces are made from, and go back to.

use super::identity::People;
use super::waldur;
use crate::control::{Fixture, FixtureError};
use crate::domain::{Progress, TextMaker};
use crate::store::{self, Aim, StoreError};
use std::fmt;
use std::sync::Arc;

/// A fixture, prepared: a space of it is a copy of its pages, and shares all else with the others.
#[derive(Debug)]
pub struct Seed {
    pub(super) images: store::Seed,
    pub(super) around: Around,
}

/// Why images are not stored.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// They cannot be read.
    #[error("{0}")]
    Fixture(#[from] FixtureError),
    /// The store fails.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// What a fixture has beside its images. It never changes.
#[derive(Debug)]
pub struct Around {
    pub(super) people: Arc<People>,
    pub(super) clouds: Arc<waldur::Known>,
    pub(super) over_nova_fake: bool,
}

impl Seed {
    /// Of a fixture, with the texts that lists will show of its images.
    ///
    /// # Errors
    /// When the store fails, or a large file of the fixture is gone or another by now.
    pub fn of(
        fixture: Fixture,
        texts: TextMaker,
        aim: Aim,
        progress: &dyn Progress,
    ) -> Result<Self, LoadError> {
        let images = fixture.image_count();
        progress.begin("storing", images as u64);
        let images = store::Seed::of::<LoadError>(images, texts, aim, |add| {
            fixture.each_image(&mut |image| {
                progress.step(1);
                add(image)
            })
        });
        progress.end();
        let images = images?;
        let around = Around::of(fixture);
        Ok(Self { images, around })
    }
}

impl Around {
    /// Of a fixture.
    pub fn of(fixture: Fixture) -> Self {
        Self {
            clouds: Arc::new(waldur::Known::of(&fixture)),
            over_nova_fake: fixture.is_nova_fake_corpus(),
            people: Arc::new(People::of(fixture.directory)),
        }
    }
}

/// How the fixture of a file is read again, whole.
#[derive(Clone)]
pub struct Reread(Arc<dyn Fn() -> Result<Fixture, FixtureError> + Send + Sync>);

impl Reread {
    /// By this.
    pub fn by(read: impl Fn() -> Result<Fixture, FixtureError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is gone, or is no fixture any more.
    pub fn read(&self) -> Result<Fixture, FixtureError> {
        let mut fixture = (self.0)()?;
        fixture.complete();
        Ok(fixture)
    }
}

impl fmt::Debug for Reread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reread")
    }
}
