//! The faults of a running emulator, as typed calls.

use super::Emulator;
use super::space::Space;
use super::whose::Whose;
use crate::control::faults::{Fault, FaultId, FaultReport};
use crate::service::FaultError;

/// What goes wrong on demand in an emulator's own space, or in one of its spaces by name.
///
/// The first fault that fires at a request wins. Its answer says so: `X-Nova-Images-Fault` is the name or
/// the number of the fault. A reset removes all of them.
///
/// ```
/// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
/// use nova_images::{Emulator, Fault, Fixture};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
/// let list = format!("{}/v2.1/images/detail", nova.url());
///
/// let flaky = nova.faults().add(Fault::on("nova.images.detail").status(503).times(2))?;
/// assert_eq!(client::ask("GET", &list, &[], "")?.0, 503);
/// assert_eq!(client::ask("GET", &list, &[], "")?.0, 503);
/// assert_eq!(client::ask("GET", &list, &[], "")?.0, 200);
///
/// let report = nova.faults().find(flaky).expect("it is there until it is removed");
/// assert_eq!(report.hits, 2);
/// assert!(nova.faults().remove(flaky));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Faults<'e>(Whose<'e>);

impl Emulator {
    /// What goes wrong on demand in the emulator's own space.
    #[must_use]
    pub fn faults(&self) -> Faults<'_> {
        Faults(Whose::Root(&self.shared.spaces.root))
    }
}

impl Space {
    /// What goes wrong on demand in it, and nowhere else.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// let (mine, yours) = (nova.make_space("mine").make()?, nova.make_space("yours").make()?);
    /// mine.faults().preset("maintenance")?;
    /// let status = |base: &str| client::ask("GET", &format!("{base}/v2.1/images"), &[], "");
    /// assert_eq!(status(mine.url())?.0, 503);
    /// assert_eq!(status(yours.url())?.0, 200);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn faults(&self) -> Faults<'_> {
        Faults(Whose::Space(self.app()))
    }
}

impl Faults<'_> {
    /// Adds a fault, behind the others or in place of the one of its name.
    ///
    /// # Errors
    /// When it makes no sense: it does nothing, names an operation that there is none of, contradicts
    /// itself. When it is to show images as they were, and they are in a file. When the space was removed.
    pub fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        let added = self.0.ask(|app| app.add_fault(fault));
        added.unwrap_or(Err(FaultError::Removed))
    }

    /// Adds a fault that is prepared: `flaky-list`, `slow-glance`, `token-expires`, `rate-limited`,
    /// `maintenance`. It has that name.
    ///
    /// # Errors
    /// When there is none of that name, or the space was removed.
    pub fn preset(&self, name: &str) -> Result<FaultId, FaultError> {
        let added = self.0.ask(|app| app.add_preset(name));
        added.unwrap_or(Err(FaultError::Removed))
    }

    /// All of them, in order, and what has become of each.
    #[must_use]
    pub fn list(&self) -> Vec<FaultReport> {
        self.0
            .ask(|app| app.faults.list(&app.clock))
            .unwrap_or_default()
    }

    /// One of them, and what has become of it.
    #[must_use]
    pub fn find(&self, id: FaultId) -> Option<FaultReport> {
        self.0
            .ask(|app| app.faults.find(&app.clock, &id.to_string()))?
    }

    /// Removes one; says whether it was there.
    #[expect(clippy::must_use_candidate, reason = "most know what there is")]
    pub fn remove(&self, id: FaultId) -> bool {
        self.0
            .ask(|app| app.faults.remove(&id.to_string()))
            .unwrap_or_default()
    }

    /// Removes all of them; says how many there were.
    #[expect(clippy::must_use_candidate, reason = "most know what there is")]
    pub fn clear(&self) -> usize {
        self.0.ask(|app| app.faults.clear()).unwrap_or_default()
    }
}
