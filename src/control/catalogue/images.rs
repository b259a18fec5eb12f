//! The images of a catalogue, one after the other.

use super::dice::Dice;
use super::distros::{DISTROS, Distro, PURPOSES};
use crate::domain::{
    Directory, GlanceStatus, Image, Member, MemberStatus, Properties, Timestamp, Visibility,
};

/// When the cloud was opened: 2019-01-01.
const OPENED_AT: i64 = 1_546_300_800;

/// When it is looked at: 2026-01-01.
const LOOKED_AT: i64 = 1_767_225_600;

const MICROS: i64 = 1_000_000;
const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// Of a thousand images.
const STATUSES: [(u64, GlanceStatus); 8] = [
    (905, GlanceStatus::Active),
    (30, GlanceStatus::Queued),
    (6, GlanceStatus::Saving),
    (2, GlanceStatus::Importing),
    (8, GlanceStatus::Killed),
    (8, GlanceStatus::Deactivated),
    (39, GlanceStatus::Deleted),
    (2, GlanceStatus::PendingDelete),
];

/// What an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The cloud offers it to everybody.
    Offered,
    /// Somebody has built it.
    Built,
    /// It was made of an instance.
    Snapshot,
    /// Something is installed from it.
    Medium,
}

const KINDS: [(u64, Kind); 4] = [
    (90, Kind::Offered),
    (330, Kind::Built),
    (550, Kind::Snapshot),
    (30, Kind::Medium),
];

/// The images, oldest first.
#[derive(Debug)]
pub struct Images<'d> {
    dice: Dice,
    directory: &'d Directory,
    left: u64,
    /// Microseconds since 1970.
    now: i64,
    /// The longest time between two of them, in microseconds.
    step: u64,
}

impl<'d> Images<'d> {
    /// So many of a seed, of the projects of [`super::directory`].
    pub fn of(images: u64, seed: u64, directory: &'d Directory) -> Self {
        let span = (LOOKED_AT - OPENED_AT).unsigned_abs() * MICROS.unsigned_abs();
        Self {
            dice: Dice::of(seed),
            directory,
            left: images,
            now: OPENED_AT * MICROS,
            step: 2 * span / (images + images / 16 + 16),
        }
    }

    fn image(&mut self) -> Image {
        // Two at one moment are rare, and there are some.
        if !self.dice.per_mille(3) {
            let further = i64::try_from(self.dice.between(1, self.step.max(1))).unwrap_or(i64::MAX);
            self.now = self.now.saturating_add(further).min(LOOKED_AT * MICROS);
        }
        let dice = &self.dice;
        let kind = dice.weighed(&KINDS).unwrap_or(Kind::Built);
        let weights: Vec<_> = DISTROS.iter().map(|it| (it.weight, it)).collect();
        let mut image = Image::builder(dice.uuid()).build();
        image.created_at = Timestamp::from_micros(self.now);
        image.owner = self.owner(kind).map(str::to_owned);
        image.status = dice.weighed(&STATUSES).unwrap_or(GlanceStatus::Active);
        image.visibility = self.visibility(kind);
        image.hidden = kind == Kind::Offered && dice.per_mille(250);
        image.protected = kind == Kind::Offered || dice.per_mille(20);
        if let Some(distro) = dice.weighed(&weights) {
            self.describe(&mut image, kind, distro);
        }
        self.date(&mut image);
        self.share(&mut image);
        self.finish(&mut image);
        image
    }

