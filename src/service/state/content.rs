//! What somebody names or sends, in place of a state or added to it.

use super::error::StateError;
use crate::control::{Fixture, is_built_in};
use crate::service::app::App;
use crate::service::spaces::{SpaceContent, SpaceError, Spaces};

impl Spaces {
    /// Puts this in place of all that a space holds.
    ///
    /// # Errors
    /// When it is no fixture, or the store fails; then nothing changed.
    pub fn load(&self, app: &App, content: SpaceContent) -> Result<(), StateError> {
        if !app.is_file() {
            let seed = self.seed(Some(content)).map_err(|error| match error {
                SpaceError::Fixture(error) => StateError::Fixture(error),
                SpaceError::NotBuiltIn { name } => StateError::NotBuiltIn { name },
                other => StateError::Store(Box::new(other)),
            })?;
            return app.load(&seed);
        }
        app.load_into_file(fixture(content)?)
    }

    /// Adds this to what a space holds.
    ///
    /// # Errors
    /// When it is no fixture, or the store fails; then nothing changed.
    pub fn merge(app: &App, content: SpaceContent) -> Result<(), StateError> {
        match content {
            SpaceContent::Text(text) => app.merge_text(&text),
            content => app.merge(fixture(content)?),
        }
    }
}

fn fixture(content: SpaceContent) -> Result<Fixture, StateError> {
    Ok(match content {
        SpaceContent::BuiltIn(name) if !is_built_in(&name) => {
            return Err(StateError::NotBuiltIn { name });
        }
        SpaceContent::BuiltIn(name) => Fixture::named(&name)?,
        SpaceContent::Text(text) => Fixture::parse("fixture", &text)?,
        SpaceContent::Fixture(fixture) => *fixture,
    })
}
