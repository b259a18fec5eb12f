//! The journal of a running emulator, as typed calls.

use super::{Emulator, Space};
use crate::control::SpaceJournal;
use crate::control::journal::{Entry, Matching, NearMiss, Tally, Times};
use std::fmt;
use std::time::Duration;

impl Emulator {
    /// What was asked of the emulator's own space, and what it answered.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture, Matching};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// client::get(&format!("{}/v2/openstack/images/detail?limit=2", nova.url()))?;
    ///
    /// nova.requests().verify(1, Matching::operation("nova.images.detail"));
    /// let entries = nova.requests().list();
    /// assert_eq!(entries[0].target(), "/v2/openstack/images/detail?limit=2");
    /// assert_eq!(entries[0].status(), Some(200));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests(self.shared.spaces.root.journal().clone())
    }
}

impl Space {
    /// What was asked of this space, and what it answered. When it is removed, its entries go.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests(self.journal.clone())
    }
}

/// What was asked of a space, and what it answered: its journal.
///
/// It has bounds, which all spaces of an emulator share ([`EmulatorBuilder::journal_entries`],
/// [`EmulatorBuilder::journal_bytes`]): beyond them the oldest entries go. An entry is there before its
/// client has the last byte of its answer. Requests to `/_control` are not in it.
///
/// [`EmulatorBuilder::journal_entries`]: super::EmulatorBuilder::journal_entries
/// [`EmulatorBuilder::journal_bytes`]: super::EmulatorBuilder::journal_bytes
#[derive(Clone, Debug)]
pub struct Requests(SpaceJournal);

/// What was waited for did not come in time.
#[derive(Clone, Debug, thiserror::Error)]
#[error("within {} ms {tally}", timeout.as_millis())]
pub struct WaitError {
    timeout: Duration,
    tally: Box<Tally>,
}

impl WaitError {
    /// How many had come.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.tally.count
    }

    /// The newest entries that are as they were wanted, but for one thing.
    #[must_use]
    pub fn near_misses(&self) -> &[NearMiss] {
        &self.tally.near_misses
    }
}

impl Requests {
    /// All entries that are there, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<Entry> {
        self.find(&Matching::all())
    }

    /// Those that match, the oldest first.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture, Matching};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// let absent = "/v2/openstack/images/11111111-2222-4333-8444-555555555555";
    /// client::ask("GET", &format!("{}{absent}", nova.url()), &[], "")?;
    ///
    /// let refused = nova.requests().find(&Matching::operation("nova.images.*").status(404));
    /// let why = refused[0].why().ok_or("no reason")?;
    /// assert_eq!(why, "there is no image with this id");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn find(&self, matching: &Matching) -> Vec<Entry> {
        self.0.find(matching, 0, usize::MAX, false)
    }

    /// How many match.
    #[must_use]
    pub fn count(&self, matching: &Matching) -> u64 {
        self.0.count(matching, 0)
    }

    /// Asserts that so many match: a number, or a range of them such as `1..`.
    ///
    /// # Panics
    /// When another number does. The message says how many do, and which entries are as they were wanted
    /// but for one thing. This is the only call of this crate that panics.
    ///
    /// ```should_panic
    /// use nova_images::{Emulator, Matching};
    ///
    /// let nova = Emulator::builder().start().expect("a free port");
    /// nova.requests().verify(1.., Matching::operation("nova.images.delete"));
    /// ```
    #[track_caller]
    pub fn verify(&self, times: impl Into<Times>, matching: impl std::borrow::Borrow<Matching>) {
        let tally = self.0.verify(times.into(), matching.borrow(), 0);
        assert!(tally.holds, "{tally}");
    }

    /// Waits until at least so many match, those that are there already counted, and gives those that are
    /// still there. It holds the thread.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture, Matching};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// let url = format!("{}/v2/openstack/images", nova.url());
    /// let client = std::thread::spawn(move || client::get(&url).is_ok());
    /// let lists = Matching::operation("nova.images.index");
    /// let entries = nova.requests().wait_for(1, &lists, Duration::from_secs(10))?;
    /// assert_eq!(entries.len(), 1);
    /// assert!(client.join().is_ok_and(|answered| answered));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When they have not come after so long, or the space or the emulator ends before. The message shows
    /// near misses.
    pub fn wait_for(
        &self,
        at_least: u64,
        matching: &Matching,
        timeout: Duration,
    ) -> Result<Vec<Entry>, WaitError> {
        if self.0.wait(at_least, matching, timeout) >= at_least {
            return Ok(self.find(matching));
        }
        let tally = self.0.verify((at_least..).into(), matching, 0).into();
        Err(WaitError { timeout, tally })
    }

    /// Forgets all entries. Their numbers do not come again.
    pub fn clear(&self) {
        self.0.clear();
    }
}

impl fmt::Display for Requests {
    /// A line for each entry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in self.list() {
            writeln!(f, "{entry}")?;
        }
        Ok(())
    }
}
