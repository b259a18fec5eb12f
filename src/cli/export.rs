//! `nova-images export`: the images of a database as a fixture.

use super::bar::Bar;
use super::error::CommandError;
use super::out::Out;
use crate::domain::Progress as _;
use crate::emulator::TEXTS;
use crate::service::Dump;
use crate::store::{DatabaseFile, Dumping, Location, Store, StoreError, Sync};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The SQLite file, which no server has open
    #[arg(long, env = "NOVA_IMAGES_DATABASE", value_name = "PATH")]
    database: PathBuf,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    /// Writes every image there is, deleted and hidden ones too, with members and properties.
    ///
    /// # Errors
    /// When the database cannot be read, or the fixture not be written.
    pub fn run(self) -> Result<(), CommandError> {
        let failed = |source: StoreError| CommandError::Database {
            path: self.database.clone(),
            source: Box::new(source),
        };
        // Opened, it would be made.
        std::fs::metadata(&self.database).map_err(|error| failed(error.into()))?;
        let file = DatabaseFile {
            path: self.database.clone(),
            sync: Sync::Full,
            patience: Duration::ZERO,
            steps: None,
        };
        let store = Store::open(Location::File(file), TEXTS).map_err(failed)?;
        let images = store.image_count().map_err(failed)?;
        let mut out = Out::to(self.out.as_deref())?;
        let bar = Bar::default();
        bar.begin("writing", images);
        let dumping = Dumping::of(Arc::new(store)).map_err(failed)?;
        let mut dump = Dump::new(dumping, None);
        let mut written = 0;
        while let Some(piece) = dump.next_piece().map_err(failed)? {
            if !out.write(&piece)? {
                break;
            }
            bar.step(dump.images() - written);
            written = dump.images();
        }
        bar.end();
        out.finish()
    }
}
