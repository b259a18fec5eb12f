//! Taking a snapshot of a space, and going back to it.

use super::error::SnapshotError;
use super::folder::Folder;
use super::shelf::Entry;
use super::snapshot::{Rest, Snapshot, SnapshotInfo};
use crate::service::app::{App, Kept};
use crate::service::transitions::Held;
use crate::store::Seed;
use std::sync::Arc;

impl App {
    /// Takes a snapshot of the whole state under a name; one that there is of that name goes.
    ///
    /// # Errors
    /// When it is no name, there is no room, or the store fails.
    pub fn save_snapshot(&self, name: &str) -> Result<SnapshotInfo, SnapshotError> {
        let _exchange = self.exchange()?;
        self.snapshots.check(name)?;
        // No step of a plan comes between the images and the plans.
        let plans = self.transitions().hold()?;
        let snapshot = match self.snapshots.folder() {
            None => self.snapshot(name, self.store().snapshot(None)?, &plans)?,
            Some(folder) => self.save_in(folder, name, &plans)?,
        };
        let info = snapshot.info.clone();
        self.snapshots.put(snapshot)?;
        Ok(info)
    }

    fn save_in(
        &self,
        folder: &Folder,
        name: &str,
        plans: &Held<'_>,
    ) -> Result<Snapshot, SnapshotError> {
        let pages = folder.new_pages(name);
        let saved = || {
            let images = self.store().snapshot(Some(&pages.path))?;
            let snapshot = self.snapshot(name, images, plans)?;
            folder.save(&snapshot, &pages, self.store().spool())?;
            Ok(snapshot)
        };
        saved().inspect_err(|_: &SnapshotError| folder.give_up(&pages))
    }

    fn snapshot(
        &self,
        name: &str,
        images: Seed,
        plans: &Held<'_>,
    ) -> Result<Snapshot, SnapshotError> {
        let info = SnapshotInfo {
            name: name.to_owned(),
            taken_at: self.clock.now(),
            images: images.images() as u64,
            bytes: images.bytes()?,
        };
        let rest = Rest {
            around: self.around(),
            tokens: self.identity.saved(),
            used: self.waldur.used(),
            transitions: plans.book().saved(),
            clock: self.clock.place(),
            ids: self.ids.place(),
        };
        Ok(Snapshot { info, images, rest })
    }

    /// Goes back to a snapshot.
    ///
    /// # Errors
    /// When there is none of that name, it cannot be read, or the store fails; then nothing changed.
    pub fn restore_snapshot(&self, name: &str) -> Result<(), SnapshotError> {
        let _exchange = self.exchange()?;
        let snapshot = self.ready(name)?;
        let Rest {
            around,
            tokens,
            used,
            transitions,
            clock,
            ids,
        } = &snapshot.rest;
        let plans = self.transitions().hold()?;
        if self.is_file() {
            let kept = self.identity.kept(&around.people, tokens);
            self.store().write_seed(&snapshot.images, &kept)?;
        } else {
            self.store().return_to(&snapshot.images)?;
        }
        self.clock.come_to(*clock);
        if let Some(place) = ids {
            self.ids.come_to(*place);
        }
        let kept = Kept {
            tokens,
            used,
            transitions,
        };
        self.surround(around, &plans, Some(kept));
        Ok(())
    }

    fn ready(&self, name: &str) -> Result<Arc<Snapshot>, SnapshotError> {
        let missing = || SnapshotError::Missing {
            name: name.to_owned(),
        };
        match self.snapshots.get(name).ok_or_else(missing)? {
            Entry::Ready(snapshot) => Ok(snapshot),
            Entry::Kept(_) | Entry::Unreadable(_) => {
                let folder = self.snapshots.folder().ok_or_else(missing)?;
                let maker = self.store().maker();
                let snapshot = folder.read(name, &maker, self.store().spool())?;
                let snapshot = Arc::new(snapshot);
                self.snapshots.note(&snapshot);
                Ok(snapshot)
            }
        }
    }
}
