//! Whose something is that a typed call is for.

use crate::service::App;
use std::sync::{Arc, Weak};

/// The emulator's own space is there as long as the emulator; another one may have been removed.
#[derive(Clone, Debug)]
pub enum Whose<'e> {
    /// The emulator's own.
    Root(&'e App),
    /// A space's.
    Space(&'e Weak<App>),
}

impl Whose<'_> {
    /// Asks it; nothing when the space was removed.
    pub fn ask<T>(&self, ask: impl FnOnce(&App) -> T) -> Option<T> {
        match self {
            Self::Root(app) => Some(ask(app)),
            Self::Space(app) => app.upgrade().map(|app: Arc<App>| ask(&app)),
        }
    }
}
