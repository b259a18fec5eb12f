//! The images that are listed: like those of a real cloud, and the same at every run.

use nova_images::{Fixture, Image, Timestamp, Visibility};

/// The project of the caller, who owns the private images.
pub const PROJECT: &str = "6f70656e737461636b0d8e2f4c1a9b57";

/// The project that owns the public ones.
const PUBLISHER: &str = "61646d696e0c4f7ab38e5d2917f6c0a4";

/// What one image in eight has for a tag.
pub const TAG: &str = "golden";

/// 2025-01-01T00:00:00Z.
const FIRST_CREATED_SECONDS: i64 = 1_735_689_600;

/// Distribution, version, user of the first login.
const SYSTEMS: [(&str, &str, &str); 5] = [
    ("ubuntu", "24.04", "ubuntu"),
    ("debian", "12", "debian"),
    ("rocky", "9.5", "rocky"),
    ("fedora", "42", "fedora"),
    ("opensuse", "15.6", "opensuse"),
];

/// So many images, half of them public, half private to [`PROJECT`]: a caller of that project sees
/// them all.
pub fn fixture(count: u32) -> Fixture {
    Fixture::of((0..count).map(image))
}

/// The id of the image of a number; numbers count from the oldest.
pub fn id(number: u32) -> String {
    let high = scramble(u64::from(number) * 2);
    let low = scramble(u64::from(number) * 2 + 1);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// The name of the image of a number; no other image has it.
pub fn name(number: u32) -> String {
    let (distribution, version, _) = system(number);
    format!("{distribution}-{version}-server-{number:07}")
}

/// When the image of a number was changed last.
pub fn updated_at(number: u32) -> Timestamp {
    created_at(number).plus_seconds(90)
}

fn created_at(number: u32) -> Timestamp {
    Timestamp::from_micros(FIRST_CREATED_SECONDS * 1_000_000).plus_seconds(i64::from(number) * 61)
}

/// The images, out of so many, that have the rare property.
pub fn rare(count: u32) -> impl Iterator<Item = u32> {
    (0..count).filter(|number| number % RARITY == RARITY / 20)
}

/// Images of which one has the rare property.
const RARITY: u32 = 10_007;

/// Whether an image has the architecture that most have.
pub fn is_common(number: u32) -> bool {
    number % 7 != 3
}

/// The finalizer of splitmix64: a bijection, so that different numbers never meet.
pub fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn system(number: u32) -> (&'static str, &'static str, &'static str) {
    SYSTEMS[number as usize % SYSTEMS.len()]
}

fn image(number: u32) -> Image {
    let public = number.is_multiple_of(2);
    let created_at = created_at(number);
    let size_bytes = 600_000_000 + i64::from(number % 977) * 1_048_576;
    let (visibility, owner) = match public {
        true => (Visibility::Public, PUBLISHER),
        false => (Visibility::Private, PROJECT),
    };
    let builder = Image::builder(id(number))
        .name(name(number))
        .visibility(visibility)
        .owner(owner)
        .min_ram_mib(512 * i64::from(number % 5))
        .min_disk_gib(5 * i64::from(number % 4))
        .size_bytes(size_bytes)
        .virtual_size_bytes(4 * size_bytes)
        .created_at(created_at)
        .updated_at(updated_at(number))
        .formats("bare", "qcow2")
        .checksum(format!(
            "{:016x}{:016x}",
            scramble(u64::from(number)),
            scramble(!u64::from(number))
        ))
        .protected(public);
    let builder = match number.is_multiple_of(8) {
        true => builder.tag(TAG),
        false => builder,
    };
    let pairs = properties(number).into_iter();
    pairs
        .fold(builder, |image, (key, value)| image.property(key, value))
        .build()
}

/// The image of a number as Glance lists it.
pub fn json(number: u32) -> String {
    let image = image(number);
    let pairs = properties(number).into_iter();
    let pairs: Vec<_> = pairs
        .map(|(key, value)| format!(", \"{key}\": \"{value}\""))
        .collect();
    let pairs = pairs.concat();
    format!(
        "{{\"id\": \"{}\", \"name\": \"{}\", \"status\": \"active\", \"visibility\": \"{}\", \
         \"owner\": \"{}\", \"min_ram\": {}, \"min_disk\": {}, \"size\": {}, \
         \"virtual_size\": {}, \"created_at\": \"{}\", \"updated_at\": \"{}\", \
         \"container_format\": \"bare\", \"disk_format\": \"qcow2\", \"checksum\": \"{}\", \
         \"protected\": {}, \"os_hidden\": false, \"tags\": [{}]{pairs}}}",
        image.id,
        name(number),
        if number.is_multiple_of(2) {
            "public"
        } else {
            "private"
        },
        image.owner.unwrap_or_default(),
        image.min_ram_mib,
        image.min_disk_gib,
        image.size_bytes.unwrap_or_default(),
        image.virtual_size_bytes.unwrap_or_default(),
        image.created_at,
        image.updated_at,
        image.checksum.unwrap_or_default(),
        image.protected,
        if image.tags.is_empty() {
            String::new()
        } else {
            format!("\"{TAG}\"")
        },
    )
}

fn properties(number: u32) -> Vec<(&'static str, &'static str)> {
    let (distribution, version, user) = system(number);
    let mut pairs = vec![
        (
            "architecture",
            if is_common(number) {
                "x86_64"
            } else {
                "aarch64"
            },
        ),
        ("os_distro", distribution),
        ("os_version", version),
        ("os_admin_user", user),
        (
            "hw_disk_bus",
            if number % 3 == 1 { "scsi" } else { "virtio" },
        ),
    ];
    if number % 3 == 1 {
        pairs.push(("hw_scsi_model", "virtio-scsi"));
    }
    if number % RARITY == RARITY / 20 {
        pairs.push(("image_family", "rare"));
    }
    pairs
}
