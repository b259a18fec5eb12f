//! One format that data look like.

/// A format, and what its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// Its name, as Glance has it.
    pub format: &'static str,
    /// Size of the disk, in bytes; 0 when that is unknown.
    pub virtual_size: u64,
    /// Whether it may be opened.
    pub safety: Safety,
}

/// Whether a disk could do harm to whoever opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Nothing is known that could.
    Safe,
    /// This.
    Unsafe(&'static str),
    /// It ends before what would tell.
    Incomplete,
    /// What would tell makes no sense.
    Unreadable,
}

impl Detected {
    /// A format without any danger.
    pub fn safe(format: &'static str, virtual_size: u64) -> Self {
        Self {
            format,
            virtual_size,
            safety: Safety::Safe,
        }
    }
}
