//! What data are, and whether that is what was declared.

use super::detected::{Detected, Safety};

/// What data look like; like nothing in particular, they are raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    size: u64,
    formats: Vec<Detected>,
}

/// Formats that Glance knows by their data: their names cannot be given to others.
const KNOWN: [&str; 10] = [
    "raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "qed", "iso", "gpt", "luks",
];

/// Why data are not taken for what they are declared to be; in Glance's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// They are of another format.
    #[error("Image disk_format {declared} does not match stream data {found}")]
    Other {
        /// What was declared.
        declared: String,
        /// What they are.
        found: &'static str,
    },
    /// They could be of several formats: one may be hidden in the other.
    #[error("Multiple formats detected: {0}")]
    Several(String),
    /// Whoever opens them could be made to open other files.
    #[error("Image failed safety checks")]
    Unsafe(&'static str),
    /// They end before what would tell that they are safe.
    #[error("Incomplete file cannot be safety checked")]
    Incomplete,
    /// They make no sense.
    #[error("Image format inspection failed")]
    Unreadable,
}

impl Found {
    pub(super) fn new(size: u64, formats: Vec<Detected>) -> Self {
        Self { size, formats }
    }

    /// The size of the disk, in bytes, when the data are of the declared format; nothing when it is
    /// not known. Glance asks this of images whose container is `bare`.
    ///
    /// # Errors
    /// When they are not, or are not safe.
    pub fn fit(&self, disk_format: &str) -> Result<Option<u64>, Misfit> {
        let found = self.one()?;
        let virtual_size = match (found.format, disk_format) {
            (found_format, declared) if found_format == declared => found.virtual_size,
            ("raw", declared) if !KNOWN.contains(&declared) => 0,
            // What is declared raw may be anything, and is as large as it is.
            (_, "raw") => self.size,
            (found, declared) => {
                let declared = declared.to_owned();
                return Err(Misfit::Other { declared, found });
            }
        };
        match found.safety {
            Safety::Safe => Ok((virtual_size > 0).then_some(virtual_size)),
            Safety::Unsafe(danger) => Err(Misfit::Unsafe(danger)),
            Safety::Incomplete => Err(Misfit::Incomplete),
            Safety::Unreadable => Err(Misfit::Unreadable),
        }
    }

    fn one(&self) -> Result<Detected, Misfit> {
        match self.formats.as_slice() {
            [] => Ok(Detected::safe("raw", self.size)),
            [one] => Ok(*one),
            // CDs that also start from a disk.
            [iso, gpt] if (iso.format, gpt.format) == ("iso", "gpt") => Ok(*iso),
            several => {
                let names: Vec<_> = several.iter().map(|one| one.format).collect();
                Err(Misfit::Several(names.join(",")))
            }
        }
    }
}
