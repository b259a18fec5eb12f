//! Formats that the beginning of a disk tells.

use super::bytes::{u16_le, u32_be, u32_le, u64_be, u64_le};
use super::detected::{Detected, Safety};

/// Bytes of the beginning that are looked at: ISO 9660 leaves sixteen sectors to others, and has its
/// descriptor in the next.
pub const HEAD_BYTES: usize = ISO_SYSTEM_AREA + ISO_SECTOR;

const ISO_SYSTEM_AREA: usize = 32 * 1024;
const ISO_SECTOR: usize = 2 * 1024;

/// A sector, which most formats begin with.
const SECTOR: usize = 512;

/// QEMU's format (docs/interop/qcow2 of its sources).
pub fn qcow2(head: &[u8]) -> Option<Detected> {
    let header = head.get(..SECTOR).filter(|it| it.starts_with(b"QFI\xfb"))?;
    Some(Detected {
        format: "qcow2",
        virtual_size: u64_be(header, 24)?,
        safety: match qcow2_danger(header)? {
            "" => Safety::Safe,
            danger => Safety::Unsafe(danger),
        },
    })
}

/// What a hypervisor would be made to do by opening it; empty when nothing.
fn qcow2_danger(header: &[u8]) -> Option<&'static str> {
    /// Data are in another file.
    const DATA_FILE: u64 = 0x04;
    /// Features that were known when this was written.
    const KNOWN: u64 = 0x0f;
    let features = u64_be(header, 72)?;
    Some(match u32_be(header, 4)? {
        _ if u64_be(header, 8)? != 0 => "it has a backing file",
        _ if features & DATA_FILE != 0 => "its data are in another file",
        2 => "",
        3 if features & !KNOWN == 0 => "",
        3 => "it has unknown features",
        _ => "its version is not supported",
    })
}

/// QEMU's enhanced disk, which nobody supports.
pub fn qed(head: &[u8]) -> Option<Detected> {
    let header = head.get(..SECTOR)?;
    header.starts_with(b"QED\0").then_some(Detected {
        format: "qed",
        virtual_size: 0,
        safety: Safety::Unsafe("the format is not allowed"),
    })
}

/// Microsoft's Virtual Hard Disk, with the footer's copy in front.
pub fn vhd(head: &[u8]) -> Option<Detected> {
    if !head.starts_with(b"conectix") {
        return None;
    }
    let header = head.get(..SECTOR);
    Some(Detected {
        format: "vhd",
        virtual_size: header.and_then(|header| u64_be(header, 40)).unwrap_or(0),
        safety: match header {
            Some(_) => Safety::Safe,
            None => Safety::Incomplete,
        },
    })
}

/// The disk image of `VirtualBox`.
pub fn vdi(head: &[u8]) -> Option<Detected> {
    let header = head.get(..SECTOR)?;
    let is_vdi = u32_le(header, 0x40)? == 0xbeda_107f;
    is_vdi
        .then(|| u64_le(header, 0x170))
        .flatten()
        .map(|size| Detected::safe("vdi", size))
}

/// A CD or DVD: ISO 9660 or UDF.
pub fn iso(head: &[u8]) -> Option<Detected> {
    const PRIMARY: u8 = 1;
    let descriptor = head.get(ISO_SYSTEM_AREA..HEAD_BYTES)?;
    let kind = descriptor.get(1..6)?;
    if ![b"CD001", b"NSR02", b"NSR03"]
        .iter()
        .any(|known| *known == kind)
    {
        return None;
    }
    let size = match descriptor.first() {
        Some(&PRIMARY) => u64::from(u32_le(descriptor, 80)?) * u64::from(u16_le(descriptor, 128)?),
        _ => 0,
    };
    Some(Detected::safe("iso", size))
}

/// A partition table, of GPT or of DOS; a FAT file system, whose first sector ends alike, is none.
pub fn gpt(head: &[u8]) -> Option<Detected> {
    /// Copies of the table of a FAT file system, and its medium: a fixed disk.
    const FAT: (u8, u8) = (2, 0xf8);
    let sector = head.get(..SECTOR)?;
    let is_fat = (*sector.get(0x10)?, *sector.get(0x15)?) == FAT;
    if u16_le(sector, 510)? != 0xaa55 || is_fat {
        return None;
    }
    Some(Detected {
        format: "gpt",
        // Glance takes the bytes of the disk for it.
        virtual_size: 0,
        safety: match partitions_danger(sector)? {
            "" => Safety::Safe,
            danger => Safety::Unsafe(danger),
        },
    })
}

/// What is wrong with a partition table; empty when nothing.
fn partitions_danger(sector: &[u8]) -> Option<&'static str> {
    const PROTECTIVE: u8 = 0xee;
    let mut used = Vec::new();
    let mut is_gpt = false;
    for number in 0..4 {
        let entry = sector.get(446 + 16 * number..)?.get(..16)?;
        let [flag, start @ ..] = entry.first_chunk::<4>()?;
        if !matches!(flag, 0 | 0x80) {
            return Some("a partition has an invalid boot flag");
        }
        let kind = *entry.get(4)?;
        if kind != 0 {
            used.push(number);
        }
        if kind == PROTECTIVE {
            is_gpt = true;
            if *start != [0, 2, 0] || u32_le(entry, 8)? != 1 {
                return Some("its protective partition begins elsewhere");
            }
        }
    }
    Some(match used.as_slice() {
        [] => "there is no partition",
        [0] => "",
        _ if is_gpt => "there are partitions beside the protective one",
        _ => "",
    })
}

/// An encrypted disk.
pub fn luks(head: &[u8], size: u64) -> Option<Detected> {
    const HEADER: usize = 592;
    if !head.starts_with(b"LUKS\xba\xbe") {
        return None;
    }
    let header = head.get(..HEADER);
    let payload = header.and_then(|header| u32_be(header, 104)).unwrap_or(0);
    Some(Detected {
        format: "luks",
        virtual_size: size.saturating_sub(u64::from(payload) * SECTOR as u64),
        safety: match header.and_then(|header| header.get(6..8)) {
            Some([0, 1]) => Safety::Safe,
            Some(_) => Safety::Unsafe("its version is not supported"),
            None => Safety::Incomplete,
        },
    })
}
