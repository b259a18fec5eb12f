//! What spaces are made from, and go back to.

use super::identity::People;
use super::waldur;
use crate::control::{Fixture, FixtureError, Ids};
use crate::domain::{Instance, Progress, TextMaker};
use crate::store::{self, StoreError};
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

/// What a fixture has beside its images. It never changes, and copies share it.
#[derive(Clone, Debug)]
pub struct Around {
    pub(super) people: Arc<People>,
    pub(super) clouds: Arc<waldur::Known>,
    pub(super) instances: Arc<Vec<Instance>>,
    pub(super) over_nova_fake: bool,
}

impl Seed {
    /// Of a fixture, with the texts that lists will show of its images.
    ///
    /// # Errors
    /// When the store fails, or a large file of the fixture is gone or another by now.
    pub fn of(
        mut fixture: Fixture,
        texts: TextMaker,
        progress: &dyn Progress,
    ) -> Result<Self, LoadError> {
        let clouds = waldur::Known::of(&fixture);
        let directory = std::mem::take(&mut fixture.directory);
        // To hash a password takes a tenth of a start, and waits for nothing.
        let (people, images) = beside(
            directory.has_clear_passwords(),
            &|| People::of(directory.clone()),
            || stored(&fixture, texts, progress),
        );
        let images = images?;
        let around = Around::with(clouds, people, fixture);
        Ok(Self { images, around })
    }
}

/// Stores the images of a fixture.
fn stored(
    fixture: &Fixture,
    texts: TextMaker,
    progress: &dyn Progress,
) -> Result<store::Seed, LoadError> {
    let images = fixture.image_count();
    progress.begin("storing", images as u64);
    // A seeded sequence may repeat in one process; the name must not.
    let name = Ids::random().uuid().to_string();
    let images = store::Seed::of::<LoadError>(name, images, texts, |add| {
        fixture.each_image(&mut |image| {
            progress.step(1);
            add(image)
        })
    });
    progress.end();
    images
}

/// Does one thing and another, at the same time if it pays and a thread is to be had.
fn beside<A: Send, B>(
    pays: bool,
    one: &(dyn Fn() -> A + Sync),
    other: impl FnOnce() -> B,
) -> (A, B) {
    std::thread::scope(|scope| {
        let thread = pays.then(|| std::thread::Builder::new().spawn_scoped(scope, one));
        let other = other();
        let one = match thread {
            Some(Ok(thread)) => match thread.join() {
                Ok(one) => one,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            Some(Err(_)) | None => one(),
        };
        (one, other)
    })
}

impl Around {
    /// Of a fixture.
    pub fn of(fixture: Fixture) -> Self {
        Self::of_clouds(waldur::Known::of(&fixture), fixture)
    }

    /// The same, where somebody else knows what images are called.
    pub fn by(fixture: Fixture, name_of_image: &dyn Fn(&str) -> Option<String>) -> Self {
        Self::of_clouds(waldur::Known::by(&fixture, name_of_image), fixture)
    }

    fn of_clouds(clouds: waldur::Known, mut fixture: Fixture) -> Self {
        let people = People::of(std::mem::take(&mut fixture.directory));
        Self::with(clouds, people, fixture)
    }

    fn with(clouds: waldur::Known, people: People, fixture: Fixture) -> Self {
        Self {
            clouds: Arc::new(clouds),
            over_nova_fake: fixture.is_nova_fake_corpus(),
            instances: Arc::new(fixture.instances),
            people: Arc::new(people),
        }
    }

    /// The same as a fixture without images, in which the passwords are hashes.
    pub fn to_fixture(&self) -> Fixture {
        Fixture {
            directory: self.people.whole_directory(),
            instances: self.instances.to_vec(),
            waldur: self.clouds.given().cloned(),
            names_users: true,
            names_tokens: true,
            ..Fixture::default()
        }
    }

    /// What a fixture has in place of this, where somebody else knows what images are called.
    pub fn replaced_by(
        &self,
        fixture: Fixture,
        name_of_image: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let is_as_given =
            fixture.waldur.is_some() && fixture.waldur.as_ref() == self.clouds.given();
        Self {
            clouds: match is_as_given {
                true => Arc::clone(&self.clouds),
                false => Arc::new(waldur::Known::by(&fixture, name_of_image)),
            },
            over_nova_fake: self.over_nova_fake,
            instances: Arc::new(fixture.instances),
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