    /// A few projects have most images.
    fn owner(&self, kind: Kind) -> Option<&'d str> {
        let projects = &self.directory.projects;
        let first = projects.first()?;
        if kind == Kind::Offered {
            return Some(&first.id);
        }
        let others = projects.get(1..)?;
        let drawn = self.dice.below(1000) * self.dice.below(1000);
        let place = drawn * (others.len() as u64) / 1_000_000;
        let project = others.get(usize::try_from(place).ok()?)?;
        Some(&project.id)
    }

    fn visibility(&self, kind: Kind) -> Visibility {
        let shares: &[(u64, Visibility)] = match kind {
            Kind::Offered => &[(1, Visibility::Public)],
            Kind::Snapshot => &[(92, Visibility::Private), (8, Visibility::Shared)],
            Kind::Built | Kind::Medium => &[
                (58, Visibility::Private),
                (30, Visibility::Shared),
                (12, Visibility::Community),
            ],
        };
        self.dice.weighed(shares).unwrap_or(Visibility::Private)
    }

    fn describe(&self, image: &mut Image, kind: Kind, distro: &Distro) {
        let dice = &self.dice;
        let release = dice.pick(distro.releases).copied();
        let (version, base) = release.unwrap_or_default();
        let purpose = dice.pick(&PURPOSES).copied().unwrap_or_default();
        let day = image.created_at.to_string();
        let day = day.get(..10).unwrap_or_default().replace('-', "");
        image.name = Some(match kind {
            Kind::Offered => format!("{base}-{day}"),
            Kind::Built => format!("{purpose}-{base}-v{}", dice.between(1, 40)),
            Kind::Snapshot => format!("{purpose}-{:02}-snapshot-{day}", dice.between(1, 30)),
            Kind::Medium => format!("{base}-install.iso"),
        });
        // Names are free, and may be missing.
        image.name.take_if(|_| dice.per_mille(4));
        let (least, most) = distro.size_mib;
        let size = match kind {
            Kind::Offered => dice.between(least, most) * MIB,
            Kind::Built => dice.between(2 * least, 6 * most) * MIB,
            Kind::Snapshot => dice.between(2 * least, 24 * most) * MIB,
            Kind::Medium => dice.between(700, 5600) * MIB,
        } + dice.below(MIB);
        let disk = match kind {
            Kind::Snapshot => distro
                .disk_gib
                .max(dice.pick(&[10, 20, 40, 80]).copied().unwrap_or(20)),
            _ => distro.disk_gib,
        };
        let format = match kind {
            Kind::Medium => "iso",
            Kind::Snapshot if dice.per_mille(450) => "raw",
            _ if distro.word == "windows" && dice.per_mille(200) => "vmdk",
            _ => "qcow2",
        };
        image.disk_format = Some(format.to_owned());
        image.container_format = Some("bare".to_owned());
        image.size_bytes = i64::try_from(size).ok();
        let unpacked = (disk * GIB).max(size);
        image.virtual_size_bytes = i64::try_from(unpacked).ok().filter(|_| format != "iso");
        image.min_disk_gib = i64::try_from(unpacked.div_ceil(GIB)).unwrap_or(0);
        image.min_ram_mib = match dice.per_mille(300) {
            true => 0,
            false => i64::try_from(distro.ram_mib).unwrap_or(0),
        };
        self.say_more(&mut image.properties, kind, (distro, version));
        if kind == Kind::Offered {
            image.tags = vec!["official".to_owned(), distro.word.to_owned()];
        } else if dice.per_mille(150) {
            image.tags = vec![purpose.to_owned()];
        }
    }

    fn say_more(&self, to: &mut Properties, kind: Kind, (distro, version): (&Distro, &str)) {
        let dice = &self.dice;
        let mut set = |key: &str, value: &str| to.set(key, value.into());
        set(
            "architecture",
            if dice.per_mille(60) {
                "aarch64"
            } else {
                "x86_64"
            },
        );
        set(
            "os_type",
            if distro.word == "windows" {
                "windows"
            } else {
                "linux"
            },
        );
        set("os_distro", distro.word);
        set("os_version", version);
        match kind {
            Kind::Offered => {
                set("hw_disk_bus", "scsi");
                set("hw_scsi_model", "virtio-scsi");
                set("hw_qemu_guest_agent", "yes");
                set("os_admin_user", distro.user);
                if dice.per_mille(300) {
                    set("hw_firmware_type", "uefi");
                }
            }
            Kind::Snapshot => {
                set("image_type", "snapshot");
                set("image_location", "snapshot");
                set("image_state", "available");
                set("base_image_ref", &dice.uuid());
                set("instance_uuid", &dice.uuid());
                set("user_id", &dice.hexadecimal::<16>());
            }
            Kind::Built => {
                let builds = ["packer", "diskimage-builder", "ci", "manual"];
                set("build_by", dice.pick(&builds).copied().unwrap_or_default());
                set("build_id", &dice.between(1, 90_000).to_string());
            }
            Kind::Medium => set("hw_cdrom_bus", "sata"),
        }
    }

    /// When it was changed, and when it went.
    fn date(&self, image: &mut Image) {
        let room = (LOOKED_AT * MICROS - self.now).unsigned_abs();
        let later = match self.dice.below(10) {
            0..7 => self.dice.between(5, 900) * MICROS.unsigned_abs(),
            _ => self.dice.below(room + 1),
        };
        let updated_at = self.now.saturating_add_unsigned(later.min(room));
        image.updated_at = Timestamp::from_micros(updated_at);
        image.deleted_at = image.status.is_deleted().then_some(image.updated_at);
    }

    fn share(&self, image: &mut Image) {
        if image.visibility != Visibility::Shared || image.status.is_deleted() {
            return;
        }
        let answers = [
            (6, MemberStatus::Accepted),
            (3, MemberStatus::Pending),
            (1, MemberStatus::Rejected),
        ];
        for _ in 0..self.dice.below(4) {
            let Some(project) = self.dice.pick(&self.directory.projects) else {
                continue;
            };
            let is_member = image.members.iter().any(|it| it.project_id == project.id);
            if is_member || image.owner.as_ref() == Some(&project.id) {
                continue;
            }
            let answer = self.dice.weighed(&answers).unwrap_or(MemberStatus::Pending);
            let member = Member::new(project.id.clone(), answer, image.updated_at);
            image.members.push(member);
        }
    }

    /// What there is only of data that have come.
    fn finish(&self, image: &mut Image) {
        match image.status {
            GlanceStatus::Queued
            | GlanceStatus::Saving
            | GlanceStatus::Importing
            | GlanceStatus::Uploading
            | GlanceStatus::Killed => {
                (image.size_bytes, image.virtual_size_bytes) = (None, None);
            }
            _ => {
                image.checksum = Some(self.dice.hexadecimal::<16>());
                image.os_hash_algo = Some("sha512".to_owned());
                image.os_hash_value = Some(self.dice.hexadecimal::<64>());
            }
        }
        if image.status.is_deleted() {
            image.protected = false;
            image.properties = Properties::new();
        }
    }
}

