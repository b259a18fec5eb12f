//! What a list costs over many images, and what it costs to load them.
//!
//! Costs are counted in steps of SQLite's machine, which are the same on every computer and however busy
//! that is.

use super::ids;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{Fixture, GlanceStatus, Image, Timestamp, Visibility};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const FEW: usize = 1_000;
const MANY: usize = 4_000;

/// More than a block of a set has, and so many that loading them goes a way of its own.
const VERY_MANY: usize = 10_000;

/// Steps that it may take to look at the blocks of the sets that more images have.
const BLOCKS: u64 = 200;

/// When the last of the images changed.
const LAST_CHANGE: &str = "2025-06-01T00:00:00Z";

/// A server over so many images in a file, and what SQLite does for it.
struct Catalogue {
    server: Server,
    steps: Arc<AtomicU64>,
    /// What it took to load the images.
    loading: u64,
    scratch: Scratch,
}

/// One image of so many: most have what is common, one of each hundred what is rare.
fn image(at: usize, of: usize) -> Image {
    let second = |seconds: usize| {
        let last = Timestamp::parse_rfc3339(LAST_CHANGE).unwrap().seconds();
        let seconds = last - i64::try_from(seconds).unwrap();
        Timestamp::from_micros(seconds * 1_000_000)
    };
    // Neither is in the order of the other.
    let changed = (at * 7919) % of;
    let pick = |stride: usize, often: usize, one: &'static str, other: &'static str| {
        if (at * stride) % 101 < often {
            one
        } else {
            other
        }
    };
    Image::builder(format!("{at:08x}-0000-4000-8000-000000000000"))
        .name(format!("image {}", (at * 104_729) % of))
        .visibility(Visibility::Public)
        .status(GlanceStatus::Active)
        .formats("bare", pick(3, 70, "qcow2", "raw"))
        .size_bytes(i64::try_from((at * 6151) % of).unwrap())
        .created_at(second(of - at + of))
        .updated_at(second(changed))
        .property("architecture", pick(31, 90, "x86_64", "aarch64"))
        .property("hw_disk_bus", pick(17, 80, "virtio", "scsi"))
        .property("os_distro", pick(59, 1, "plan9", "debian"))
        .build()
}

impl Catalogue {
    fn of(test: &str, images: usize) -> Self {
        let scratch = Scratch::new(&format!("{test}-{images}"));
        let steps = Arc::new(AtomicU64::new(0));
        let fixture = Fixture::of((0..images).map(|at| image(at, images)));
        let builder = builder()
            .fixture(fixture)
            .database(scratch.path("images.db"))
            .count_steps(Arc::clone(&steps));
        let server = Server::start(builder);
        let loading = steps.load(Ordering::Relaxed);
        Self {
            server,
            steps,
            loading,
            scratch,
        }
    }

    /// Of few images, and of many.
    fn both(test: &str, many: usize) -> (Self, Self) {
        (Self::of(test, FEW), Self::of(test, many))
    }

    /// How many images a list has, and the steps that it takes.
    fn cost(&self, target: &str) -> (usize, u64) {
        let before = self.steps.load(Ordering::Relaxed);
        let list = self.server.get(target);
        let after = self.steps.load(Ordering::Relaxed);
        assert_eq!(list.status(), 200, "{target}: {}", list.text());
        (ids(&list.json()).len(), after - before)
    }

    /// The id of an image in the middle of a list.
    fn middle(&self, target: &str) -> String {
        let list = self.server.get(target).json();
        let ids = ids(&list);
        ids.get(ids.len() / 2)
            .map_or_else(String::new, |id| (*id).to_owned())
    }
}

/// The larger takes at most twice as many steps as the smaller, and what it
/// takes to look at the blocks of its sets.
fn check(few: &Catalogue, many: &Catalogue, target: &str) {
    let ((small, of_small), (large, of_large)) = (few.cost(target), many.cost(target));
    assert!(
        of_large <= 2 * of_small + BLOCKS && large >= small,
        "{target}: {of_small} steps over {FEW} images, {of_large} over more"
    );
}

