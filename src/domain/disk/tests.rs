//! Small disks of each format, made by hand from the formats' specifications.
#![allow(clippy::unwrap_used)]

use super::{Inspection, Misfit};
use crate::domain::property_tests::cases;
use proptest::prelude::*;

const BACKED: Misfit = Misfit::Unsafe("it has a backing file");

/// What is told of data that come in pieces of a size.
fn fit_in(pieces: usize, data: &[u8], disk_format: &str) -> Result<Option<u64>, Misfit> {
    let mut inspection = Inspection::new();
    data.chunks(pieces).for_each(|piece| inspection.see(piece));
    inspection.finish().fit(disk_format)
}

/// However they come, it is the same.
fn fit(data: &[u8], disk_format: &str) -> Result<Option<u64>, Misfit> {
    let told = fit_in(256 * 1024, data, disk_format);
    for pieces in [100, 512, 4096, 65_536] {
        assert_eq!(fit_in(pieces, data, disk_format), told, "{pieces}");
    }
    told
}

fn other(declared: &str, found: &'static str) -> Misfit {
    let declared = declared.to_owned();
    Misfit::Other { declared, found }
}

/// Zeros, with bytes at places.
fn disk(length: usize, parts: &[(usize, &[u8])]) -> Vec<u8> {
    let mut disk = vec![0; length];
    for (at, bytes) in parts {
        disk[*at..*at + bytes.len()].copy_from_slice(bytes);
    }
    disk
}

fn qcow2(parts: &[(usize, &[u8])]) -> Vec<u8> {
    let header: [(usize, &[u8]); 3] = [
        (0, b"QFI\xfb\0\0\0\x03"),
        (24, &[0, 0, 0, 0, 0, 0x10, 0, 0]),
        (100, &[0, 0, 0, 104]),
    ];
    disk(1024, &[&header, parts].concat())
}

#[test]
fn raw_is_what_nothing_else_is() {
    assert_eq!(fit(b"hello", "raw"), Ok(Some(5)));
    assert_eq!(fit(b"", "raw"), Ok(None));
    for known in ["qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso"] {
        let told = fit(b"hello", known).unwrap_err();
        assert_eq!(
            told.to_string(),
            format!("Image disk_format {known} does not match stream data raw")
        );
    }
    // Their data say nothing.
    for unknown in ["ploop", "ami", "aki", "ari"] {
        assert_eq!(fit(b"hello", unknown), Ok(None));
    }
}

#[test]
fn qcow2_says_its_size_and_whom_it_needs() {
    let good = qcow2(&[]);
    assert_eq!(fit(&good, "qcow2"), Ok(Some(1 << 20)));
    assert_eq!(fit(&good, "raw"), Ok(Some(1024)));
    assert_eq!(fit(&good, "vmdk"), Err(other("vmdk", "qcow2")));
    assert_eq!(fit(&good, "ami"), Err(other("ami", "qcow2")));
    // Cut off within its header it is nothing.
    assert_eq!(fit(&good[..511], "qcow2"), Err(other("qcow2", "raw")));
    let backed = qcow2(&[(15, &[104]), (104, b"/etc/passwd")]);
    assert_eq!(fit(&backed, "qcow2"), Err(BACKED));
    assert_eq!(fit(&backed, "raw"), Err(BACKED));
    for (features, is_safe) in [(1, true), (2, true), (8, true), (4, false), (16, false)] {
        let disk = qcow2(&[(79, &[features])]);
        assert_eq!(fit(&disk, "qcow2").is_ok(), is_safe, "{features}");
    }
    assert!(fit(&qcow2(&[(72, &[1])]), "qcow2").is_err());
    // Version 2 has no features, version 1 is too old.
    assert!(fit(&qcow2(&[(7, &[2]), (72, &[1])]), "qcow2").is_ok());
    assert!(fit(&qcow2(&[(7, &[1])]), "qcow2").is_err());
}

#[test]
fn headers_of_other_disks() {
    let size = (1_u64 << 30).to_be_bytes();
    let vhd = disk(512, &[(0, b"conectix"), (40, &size)]);
    assert_eq!(fit(&vhd, "vhd"), Ok(Some(1 << 30)));
    assert_eq!(fit(&vhd[..100], "vhd"), Err(Misfit::Incomplete));
    let size = (1_u64 << 30).to_le_bytes();
    let vdi = disk(512, &[(0x40, b"\x7f\x10\xda\xbe"), (0x170, &size)]);
    assert_eq!(fit(&vdi, "vdi"), Ok(Some(1 << 30)));
    let qed = disk(512, &[(0, b"QED\0")]);
    assert_eq!(
        fit(&qed, "raw").unwrap_err().to_string(),
        "Image failed safety checks"
    );
    let luks = disk(8192, &[(0, b"LUKS\xba\xbe\0\x01"), (104, &[0, 0, 0, 8])]);
    assert_eq!(fit(&luks, "luks"), Ok(Some(4096)));
    assert!(fit(&disk(8192, &[(0, b"LUKS\xba\xbe\0\x02")]), "raw").is_err());
}

