//! `nova-images generate`: a catalogue of any size, as a fixture.

use super::bar::Bar;
use super::error::CommandError;
use super::out::Out;
use crate::control::catalogue::{Images, directory};
use crate::control::fixture::writing::{Beside, Writer};
use crate::domain::Progress as _;
use std::path::PathBuf;

/// Bytes that are written at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Generate {
    /// How many
    #[arg(value_name = "IMAGES")]
    images: u64,
    /// The same catalogue for the same number
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Generate {
    /// Writes the catalogue as it is drawn; of what stands behind the images it is drawn twice.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn run(self) -> Result<(), CommandError> {
        let directory = directory(self.images, self.seed);
        let images = || Images::of(self.images, self.seed, &directory);
        let mut out = Out::to(self.out.as_deref())?;
        let bar = Bar::default();
        bar.begin("writing", self.images);
        let mut writer = Writer::default();
        for image in images() {
            writer.image(&image);
            bar.step(1);
            if writer.written() >= PIECE_BYTES && !out.write(&writer.take())? {
                return Ok(());
            }
        }
        for image in images() {
            writer.members_of(&image);
            if writer.written() >= PIECE_BYTES && !out.write(&writer.take())? {
                return Ok(());
            }
        }
        writer.finish(&Beside {
            directory: Some(&directory),
            instances: &[],
            waldur: None,
        });
        out.write(&writer.take())?;
        bar.end();
        out.finish()
    }
}