#[test]
fn f1_what_changed_a_moment_ago_costs_the_same_over_many_images() {
    let (few, many) = Catalogue::both("f1", MANY);
    for seconds in [0, 5, 20] {
        let last = Timestamp::parse_rfc3339(LAST_CHANGE).unwrap();
        let since = last.plus_seconds(-seconds);
        for list in [
            "/v2/p/images",
            "/v2/p/images/detail",
            "/v2.1/p/images",
            "/v2.1/p/images/detail",
            "/image/v1/images",
        ] {
            let target = format!("{list}?changes-since={since}&limit=25");
            let found = usize::try_from(seconds).unwrap() + 1;
            assert_eq!(few.cost(&target).0, found, "{target}");
            check(&few, &many, &format!("{target}&x=1"));
        }
        let target = format!("/image/v2/images?updated_at=gte:{since}&limit=25");
        check(&few, &many, &target);
    }
}

#[test]
fn f2_f4_many_images_are_loaded_and_filtered_as_quickly_as_few() {
    let (few, many) = Catalogue::both("f2", VERY_MANY);
    check_loading(&few, &many);
    check_pairs(&few, &many);
    check_orders(&few, &many);
}

/// Common, rare and absent values, together.
fn check_pairs(few: &Catalogue, many: &Catalogue) {
    let values = |key: &str| match key {
        "architecture" => ["x86_64", "aarch64", "none"],
        "hw_disk_bus" => ["virtio", "scsi", "none"],
        _ => ["debian", "plan9", "none"],
    };
    let pairs = [
        ("architecture", "hw_disk_bus"),
        ("architecture", "os_distro"),
        ("hw_disk_bus", "os_distro"),
    ];
    for (one, other) in pairs {
        for (first, second) in values(one)
            .into_iter()
            .flat_map(|first| values(other).map(|second| (first, second)))
        {
            for tree in ["/v2", "/v2.1"] {
                let target = format!(
                    "{tree}/p/images/detail?property-{one}={first}&property-{other}={second}&limit=25"
                );
                check(few, many, &target);
            }
            let target = format!("/image/v2/images?{one}={first}&{other}={second}&limit=25");
            check(few, many, &target);
        }
    }
}

/// With orders and markers.
fn check_orders(few: &Catalogue, many: &Catalogue) {
    let common = "architecture=x86_64&hw_disk_bus=virtio";
    for key in ["name", "size", "updated_at", "created_at", "id"] {
        for direction in ["asc", "desc"] {
            let order = format!("sort_key={key}&sort_dir={direction}&limit=25");
            check(few, many, &format!("/image/v2/images?{common}&{order}"));
            check(
                few,
                many,
                &format!("/image/v2/images?{common}&os_distro=none&{order}"),
            );
            // Each of them from its own middle on.
            let of = |catalogue: &Catalogue| {
                let list = format!("/image/v2/images?{common}&limit=600");
                let marker = catalogue.middle(&list);
                let target = format!("/image/v2/images?{common}&{order}&marker={marker}");
                catalogue.cost(&target)
            };
            let ((_, small), (_, large)) = (of(few), of(many));
            assert!(large <= 2 * small + BLOCKS, "{order}: {small} and {large}");
        }
    }
}

/// Each image costs the same, however many there are, and is written once.
fn check_loading(few: &Catalogue, many: &Catalogue) {
    let each =
        |catalogue: &Catalogue, images: usize| catalogue.loading / u64::try_from(images).unwrap();
    let (of_few, of_many) = (each(few, FEW), each(many, VERY_MANY));
    assert!(
        of_many <= of_few * 3 / 2,
        "{of_few} and {of_many} steps an image"
    );
    assert!(of_many < 400, "{of_many} steps an image");
    // Nothing of it went through the log.
    let size = |name: &str| std::fs::metadata(many.scratch.path(name)).map_or(0, |file| file.len());
    assert!(size("images.db") > 1024 * 1024);
    assert!(
        size("images.db-wal") < 64 * 1024,
        "{}",
        size("images.db-wal")
    );
}