#[test]
fn partition_tables_and_cds() {
    let partition: (usize, &[u8]) = (446, &[0x80, 0x20, 0x21, 0, 0x83, 0x28, 0x20, 1, 0, 8]);
    let signature: (usize, &[u8]) = (510, b"\x55\xaa");
    let mbr = disk(1024, &[partition, signature]);
    assert_eq!(fit(&mbr, "qcow2"), Err(other("qcow2", "gpt")));
    assert_eq!(fit(&mbr, "raw"), Ok(Some(1024)));
    let fat = disk(1024, &[partition, signature, (0x10, &[2]), (0x15, &[0xf8])]);
    assert_eq!(fit(&fat, "qcow2"), Err(other("qcow2", "raw")));
    for wrong in [
        disk(512, &[signature]),
        disk(512, &[partition, signature, (446, &[1])]),
        disk(512, &[partition, signature, (446, &[0, 0, 1, 0, 0xee])]),
        disk(
            512,
            &[
                signature,
                (446, &[0, 0, 2, 0, 0xee, 0, 0, 0, 1]),
                (466, &[7]),
            ],
        ),
    ] {
        assert!(matches!(fit(&wrong, "raw"), Err(Misfit::Unsafe(_))));
    }
    let protective = disk(512, &[signature, (446, &[0, 0, 2, 0, 0xee, 0, 0, 0, 1])]);
    assert_eq!(fit(&protective, "raw"), Ok(Some(512)));

    let descriptor: [(usize, &[u8]); 3] = [
        (32 * 1024, b"\x01CD001"),
        (32 * 1024 + 80, &[10, 0, 0, 0]),
        (32 * 1024 + 128, &[0, 8]),
    ];
    let iso = disk(40_000, &descriptor);
    assert_eq!(fit(&iso, "iso"), Ok(Some(20_480)));
    assert_eq!(fit(&iso[..34_000], "iso"), Err(other("iso", "raw")));
    let bootable = disk(40_000, &[&descriptor[..], &[partition, signature]].concat());
    assert_eq!(fit(&bootable, "iso"), Ok(Some(20_480)));
    let hidden = disk(
        40_000,
        &[&descriptor[..], &[(0, b"QFI\xfb\0\0\0\x02")]].concat(),
    );
    let told = fit(&hidden, "iso").unwrap_err();
    assert_eq!(told.to_string(), "Multiple formats detected: qcow2,iso");
}

#[test]
fn vhdx_is_followed_to_its_size() {
    let metadata = b"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
    let disk_size = b"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8";
    let at = 2 << 20;
    let parts: [(usize, &[u8]); 11] = [
        (0, b"vhdxfile"),
        (192 << 10, b"regi"),
        ((192 << 10) + 8, &[2]),
        ((192 << 10) + 48, metadata),
        ((192 << 10) + 64, &[0, 0, 0x20]),
        (at, b"metadata"),
        (at + 10, &[1, 0]),
        (at + 32, disk_size),
        (at + 48, &[0, 0, 1]),
        (at + 52, &[8]),
        (at + 65_536, &[0, 0, 0, 0x40]),
    ];
    let vhdx = disk(3 << 20, &parts);
    assert_eq!(fit(&vhdx, "vhdx"), Ok(Some(1 << 30)));
    assert_eq!(fit(&vhdx[..at + 65_540], "vhdx"), Err(Misfit::Incomplete));
    let no_table = disk(1 << 20, &[(0, b"vhdxfile")]);
    assert_eq!(fit(&no_table, "vhdx"), Ok(None));
    let strange = disk(3 << 20, &[&parts[..], &[(at + 52, &[7])]].concat());
    assert_eq!(fit(&strange, "vhdx"), Err(Misfit::Unreadable));
}

const TEXT: &str = "# Disk DescriptorFile\nversion=1\nCID=fffffffe\ncreateType=\"monolithicSparse\"\n\
                    # Extent\nRW 2048 SPARSE \"disk.vmdk\"\n\n#DDB\nddb.adapterType = \"ide\"\n";

