//! What data are, as their bytes tell: the formats of disks that Glance tells apart.
//!
//! Glance looks at data while they come (`oslo_utils.imageutils.format_inspector`), refuses what is not
//! of the declared format or could make a hypervisor open other files, and takes the size of the disk
//! from the header. Its findings are reproduced, from the formats' own specifications and the
//! behaviour of oslo.utils 10; no data are kept but the few bytes that tell.

mod bytes;
mod detected;
mod found;
mod headers;
mod inspection;
mod region;
#[cfg(test)]
mod tests;
mod vhdx;
mod vmdk;

pub use found::{Found, Misfit};
pub use inspection::Inspection;
