//! The state of a running emulator, as typed calls: as a fixture, and under names.

use super::Emulator;
use super::space::Space;
use crate::control::Fixture;
use crate::service::{SnapshotError, SnapshotInfo, SpaceContent, StateError};

impl Emulator {
    /// Puts a fixture in place of all that the emulator's own space holds. Tokens that were issued end;
    /// the clock and the ids go on. [`Emulator::reset`] still goes back to the fixture of the start.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// let images = format!("{}/v2.1/images", nova.url());
    /// assert!(client::get(&images)?.contains("fakeimage7"));
    /// nova.load_fixture(Fixture::named("none")?)?;
    /// assert!(!client::get(&images)?.contains("fakeimage7"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn load_fixture(&self, fixture: Fixture) -> Result<(), StateError> {
        let spaces = &self.shared.spaces;
        spaces.load(&spaces.root, SpaceContent::Fixture(Box::new(fixture)))
    }

    /// Adds a fixture to what the emulator's own space holds. Of what both name, the fixture's word counts.
    ///
    /// ```
    /// use nova_images::{Emulator, Fixture, Image};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// nova.merge_fixture(Fixture::of([Image::builder("another").build()]))?;
    /// assert_eq!(nova.dump()?.images().len(), Fixture::docs()?.images().len() + 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn merge_fixture(&self, fixture: Fixture) -> Result<(), StateError> {
        self.shared.spaces.root.merge(fixture)
    }

    /// All that the emulator's own space holds, as a fixture: images, deleted and hidden ones too, members,
    /// users with the hashes of their passwords, fixed tokens, instances, Waldur. Image data and tokens
    /// that were issued are not in it.
    ///
    /// ```
    /// use nova_images::{Emulator, Fixture};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::named("edge")?).start()?;
    /// let dump = nova.dump()?;
    /// let other = Emulator::builder().fixture(dump.clone()).start()?;
    /// assert_eq!(other.dump()?.to_json(), dump.to_json());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the store fails.
    pub fn dump(&self) -> Result<Fixture, StateError> {
        self.shared.spaces.root.to_fixture()
    }

    /// Takes a snapshot of the whole state of the emulator's own space: images and their data, users,
    /// tokens, ids, clock. One of this name goes.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, Fixture};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    /// assert!(nova.snapshot("a name has no blanks").is_err());
    /// nova.snapshot("all")?;
    /// let image = format!("{}/v2.1/images/70a599e0-31e7-49b7-b260-868f441e862b", nova.url());
    /// let admin = [("X-Auth-Token", "admin-token")];
    /// assert_eq!(client::ask("DELETE", &image, &admin, "")?.0, 204);
    /// nova.restore("all")?;
    /// assert_eq!(client::ask("GET", &image, &[], "")?.0, 200);
    /// assert_eq!(nova.snapshots()[0].images, 8);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When it is no name, or there is no room for it.
    pub fn snapshot(&self, name: &str) -> Result<SnapshotInfo, SnapshotError> {
        self.shared.spaces.root.save_snapshot(name)
    }

    /// Goes back to a snapshot.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be read; then nothing changed.
    pub fn restore(&self, name: &str) -> Result<(), SnapshotError> {
        self.shared.spaces.root.restore_snapshot(name)
    }

    /// The snapshots there are, by name.
    #[must_use]
    pub fn snapshots(&self) -> Vec<SnapshotInfo> {
        self.shared.spaces.root.snapshots.list()
    }

    /// Removes a snapshot; says whether there was one.
    ///
    /// # Errors
    /// When a file of it cannot be removed.
    pub fn remove_snapshot(&self, name: &str) -> Result<bool, SnapshotError> {
        self.shared.spaces.root.snapshots.remove(name)
    }
}

impl Space {
    /// Puts a fixture in place of all that it holds.
    ///
    /// # Errors
    /// When the store fails, or the space was removed; then nothing changed.
    pub fn load_fixture(&self, fixture: Fixture) -> Result<(), StateError> {
        let app = self.app().upgrade().ok_or(StateError::Removed)?;
        app.load_fixture(fixture)
    }

    /// Adds a fixture to what it holds. Of what both name, the fixture's word counts.
    ///
    /// # Errors
    /// When the store fails, or the space was removed; then nothing changed.
    pub fn merge_fixture(&self, fixture: Fixture) -> Result<(), StateError> {
        self.app()
            .upgrade()
            .ok_or(StateError::Removed)?
            .merge(fixture)
    }

    /// All that it holds, as a fixture.
    ///
    /// # Errors
    /// When the store fails, or the space was removed.
    pub fn dump(&self) -> Result<Fixture, StateError> {
        self.app()
            .upgrade()
            .ok_or(StateError::Removed)?
            .to_fixture()
    }

    /// Takes a snapshot of its whole state. One of this name goes.
    ///
    /// # Errors
    /// When it is no name, there is no room for it, or the space was removed.
    pub fn snapshot(&self, name: &str) -> Result<SnapshotInfo, SnapshotError> {
        let app = self.app().upgrade().ok_or(SnapshotError::Removed)?;
        app.save_snapshot(name)
    }

    /// Goes back to a snapshot.
    ///
    /// # Errors
    /// When there is none of that name, or the space was removed; then nothing changed.
    pub fn restore(&self, name: &str) -> Result<(), SnapshotError> {
        let app = self.app().upgrade().ok_or(SnapshotError::Removed)?;
        app.restore_snapshot(name)
    }

    /// The snapshots there are, by name; none of a space that was removed.
    #[must_use]
    pub fn snapshots(&self) -> Vec<SnapshotInfo> {
        self.app()
            .upgrade()
            .map_or_else(Vec::new, |app| app.snapshots.list())
    }
}
