//! What a page costs out of a million images, held against the same page out of a thousand.

use crate::Options;
use crate::client::{Request, Single};
use crate::file::OnFile;
use crate::images::{self, PROJECT};
use crate::measure::{now, percentile};
use crate::report::{Table, micros, ratio, thousands};
use nova_images::Emulator;
use std::time::Duration;

/// Images of the small table.
const FEW: u32 = 1_000;

/// Images of a page.
const PAGE: u32 = 25;

/// Images that changed a moment ago.
const RECENT: u32 = 10;

/// Six in seven images have it.
const COMMON: &str = "property-architecture=x86_64";

/// Two in three have it; those that have the next one do not.
const OTHER: &str = "property-hw_disk_bus=virtio";

/// One in three has it.
const WITHOUT_OTHER: &str = "property-hw_scsi_model=virtio-scsi";

/// One in ten thousand has it.
const RARE: &str = "property-image_family=rare";

/// None has it.
const ABSENT: &str = "property-os_distro=absent";

/// Requests of a round.
const REQUESTS: u32 = 200;

/// Rounds on each table.
const ROUNDS: usize = 11;

/// What is asked for.
#[derive(Clone, Copy)]
enum Page {
    First,
    Deep,
    Name,
    ChangesSince,
    OneCommon,
    OneRare,
    OneAbsent,
    TwoCommon,
    TwoCommonDeep,
    TwoExclusive,
    CommonAndRare,
    CommonAndAbsent,
    PropertyAndChanges,
    Sorted,
    SortedCommon,
    SortedRare,
    SortedApart,
    SortedTwo,
    GlanceFirst,
    GlanceDeep,
    GlanceName,
    GlanceTag,
    GlanceProperty,
}

impl Page {
    const ALL: [Self; 23] = [
        Self::First,
        Self::Deep,
        Self::Name,
        Self::ChangesSince,
        Self::OneCommon,
        Self::OneRare,
        Self::OneAbsent,
        Self::TwoCommon,
        Self::TwoCommonDeep,
        Self::TwoExclusive,
        Self::CommonAndRare,
        Self::CommonAndAbsent,
        Self::PropertyAndChanges,
        Self::Sorted,
        Self::SortedCommon,
        Self::SortedRare,
        Self::SortedApart,
        Self::SortedTwo,
        Self::GlanceFirst,
        Self::GlanceDeep,
        Self::GlanceName,
        Self::GlanceTag,
        Self::GlanceProperty,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::First => "first page",
            Self::Deep => "deep page, by marker",
            Self::Name => "name filter",
            Self::ChangesSince => "changes-since a moment ago",
            Self::OneCommon => "one common property",
            Self::OneRare => "one rare property",
            Self::OneAbsent => "one absent property",
            Self::TwoCommon => "two common properties",
            Self::TwoCommonDeep => "two common properties, deep page",
            Self::TwoExclusive => "two common properties that no image has together",
            Self::CommonAndRare => "a common and a rare property",
            Self::CommonAndAbsent => "a common and an absent property",
            Self::PropertyAndChanges => "a common property, changes-since the first image",
            Self::Sorted => "Glance, by name",
            Self::SortedCommon => "Glance, by name, a common property",
            Self::SortedRare => "Glance, by name, a rare property",
            Self::SortedApart => "Glance, by name, a property of the last names",
            Self::SortedTwo => "Glance, by size, two common properties",
            Self::GlanceFirst => "Glance, first page",
            Self::GlanceDeep => "Glance, deep page, by marker",
            Self::GlanceName => "Glance, name filter",
            Self::GlanceTag => "Glance, one tag",
            Self::GlanceProperty => "Glance, one property",
        }
    }

    /// Out of a table of so many.
    fn target(self, count: u32) -> String {
        let middle = count / 2;
        let query = match self {
            Self::First => format!("limit={PAGE}"),
            Self::Deep => format!("limit={PAGE}&marker={}", images::id(middle)),
            Self::Name => format!("name={}", images::name(middle)),
            Self::ChangesSince => {
                format!(
                    "limit={PAGE}&changes-since={}",
                    images::updated_at(count - RECENT)
                )
            }
            Self::OneCommon => format!("limit={PAGE}&{COMMON}"),
            Self::OneRare => format!("limit={PAGE}&{RARE}"),
            Self::OneAbsent => format!("limit={PAGE}&{ABSENT}"),
            Self::TwoCommon => format!("limit={PAGE}&{COMMON}&{OTHER}"),
            Self::TwoCommonDeep => {
                let marker = images::id(middle);
                format!("limit={PAGE}&{COMMON}&{OTHER}&marker={marker}")
            }
            Self::TwoExclusive => format!("limit={PAGE}&{OTHER}&{WITHOUT_OTHER}"),
            Self::CommonAndRare => format!("limit={PAGE}&{COMMON}&{RARE}"),
            Self::CommonAndAbsent => format!("limit={PAGE}&{COMMON}&{ABSENT}"),
            Self::PropertyAndChanges => {
                format!(
                    "limit={PAGE}&{COMMON}&changes-since={}",
                    images::updated_at(0)
                )
            }
            Self::Sorted => return sorted("name", ""),
            Self::SortedCommon => return sorted("name", "&architecture=x86_64"),
            Self::SortedRare => return sorted("name", "&image_family=rare"),
            Self::SortedApart => return sorted("name", "&os_distro=ubuntu"),
            Self::SortedTwo => return sorted("size", "&architecture=x86_64&hw_disk_bus=virtio"),
            Self::GlanceFirst => return glance(""),
            Self::GlanceDeep => return glance(&format!("&marker={}", images::id(public(middle)))),
            Self::GlanceName => return glance(&format!("&name={}", images::name(public(middle)))),
            Self::GlanceTag => return glance(&format!("&tag={}", images::TAG)),
            Self::GlanceProperty => return glance("&architecture=x86_64"),
        };
        format!("/v2/{PROJECT}/images/detail?{query}")
    }

    /// How many images it has, out of a table of so many.
    fn images(self, count: u32) -> u32 {
        match self {
            Self::First
            | Self::Deep
            | Self::OneCommon
            | Self::TwoCommon
            | Self::TwoCommonDeep
            | Self::PropertyAndChanges
            | Self::Sorted
            | Self::SortedCommon
            | Self::SortedApart
            | Self::SortedTwo
            | Self::GlanceFirst
            | Self::GlanceDeep
            | Self::GlanceTag
            | Self::GlanceProperty => PAGE,
            Self::Name | Self::GlanceName => 1,
            Self::ChangesSince => RECENT,
            Self::OneRare => page_of(images::rare(count)),
            Self::CommonAndRare => {
                let both = images::rare(count).filter(|number| images::is_common(*number));
                page_of(both)
            }
            // Whoever asks Glance without a token is the publisher, who sees the public ones.
            Self::SortedRare => page_of(images::rare(count).filter(|number| number % 2 == 0)),
            Self::OneAbsent | Self::TwoExclusive | Self::CommonAndAbsent => 0,
        }
    }

    fn client(self, emulator: &Emulator, count: u32) -> Single {
        let address = emulator.address();
        let target = self.target(count);
        let request = match target.ends_with(',') {
            true => Request::varied(address, &target, "application/json"),
            false => Request::unique(address, &target, "application/json"),
        };
        let body = crate::listed(address, &request, self.images(count));
        let mut client = Single::new(address, &request, body.len());
        client.drive(REQUESTS);
        client
    }
}

