//! Looks at data as they come.

use super::detected::Detected;
use super::found::Found;
use super::headers::{self, HEAD_BYTES};
use super::region::Region;
use super::vhdx::Vhdx;
use super::vmdk::Vmdk;

/// Looks at data, piece by piece from their beginning.
#[derive(Debug)]
pub struct Inspection {
    position: u64,
    head: Region,
    vhdx: Vhdx,
    vmdk: Vmdk,
}

impl Inspection {
    /// Of data that are yet to come.
    #[must_use]
    pub fn new() -> Self {
        Self {
            position: 0,
            head: Region::new(0, HEAD_BYTES),
            vhdx: Vhdx::new(),
            vmdk: Vmdk::new(),
        }
    }

    /// Looks at more.
    pub fn see(&mut self, bytes: &[u8]) {
        self.head.see(self.position, bytes);
        self.vhdx.see(self.position, bytes);
        self.vmdk.see(self.position, bytes);
        self.position += bytes.len() as u64;
    }

    /// That was all of it.
    #[must_use]
    pub fn finish(&self) -> Found {
        let (head, size) = (self.head.data(), self.position);
        let gpt = |gpt: Detected| Detected {
            virtual_size: size,
            ..gpt
        };
        let known = [
            headers::qcow2(head),
            headers::vhd(head),
            self.vhdx.found(),
            self.vmdk.found(),
            headers::vdi(head),
            headers::qed(head),
            headers::iso(head),
            headers::gpt(head).map(gpt),
            headers::luks(head, size),
        ];
        Found::new(size, known.into_iter().flatten().collect())
    }
}

impl Default for Inspection {
    fn default() -> Self {
        Self::new()
    }
}
