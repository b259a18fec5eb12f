//! VMDK: a header that names a text, or that text alone. The text may name other files, which
//! is why every line of it has to be understood.

use super::bytes::{u32_le, u64_le};
use super::detected::{Detected, Safety};
use super::region::Region;

const SECTOR: u64 = 512;
const HEADER_BYTES: usize = 512;
/// What a header has at least.
const LEAST_HEADER_BYTES: usize = 64;
/// Where the text has to be, and how long it may be: as in QEMU.
const TEXT_AT: u64 = 0x200;
const MOST_TEXT_BYTES: u64 = (1 << 20) - 1;
/// Of a text that stands alone, what Glance reads at once.
const FIRST_BYTES: usize = 64 * 1024;
/// The table of grains is found by a copy of the header at the end.
const AT_END: u64 = u64::MAX;
/// A marker, the header, and the marker of the end, a sector each.
const FOOTER_BYTES: usize = 3 * 512;

/// Looks for it in a stream.
#[derive(Debug)]
pub struct Vmdk {
    first: Region,
    text: Option<Region>,
    footer: Option<Vec<u8>>,
    is_over: bool,
}

impl Vmdk {
    /// From the beginning.
    pub fn new() -> Self {
        Self {
            first: Region::new(0, FIRST_BYTES),
            text: None,
            footer: None,
            is_over: false,
        }
    }

    /// Looks at bytes that begin at a place of the stream.
    pub fn see(&mut self, position: u64, bytes: &[u8]) {
        if self.is_over {
            return;
        }
        self.first.see(position, bytes);
        let Some(header) = self.header() else {
            // A text alone is wanted no further than this; anything else is over as soon as that shows.
            self.is_over = self.first.is_complete()
                || (self.first.data().len() >= HEADER_BYTES && !is_text(self.beginning()));
            return;
        };
        if self.text.is_none() {
            if !header.is_supported() {
                self.is_over = true;
                return;
            }
            let length = header
                .text_sectors
                .saturating_mul(SECTOR)
                .min(MOST_TEXT_BYTES);
            let length = usize::try_from(length).unwrap_or(0);
            self.footer = (header.grains_at == AT_END).then(Vec::new);
            // What came before is here still.
            let mut text = Region::new(TEXT_AT, length);
            text.see(0, self.first.data());
            self.text = Some(text);
        }
        if let Some(text) = &mut self.text {
            text.see(position, bytes);
        }
        if let Some(footer) = &mut self.footer {
            let from = bytes.len().saturating_sub(FOOTER_BYTES);
            footer.extend_from_slice(bytes.get(from..).unwrap_or_default());
            footer.drain(..footer.len().saturating_sub(FOOTER_BYTES));
        }
    }

    fn beginning(&self) -> &[u8] {
        let data = self.first.data();
        data.get(..HEADER_BYTES).unwrap_or(data)
    }

    /// The header, once enough of it is there.
    fn header(&self) -> Option<Header> {
        Header::read(self.beginning())
    }

    /// Whether it was one.
    pub fn found(&self) -> Option<Detected> {
        if !self.first.data().starts_with(b"KDMV") {
            return self.found_text();
        }
        let mut virtual_size = 0;
        let safety = match (self.header(), &self.text) {
            (None, _) => Safety::Incomplete,
            (Some(_), None) => Safety::Unsafe("its header is not supported"),
            (Some(_), Some(text)) if !text.is_complete() => Safety::Incomplete,
            (Some(header), Some(text)) => {
                let text = Text::of(text.data());
                if text.is_sparse() {
                    virtual_size = header.sectors.saturating_mul(SECTOR);
                }
                self.safety(&header, &text)
            }
        };
        Some(Detected {
            format: "vmdk",
            virtual_size,
            safety,
        })
    }

    fn safety(&self, header: &Header, text: &Text) -> Safety {
        let footer = self.footer.as_ref();
        match (text.danger(), footer) {
            (_, Some(footer)) if footer.len() < FOOTER_BYTES => Safety::Incomplete,
            (None, Some(footer)) => match footer_danger(header, footer) {
                Some(danger) => Safety::Unsafe(danger),
                None => Safety::Safe,
            },
            (Some(danger), _) => Safety::Unsafe(danger),
            (None, None) => Safety::Safe,
        }
    }

    /// A text alone: the disk is in other files.
    fn found_text(&self) -> Option<Detected> {
        let is_alone = self.first.data().len() >= LEAST_HEADER_BYTES && is_text(self.beginning());
        let text = is_alone.then(|| Text::of(self.first.data()))?;
        text.kind.as_ref()?;
        Some(Detected {
            format: "vmdk",
            virtual_size: 0,
            safety: match text.danger() {
                Some(danger) => Safety::Unsafe(danger),
                // There is no header that would tell its size.
                None => Safety::Unreadable,
            },
        })
    }
}