/// A page of Glance's in an order of its own.
fn sorted(key: &str, filters: &str) -> String {
    glance(&format!("&sort_key={key}&sort_dir=asc{filters}"))
}

/// A page of Glance's. A parameter that it does not know would be a property: so one of the statuses that
/// are asked for is another each time.
fn glance(query: &str) -> String {
    format!("/image/v2/images?limit={PAGE}{query}&status=in:active,")
}

/// The number of a public image.
fn public(number: u32) -> u32 {
    number - number % 2
}

/// How many of some images a page has.
fn page_of(images: impl Iterator<Item = u32>) -> u32 {
    images.take(PAGE as usize).fold(0, |count, _| count + 1)
}

/// Median latency of one request at a time, every answer computed.
pub fn pages(options: &Options) -> Option<String> {
    let many = options.many();
    let (few_title, many_title) = (
        format!("{} images, p50, µs", thousands(f64::from(FEW))),
        format!("{} images, p50, µs", thousands(f64::from(many))),
    );
    let mut table = Table::new(&["page", &few_title, &many_title, "ratio", "aim: at most"]);
    let case = |page: Page| format!("pages {}", page.name());
    let pages = Page::ALL.map(|page| options.wants(&case(page)).then_some(page));
    let mut loading = String::new();
    if pages.iter().any(Option::is_some) {
        let started = now();
        let large = OnFile::start(many);
        loading = format!(
            "{:.1} s, {} MB",
            started.elapsed().as_secs_f64(),
            thousands(large.megabytes())
        );
        let small = OnFile::start(FEW);
        for page in pages.into_iter().flatten() {
            table.row(row(page, &small.emulator, &large.emulator, many));
        }
    }
    table.under(&format!(
        "Pages by size of the table: one connection, one request at a time, every answer \
         computed, {ROUNDS} pairs of {REQUESTS} requests, databases in files (the large one was \
         made and loaded in {loading})"
    ))
}

fn row(page: Page, small: &Emulator, large: &Emulator, many: u32) -> [String; 5] {
    let mut of_few = page.client(small, FEW);
    let mut of_many = page.client(large, many);
    let mut rounds: Vec<(Duration, Duration)> = Vec::new();
    for _ in 0..ROUNDS {
        let mut few = of_few.drive(REQUESTS);
        let mut many = of_many.drive(REQUESTS);
        rounds.push((percentile(&mut few, 50), percentile(&mut many, 50)));
    }
    let ratios = rounds
        .iter()
        .map(|(few, many)| many.as_secs_f64() / few.as_secs_f64());
    let ratios: Vec<_> = ratios.collect();
    let (mut few, mut many): (Vec<_>, Vec<_>) = rounds.into_iter().unzip();
    [
        page.name().to_owned(),
        micros(percentile(&mut few, 50)),
        micros(percentile(&mut many, 50)),
        ratio(&ratios),
        "2".to_owned(),
    ]
}
