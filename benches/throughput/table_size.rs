//! What a page costs out of a million images, held against the same page out of a thousand.

use crate::client::{Request, Single};
use crate::images::{self, PROJECT};
use crate::measure::{now, percentile};
use crate::report::{Table, micros, ratio, thousands};
use crate::{Options, WORKERS};
use nova_images::Emulator;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Images of the small table.
const FEW: u32 = 1_000;

/// Images of a page.
const PAGE: u32 = 25;

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
}

impl Page {
    const ALL: [Self; 3] = [Self::First, Self::Deep, Self::Name];

    fn name(self) -> &'static str {
        match self {
            Self::First => "first page",
            Self::Deep => "deep page, by marker",
            Self::Name => "name filter",
        }
    }

    /// Out of a table of so many.
    fn target(self, count: u32) -> String {
        let middle = count / 2;
        let query = match self {
            Self::First => format!("limit={PAGE}"),
            Self::Deep => format!("limit={PAGE}&marker={}", images::id(middle)),
            Self::Name => format!("name={}", images::name(middle)),
        };
        format!("/v2/{PROJECT}/images/detail?{query}")
    }

    fn images(self) -> u32 {
        match self {
            Self::First | Self::Deep => PAGE,
            Self::Name => 1,
        }
    }

    fn client(self, emulator: &Emulator, count: u32) -> Single {
        let address = emulator.address();
        let request = Request::unique(address, &self.target(count), "application/json");
        let body = crate::listed(address, &request, self.images());
        let mut client = Single::new(address, &request, body.len());
        client.drive(REQUESTS);
        client
    }
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

/// An emulator over a file: memory databases end at one GiB, which a million images exceed.
struct OnFile {
    // Before the file, so that it is closed when the file goes.
    emulator: Emulator,
    file: File,
}

impl OnFile {
    fn start(count: u32) -> Self {
        let name = format!("images-{count}-{}.sqlite", std::process::id());
        let file = File(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        let emulator = Emulator::builder()
            .fixture(images::fixture(count))
            .database(&file.0)
            .workers(WORKERS)
            .start()
            .expect("the emulator starts");
        Self { emulator, file }
    }

    fn megabytes(&self) -> f64 {
        let file = std::fs::metadata(&self.file.0).expect("the database is there");
        let kilobytes = u32::try_from(file.len() / 1000).unwrap_or(u32::MAX);
        f64::from(kilobytes) / 1000.0
    }
}

/// A database that is removed in the end, with what the store puts beside it.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            _ = std::fs::remove_file(path);
        }
    }
}
