//! Another state in place of the one that there is, and what is added to it.

use super::error::StateError;
use crate::control::fixture::{Beside, Renamed, read_beside};
use crate::control::{Fixture, FixtureError};
use crate::domain::Untold;
use crate::service::app::App;
use crate::service::seed::{Around, LoadError, Seed};
use crate::service::waldur::name_of;
use crate::store::StoreError;
use std::cell::RefCell;

impl App {
    /// Holds what a seed holds in place of all there was. Tokens that were issued end; the clock and the
    /// ids go on.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub(crate) fn load(&self, seed: &Seed) -> Result<(), StateError> {
        let _exchange = self.exchange()?;
        let plans = self.transitions().hold()?;
        self.store().return_to(&seed.images)?;
        self.surround(&seed.around, &plans, None);
        Ok(())
    }

    /// The same, of a fixture that nobody else has a seed of.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub(crate) fn load_fixture(&self, mut fixture: Fixture) -> Result<(), StateError> {
        if self.is_file() {
            return self.load_into_file(fixture);
        }
        fixture.complete();
        let maker = self.store().maker();
        self.load(&Seed::of(fixture, maker, &Untold)?)
    }

    /// The same of a space whose data are in a file: what a fixture holds.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub(crate) fn load_into_file(&self, mut fixture: Fixture) -> Result<(), StateError> {
        fixture.complete();
        let _exchange = self.exchange()?;
        let plans = self.transitions().hold()?;
        let images = fixture.image_count();
        self.store()
            .replace_each::<LoadError>(images, |add| fixture.each_image(add))?;
        self.surround(&Around::of(fixture), &plans, None);
        Ok(())
    }

    /// Adds what stands in a text, which may name whatever there is. Of what both name, the text's word
    /// counts.
    ///
    /// # Errors
    /// When the text is no fixture, or the store fails; then nothing changed.
    pub fn merge_text(&self, text: &str) -> Result<(), StateError> {
        let _exchange = self.exchange()?;
        let around = self.around();
        let failed = RefCell::new(None);
        let image = |id: &str| {
            let found = self.store().image(id);
            found.unwrap_or_else(|error| {
                failed.replace(Some(error));
                None
            })
        };
        let beside = Beside {
            state: around.to_fixture(),
            image: &image,
        };
        let read = read_beside("fixture", text, beside);
        if let Some(error) = failed.take() {
            return Err(error.into());
        }
        let (fixture, renamed) = read?;
        self.put(&around, fixture, &renamed)
    }

    /// Adds a fixture. Of what both name, its word counts.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn merge(&self, later: Fixture) -> Result<(), StateError> {
        let _exchange = self.exchange()?;
        let around = self.around();
        let mut fixture = around.to_fixture();
        let renamed = fixture.merge(later);
        self.put(&around, fixture, &renamed)
    }

    fn put(
        &self,
        before: &Around,
        mut fixture: Fixture,
        renamed: &Renamed,
    ) -> Result<(), StateError> {
        fixture.complete();
        let mut images = Vec::with_capacity(fixture.image_count());
        fixture.each_image::<FixtureError>(&mut |image| {
            images.push(image);
            Ok(())
        })?;
        fixture.forget_images();
        let ids: Vec<_> = images.iter().map(|image| image.id.clone()).collect();
        self.store().merge(images, renamed)?;
        // An image is as the fixture says: whatever it was on its way to.
        for id in &ids {
            self.transitions().forget(id);
        }
        let mut next = self.next_around(before, fixture)?;
        next.over_nova_fake &= ids.is_empty();
        self.replace_around(&next);
        Ok(())
    }

    /// What a fixture without images has in place of what there is.
    pub(super) fn next_around(
        &self,
        before: &Around,
        fixture: Fixture,
    ) -> Result<Around, StoreError> {
        let mut names = Vec::new();
        for id in fixture
            .instances
            .iter()
            .filter_map(|it| it.image_id.as_ref())
        {
            let image = self.store().image(id)?;
            names.extend(image.map(|image| (id.clone(), name_of(&image).to_owned())));
        }
        let name_of = |id: &str| {
            let found = names.iter().find(|(known, _)| known == id);
            found.map(|(_, name)| name.clone())
        };
        Ok(before.replaced_by(fixture, &name_of))
    }
}
