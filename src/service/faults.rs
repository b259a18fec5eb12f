//! What goes wrong on demand, as a space takes it.

use super::app::App;
use crate::control::faults::Preset;
pub use crate::control::faults::{
    Action, Condition, Cycle, Delay, Effect, Fault, FaultId, FaultReply, FaultReport, FaultState,
    PRESETS, Pattern, Refused, SPAN_FORM, Schedule, TooManyFaults, WrongFault, read_span, unknown,
    write_span,
};
use crate::store::StoreError;
use std::error::Error;
use std::sync::Arc;

/// What requests to control an emulator are called: no fault is for them.
const CONTROL: &str = "control.";

/// Most faults of a space that show images as they were.
const MOST_VIEWS: usize = 16;

/// Why a fault was not added. Nothing changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// It makes no sense.
    #[error(transparent)]
    Wrong(#[from] WrongFault),
    /// There is none prepared under this name.
    #[error("{}", unknown("preset", name, &PRESETS.map(|preset| preset.name)))]
    NoPreset {
        /// What was asked for.
        name: String,
    },
    /// Images as they were are kept in memory, which those of a file may be too large for.
    #[error("the images are in a file: as they were they can be shown of a space in memory only")]
    File,
    /// Images of a real cloud are not kept at all.
    #[error(
        "the images are a real cloud's: as they were they can be shown of a space that has its own only"
    )]
    Upstream,
    /// Each takes the memory of all images.
    #[error("there are {MOST_VIEWS} faults that show images as they were, and no more can be had")]
    TooManyViews,
    /// There are too many.
    #[error(transparent)]
    TooMany(#[from] TooManyFaults),
    /// The space was removed.
    #[error("the space was removed")]
    Removed,
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<StoreError> for FaultError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl App {
    /// Adds a fault, behind the others or in place of the one of its name.
    ///
    /// # Errors
    /// When it makes no sense, or what it shows cannot be kept.
    pub fn add_fault(&self, fault: Fault) -> Result<FaultId, FaultError> {
        let operations = (self.operations)();
        let names = operations.iter().map(|operation| operation.as_str());
        let names: Vec<_> = names.filter(|name| !name.starts_with(CONTROL)).collect();
        fault.check(&names)?;
        let view = match fault.action().effect {
            Effect::Stale if self.upstream.is_some() => return Err(FaultError::Upstream),
            Effect::Stale if self.is_file() => return Err(FaultError::File),
            Effect::Stale if self.faults.beside().len() >= MOST_VIEWS => {
                return Err(FaultError::TooManyViews);
            }
            Effect::Stale => Some(Arc::new(self.as_it_is()?)),
            _ => None,
        };
        Ok(self.faults.add(&self.clock, fault, view)?)
    }

    /// Adds the fault that is prepared under a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn add_preset(&self, name: &str) -> Result<FaultId, FaultError> {
        let preset = Preset::named(name).ok_or_else(|| FaultError::NoPreset {
            name: name.to_owned(),
        })?;
        self.add_fault(preset.fault())
    }
}