/// The header of a sparse extent, as far as it matters.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    version: u32,
    sectors: u64,
    text_sector: u64,
    text_sectors: u64,
    grains_at: u64,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let header = bytes.get(..LEAST_HEADER_BYTES)?;
        header.starts_with(b"KDMV").then_some(())?;
        Some(Self {
            version: u32_le(header, 4)?,
            sectors: u64_le(header, 12)?,
            text_sector: u64_le(header, 28)?,
            text_sectors: u64_le(header, 36)?,
            grains_at: u64_le(header, 56)?,
        })
    }

    fn is_supported(&self) -> bool {
        let is_known = (1..=3).contains(&self.version);
        is_known && self.text_sector.saturating_mul(SECTOR) == TEXT_AT
    }
}

/// As Python's `isprintable` and `isspace` say it of ASCII.
fn is_text(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t'..=b'\r' | 0x1c..=0x1f))
}

/// The text that describes a disk.
struct Text {
    /// In lower case; nothing when it is none.
    text: Option<String>,
    /// What it says of the kind of the disk.
    kind: Option<String>,
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.iter().position(|byte| *byte == 0);
        let bytes = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
        let text = bytes
            .is_ascii()
            .then(|| String::from_utf8_lossy(bytes).to_ascii_lowercase());
        let kind = text.as_deref().and_then(kind).map(ToOwned::to_owned);
        Self { text, kind }
    }

    /// Whether the disk is in the file that the text is in.
    fn is_sparse(&self) -> bool {
        let kind = self.kind.as_deref();
        matches!(kind, Some("monolithicsparse" | "streamoptimized"))
    }

    /// What is not understood, or names other files.
    fn danger(&self) -> Option<&'static str> {
        let text = match self.text.as_deref() {
            None | Some("") => return Some("there is no description"),
            Some(_) if !self.is_sparse() => return Some("its kind is not supported"),
            Some(text) => text,
        };
        let mut extents = 0;
        let is_blank = |letter: char| letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter);
        for line in text.split('\n').map(|line| line.trim_matches(is_blank)) {
            let is_field = line
                .split_once('=')
                .is_some_and(|(name, _)| !name.contains(' '));
            let access = line.split(' ').next().unwrap_or_default();
            if line.is_empty() || line.starts_with('#') || line.starts_with("ddb") || is_field {
                continue;
            }
            match access {
                "rw" | "rdonly" | "noaccess" if line.contains('/') => {
                    return Some("an extent names a path");
                }
                "rw" | "rdonly" | "noaccess" => extents += 1,
                _ => return Some("a line of its description is not understood"),
            }
        }
        (extents == 0).then_some("it has no extents")
    }
}

/// What stands in quotes behind `createType=`; Python's slice to -1 ends before the last letter where
/// the quote is not closed.
fn kind(text: &str) -> Option<&str> {
    const LONGEST: usize = 64;
    let (_, behind) = text.split_once("createtype=\"")?;
    match behind.split_once('"') {
        Some((kind, _)) if kind.len() < LONGEST => Some(kind),
        Some(_) => None,
        None => behind.get(..behind.len().saturating_sub(1)),
    }
}

/// What a copy of the header at the end says otherwise than the header.
fn footer_danger(header: &Header, footer: &[u8]) -> Option<&'static str> {
    const FOOTER: u32 = 3;
    const END: u32 = 0;
    let Some(copy) = footer.get(512..).and_then(Header::read) else {
        return Some("header and footer differ");
    };
    let is_same = copy.version == header.version
        && copy.text_sector == header.text_sector
        && copy.text_sectors == header.text_sectors;
    let is_marker = |sector: &[u8], kind: u32| {
        let is_padded = sector
            .get(16..512)
            .is_some_and(|pad| pad.iter().all(|byte| *byte == 0));
        u32_le(sector, 8) == Some(0) && u32_le(sector, 12) == Some(kind) && is_padded
    };
    let end = footer.get(1024..).unwrap_or_default();
    if !is_same {
        Some("header and footer differ")
    } else if copy.grains_at == AT_END {
        Some("its footer names another footer")
    } else if !is_marker(footer, FOOTER) || !is_marker(end, END) || u64_le(end, 0) != Some(0) {
        Some("a marker at its end is invalid")
    } else {
        None
    }
}
