//! Who needs which data: counted, so that equal data of several images go with the last of them.

use super::name::DataName;
use super::room::Room;
use std::sync::Arc;

/// Keeps data as long as it is there; they go with the last that holds them.
#[derive(Debug)]
pub struct Hold {
    room: Arc<Room>,
    name: DataName,
    is_kept: bool,
}

impl Hold {
    /// One more of those who need these data; it has been counted.
    pub(super) fn counted(room: Arc<Room>, name: DataName) -> Self {
        Self {
            room,
            name,
            is_kept: false,
        }
    }

    /// Which data.
    #[must_use]
    pub fn name(&self) -> &DataName {
        &self.name
    }

    /// Leaves it to a row, which has been written: `Spool::let_go` is called when that goes.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.is_kept {
            self.room.let_go(&self.name);
        }
    }
}
