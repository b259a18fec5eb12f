//! Microsoft's VHDX: a table of regions in front names one of metadata, whose table names the size of
//! the disk ([MS-VHDX]).

use super::bytes::{u16_le, u32_le, u64_le};
use super::detected::{Detected, Safety};
use super::region::Region;

const REGION_TABLE: u64 = 192 * 1024;
const TABLE_BYTES: usize = 64 * 1024;
const ENTRY_BYTES: usize = 32;
const MOST_ENTRIES: usize = 2047;
/// `8B7CA206-4790-4B9A-B8FE-575F050F886E`, as it stands in a file.
const METADATA: &[u8] = b"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
/// `2FA54224-CD1B-4876-B211-5DBED83BF4B8`.
const DISK_SIZE: &[u8] = b"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8";

/// Looks for it in a stream.
#[derive(Debug)]
pub struct Vhdx {
    ident: Region,
    regions: Region,
    metadata: Option<Region>,
    disk_size: Option<Region>,
    /// Nothing more is looked for.
    is_over: bool,
}

/// It is not what it should be.
struct Malformed;

impl Vhdx {
    /// From the beginning.
    pub fn new() -> Self {
        Self {
            ident: Region::new(0, 32),
            regions: Region::new(REGION_TABLE, TABLE_BYTES),
            metadata: None,
            disk_size: None,
            is_over: false,
        }
    }

    /// Looks at bytes that begin at a place of the stream.
    pub fn see(&mut self, position: u64, bytes: &[u8]) {
        if self.is_over {
            return;
        }
        self.ident.see(position, bytes);
        if self.ident.is_complete() && !self.is_match() {
            self.is_over = true;
            return;
        }
        let metadata = self.metadata.as_mut();
        let known = [Some(&mut self.regions), metadata, self.disk_size.as_mut()];
        for region in known.into_iter().flatten() {
            region.see(position, bytes);
        }
        if self.look_on(position, bytes).is_err() {
            self.is_over = true;
        }
    }

    /// What was found may be in the same bytes.
    fn look_on(&mut self, position: u64, bytes: &[u8]) -> Result<(), Malformed> {
        if self.metadata.is_none() && self.regions.is_complete() {
            let Some(mut metadata) = metadata_region(self.regions.data())? else {
                self.is_over = true;
                return Ok(());
            };
            metadata.see(position, bytes);
            self.metadata = Some(metadata);
        }
        if let (Some(metadata), None) = (&mut self.metadata, &self.disk_size)
            && let Some((offset, length)) = disk_size(metadata.data())?
        {
            let mut size = Region::new(metadata.offset.saturating_add(offset), length);
            metadata.close();
            size.see(position, bytes);
            self.disk_size = Some(size);
        }
        Ok(())
    }

    fn is_match(&self) -> bool {
        self.ident.data().starts_with(b"vhdxfile")
    }

    /// Whether it was one.
    pub fn found(&self) -> Option<Detected> {
        let size = self.disk_size.as_ref().filter(|size| size.is_complete());
        let parts = [self.metadata.as_ref(), self.disk_size.as_ref()];
        let mut parts = parts.into_iter().flatten();
        let is_complete = self.ident.is_complete()
            && self.regions.is_complete()
            && parts.all(Region::is_complete);
        self.is_match().then(|| Detected {
            format: "vhdx",
            virtual_size: size.and_then(|size| u64_le(size.data(), 0)).unwrap_or(0),
            safety: match size {
                Some(size) if size.data().len() != size_of::<u64>() => Safety::Unreadable,
                _ if is_complete => Safety::Safe,
                _ => Safety::Incomplete,
            },
        })
    }
}

fn entries(table: &[u8], first: usize) -> impl Iterator<Item = &[u8]> {
    table
        .get(first..)
        .unwrap_or_default()
        .chunks_exact(ENTRY_BYTES)
}

fn metadata_region(table: &[u8]) -> Result<Option<Region>, Malformed> {
    let count = u32_le(table, 8).and_then(|count| usize::try_from(count).ok());
    let count = count.filter(|count| *count <= MOST_ENTRIES && table.starts_with(b"regi"));
    let mut entries = entries(table, 16).take(count.ok_or(Malformed)?);
    let entry = entries.find(|entry| entry.starts_with(METADATA));
    let offset = entry.and_then(|entry| u64_le(entry, 16));
    Ok(offset.map(|offset| Region::new(offset, TABLE_BYTES)))
}

/// Where the size is behind the beginning of the metadata, and how long; nothing as long as the table
/// is not there.
fn disk_size(table: &[u8]) -> Result<Option<(u64, usize)>, Malformed> {
    if table.len() < ENTRY_BYTES {
        return Ok(None);
    }
    if !table.starts_with(b"metadata") {
        return Err(Malformed);
    }
    let count = usize::from(u16_le(table, 10).ok_or(Malformed)?);
    if table.len() < ENTRY_BYTES * (1 + count) {
        return Ok(None);
    }
    let mut entries = entries(table, ENTRY_BYTES).take(count);
    let entry = entries.find(|entry| entry.starts_with(DISK_SIZE));
    Ok(entry.and_then(|entry| {
        let length = usize::try_from(u32_le(entry, 20)?).unwrap_or(TABLE_BYTES);
        Some((u64::from(u32_le(entry, 16)?), length.min(TABLE_BYTES)))
    }))
}