fn vmdk(text: &str, parts: &[(usize, &[u8])]) -> Vec<u8> {
    let header: [(usize, &[u8]); 6] = [
        (0, b"KDMV\x01"),
        (12, &[0, 8]),
        (28, &[1]),
        (36, &[20]),
        (56, &[21]),
        (512, text.as_bytes()),
    ];
    disk(20_000, &[&header, parts].concat())
}

#[test]
fn vmdk_says_what_it_is_made_of() {
    assert_eq!(fit(&vmdk(TEXT, &[]), "vmdk"), Ok(Some(1 << 20)));
    assert_eq!(
        fit(&vmdk(TEXT, &[])[..5000], "vmdk"),
        Err(Misfit::Incomplete)
    );
    for (from, to) in [
        ("monolithicSparse", "monolithicFlat"),
        ("disk.vmdk", "/etc/passwd"),
        ("RW 2048", "XX 2048"),
        ("RW 2048", "#"),
        ("createType", "kind"),
    ] {
        let told = fit(&vmdk(&TEXT.replace(from, to), &[]), "vmdk");
        assert!(matches!(told, Err(Misfit::Unsafe(_))), "{from} {told:?}");
    }
    let unknown = vmdk(TEXT, &[(4, &[4])]);
    assert!(matches!(fit(&unknown, "vmdk"), Err(Misfit::Unsafe(_))));
    let elsewhere = vmdk(TEXT, &[(28, &[2])]);
    assert!(matches!(fit(&elsewhere, "vmdk"), Err(Misfit::Unsafe(_))));
    // The text alone: the disk is somewhere else.
    let flat = TEXT.replace("monolithicSparse", "monolithicFlat");
    assert!(matches!(
        fit(flat.as_bytes(), "vmdk"),
        Err(Misfit::Unsafe(_))
    ));
    assert!(matches!(
        fit(flat.as_bytes(), "raw"),
        Err(Misfit::Unsafe(_))
    ));
    assert_eq!(fit(TEXT.as_bytes(), "vmdk"), Err(Misfit::Unreadable));
    let text = "a text of more than sixty-four letters, which says nothing of disks at all";
    assert_eq!(fit(text.as_bytes(), "vmdk"), Err(other("vmdk", "raw")));
}

#[test]
fn the_footer_of_a_vmdk_is_its_header() {
    let text = TEXT.replace("monolithicSparse", "streamOptimized");
    let end = 20_000 - 1536;
    let copy = vmdk(&text, &[]);
    let parts: [(usize, &[u8]); 3] = [
        (56, &[0xff; 8]),
        (end + 12, &[3]),
        (end + 512, &copy[..512]),
    ];
    assert_eq!(fit(&vmdk(&text, &parts), "vmdk"), Ok(Some(1 << 20)));
    for wrong in [
        (end + 12, &[2_u8][..]),
        (end + 8, &[1]),
        (end + 512, b"XDMV"),
        (end + 512 + 4, &[2]),
        (end + 512 + 36, &[19]),
        (end + 512 + 56, &[0xff; 8]),
        (end + 1024, &[1]),
    ] {
        let told = fit(&vmdk(&text, &[&parts[..], &[wrong]].concat()), "vmdk");
        assert!(matches!(told, Err(Misfit::Unsafe(_))), "{wrong:?}");
    }
}

/// Disks whose bytes were changed at places that matter to somebody.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        Just(qcow2(&[])),
        Just(vmdk(TEXT, &[])),
        Just(disk(
            40_000,
            &[(0, b"vhdxfile"), (32_768, b"\x01CD001"), (510, b"\x55\xaa")]
        )),
        Just(TEXT.as_bytes().to_vec()),
    ];
    let place = prop_oneof![0..130_usize, 440..530_usize, 0..40_000_usize];
    let changes = proptest::collection::vec((place, any::<u8>()), 0..6);
    (whole, changes, 0..41_000_usize).prop_map(|(mut disk, changes, length)| {
        for (place, byte) in changes {
            if let Some(at) = disk.get_mut(place) {
                *at = byte;
            }
        }
        disk.truncate(length);
        disk
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn how_data_come_makes_no_difference(
        disk in damaged(),
        pieces in proptest::collection::vec(1..20_000_usize, 1..20),
    ) {
        let mut inspection = Inspection::new();
        let mut rest = disk.as_slice();
        for piece in pieces.iter().cycle() {
            let (first, behind) = rest.split_at((*piece).min(rest.len()));
            inspection.see(first);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        let found = inspection.finish();
        for format in ["raw", "qcow2", "vmdk", "iso", "ami"] {
            prop_assert_eq!(found.fit(format), fit_in(1 << 20, &disk, format));
        }
    }
}