impl Iterator for Images<'_> {
    type Item = Image;

    fn next(&mut self) -> Option<Image> {
        self.left = self.left.checked_sub(1)?;
        Some(self.image())
    }
}

#[cfg(test)]
mod tests {
    use super::Images;
    use crate::control::catalogue::directory;
    use crate::domain::{GlanceStatus, Image, Visibility};
    use std::collections::HashSet;

    fn images(count: u64, seed: u64) -> Vec<Image> {
        Images::of(count, seed, &directory(count, seed)).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_images() {
        assert_eq!(images(50, 7), images(50, 7));
        assert_ne!(images(50, 7), images(50, 8));
        assert_eq!(images(0, 7), []);
    }

    #[test]
    fn shares_are_as_in_a_cloud() {
        let images = images(4000, 1);
        let count = |holds: &dyn Fn(&Image) -> bool| images.iter().filter(|it| holds(it)).count();
        let ids: HashSet<_> = images.iter().map(|image| image.id.as_str()).collect();
        assert_eq!(ids.len(), 4000);
        assert!(images.is_sorted_by_key(|image| image.created_at));
        assert!((3500..3750).contains(&count(&|it| it.status == GlanceStatus::Active)));
        assert!((100..240).contains(&count(&|it| it.status.is_deleted())));
        assert!((260..460).contains(&count(&|it| it.visibility == Visibility::Public)));
        assert!(count(&|it| !it.members.is_empty()) > 100);
        assert!(count(&|it| it.properties.text("image_type") == Some("snapshot")) > 1500);
        let last = images.last().map(|image| image.created_at.to_string());
        assert!(last.is_some_and(|last| last.starts_with("2025")));
    }
}
