//! Requests/s of `images/detail`: the emulator against the bare handler, JSON against XML,
//! with a journal against without one.

use crate::bare::Bare;
use crate::client::{CONNECTIONS, Client, Request, Round, fetch};
use crate::images::{self, PROJECT};
use crate::measure::{median, percentile};
use crate::report::{Table, decimals, micros, ratio, thousands};
use crate::{Options, WORKERS};
use nova_images::{Emulator, JournalMode};
use std::net::SocketAddr;
use std::time::Duration;

/// Tables of so many images.
const SIZES: [u32; 2] = [25, 1000];

/// What makes an image count once, in Nova's JSON as in its XML, and in Glance's.
const ONCE_PER_IMAGE: [&[u8]; 2] = [b"OS-EXT-IMG-SIZE:size", b"\"os_hidden\""];

/// What the client asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
    /// Glance's own list.
    Glance,
}

impl Format {
    const ALL: [Self; 3] = [Self::Json, Self::Xml, Self::Glance];

    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Glance => "Glance",
        }
    }

    fn accept(self) -> &'static str {
        match self {
            Self::Json | Self::Glance => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

/// How one request differs from the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// By a parameter that no server knows, as libcloud sends one: every answer is computed.
    Computed,
    /// Not at all.
    Repeated,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Computed, Self::Repeated];

    fn name(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Repeated => "repeated",
        }
    }

    fn request(self, address: SocketAddr, format: Format, count: u32) -> Request {
        let target = match (format, self) {
            // A parameter that it does not know would be a property.
            (Format::Glance, Self::Computed) => {
                let target = format!("/image/v2/images?limit={count}&status=in:active,");
                return Request::varied(address, &target, format.accept());
            }
            (Format::Glance, Self::Repeated) => format!("/image/v2/images?limit={count}"),
            (Format::Json | Format::Xml, _) => format!("/v2/{PROJECT}/images/detail"),
        };
        match self {
            Self::Computed => Request::unique(address, &target, format.accept()),
            Self::Repeated => Request::repeated(address, &target, format.accept()),
        }
    }
}

/// The least ratio that the project promises; of XML it promises one to JSON.
fn aim(count: u32, format: Format, kind: Kind) -> &'static str {
    match (format, kind, count) {
        (Format::Xml, _, _) => "",
        (_, Kind::Computed, _) => "0.3",
        (_, Kind::Repeated, 25) => "0.5",
        (_, Kind::Repeated, _) => "0.4",
    }
}

/// The emulator against the bare handler.
pub fn against_bare(options: &Options) -> Option<String> {
    let mut table = Table::new(&[
        "images",
        "format",
        "request",
        "body, kB",
        "emulator, req/s",
        "p50, µs",
        "p99, µs",
        "bare, req/s",
        "p50, µs",
        "p99, µs",
        "ratio",
        "aim",
    ]);
    for (count, format, kind) in cases() {
        let case = format!("bare {count} {} {}", format.name(), kind.name());
        if options.wants(&case) {
            table.row(against_bare_row(options, count, format, kind));
        }
    }
    table.under(&format!(
        "Listing against a bare handler: `GET /v2/{{project}}/images/detail`, and Glance's \
         `GET /image/v2/images`, {CONNECTIONS} connections, {WORKERS} workers, {} pairs of {} ms",
        options.pairs(),
        options.round().as_millis()
    ))
}

/// XML against JSON, both of the emulator.
pub fn xml_against_json(options: &Options) -> Option<String> {
    let mut table = Table::new(&[
        "images",
        "request",
        "JSON, req/s",
        "XML, req/s",
        "ratio",
        "aim",
    ]);
    for count in SIZES {
        for kind in Kind::ALL {
            if !options.wants(&format!("xml {count} {}", kind.name())) {
                continue;
            }
            let emulator = emulator(count, Format::Json);
            let [mut json, mut xml] = [Format::Json, Format::Xml]
                .map(|format| warm_client(&emulator, count, format, kind));
            let pairs = Pairs::drive(options, &mut xml, &mut json);
            table.row([
                thousands(f64::from(count)),
                kind.name().to_owned(),
                thousands(pairs.second.requests_per_second()),
                thousands(pairs.first.requests_per_second()),
                ratio(&pairs.ratios()),
                "0.8".to_owned(),
            ]);
        }
    }
    table.under("XML against JSON, both of the emulator")
}

/// The emulator with its journal, as it is usually, against the emulator without one.
pub fn with_journal(options: &Options) -> Option<String> {
    let mut table = Table::new(&[
        "images",
        "request",
        "with journal, req/s",
        "without, req/s",
        "ratio",
        "aim",
    ]);
    for count in SIZES {
        for kind in Kind::ALL {
            if !options.wants(&format!("journal {count} {}", kind.name())) {
                continue;
            }
            let [with, without] = [JournalMode::On, JournalMode::Off].map(|mode| {
                let builder = Emulator::builder().fixture(images::fixture(count));
                let started = builder.journal(mode).workers(WORKERS).start();
                started.expect("the emulator starts")
            });
            let [mut with, mut without] =
                [&with, &without].map(|emulator| warm_client(emulator, count, Format::Json, kind));
            let pairs = Pairs::drive(options, &mut with, &mut without);
            table.row([
                thousands(f64::from(count)),
                kind.name().to_owned(),
                thousands(pairs.first.requests_per_second()),
                thousands(pairs.second.requests_per_second()),
                ratio(&pairs.ratios()),
                "0.9".to_owned(),
            ]);
        }
    }
    table.under("With the journal against without it, both of the emulator")
}

fn cases() -> impl Iterator<Item = (u32, Format, Kind)> {
    SIZES.into_iter().flat_map(|count| {
        Format::ALL
            .into_iter()
            .flat_map(move |format| Kind::ALL.into_iter().map(move |kind| (count, format, kind)))
    })
}

fn against_bare_row(options: &Options, count: u32, format: Format, kind: Kind) -> [String; 12] {
    let emulator = emulator(count, format);
    let request = kind.request(emulator.address(), format, count);
    let answer = fetch(emulator.address(), &request).expect("the emulator answers");
    let mut first = warm_client(&emulator, count, format, kind);
    let bare = Bare::start(&answer);
    let request = kind.request(bare.address(), format, count);
    let mut second = Client::new(bare.address(), &request, answer.body.len());
    second.drive(WARM_UP);
    let mut pairs = Pairs::drive(options, &mut first, &mut second);
    [
        thousands(f64::from(count)),
        format.name().to_owned(),
        kind.name().to_owned(),
        decimals(kilobytes(&answer.body)),
        thousands(pairs.first.requests_per_second()),
        pairs.first.micros_of(50),
        pairs.first.micros_of(99),
        thousands(pairs.second.requests_per_second()),
        pairs.second.micros_of(50),
        pairs.second.micros_of(99),
        ratio(&pairs.ratios()),
        aim(count, format, kind).to_owned(),
    ]
}

/// Where so many images are seen.
fn emulator(count: u32, format: Format) -> Emulator {
    let images = match format {
        Format::Json | Format::Xml => count,
        // Whoever asks without a token sees the public ones.
        Format::Glance => 2 * count,
    };
    Emulator::builder()
        .fixture(images::fixture(images))
        .workers(WORKERS)
        .start()
        .expect("the emulator starts")
}

/// How long each server is driven before it counts.
const WARM_UP: Duration = Duration::from_millis(150);

/// A client of the emulator, whose answers were looked at once.
fn warm_client(emulator: &Emulator, count: u32, format: Format, kind: Kind) -> Client {
    let request = kind.request(emulator.address(), format, count);
    let body = crate::listed(emulator.address(), &request, count);
    let mut client = Client::new(emulator.address(), &request, body.len());
    client.drive(WARM_UP);
    client
}

/// How many images an answer holds.
pub fn count_images(body: &[u8]) -> usize {
    let counts = ONCE_PER_IMAGE.map(|word| {
        let windows = body.windows(word.len());
        windows.filter(|window| *window == word).count()
    });
    counts.into_iter().max().unwrap_or_default()
}

fn kilobytes(body: &[u8]) -> f64 {
    f64::from(u32::try_from(body.len()).unwrap_or(u32::MAX)) / 1000.0
}

/// Two servers, driven in turns.
struct Pairs {
    first: Side,
    second: Side,
}

/// What one of them did in all its rounds.
#[derive(Default)]
struct Side {
    rates: Vec<f64>,
    latencies: Vec<Duration>,
}

impl Pairs {
    fn drive(options: &Options, first: &mut Client, second: &mut Client) -> Self {
        let mut pairs = Self {
            first: Side::default(),
            second: Side::default(),
        };
        for _ in 0..options.pairs() {
            pairs.first.add(first.drive(options.round()));
            pairs.second.add(second.drive(options.round()));
        }
        pairs
    }

    /// First to second, pair by pair.
    fn ratios(&self) -> Vec<f64> {
        let pairs = self.first.rates.iter().zip(&self.second.rates);
        pairs.map(|(first, second)| first / second).collect()
    }
}

impl Side {
    fn add(&mut self, round: Round) {
        self.rates.push(round.requests_per_second());
        self.latencies.extend(round.latencies);
    }

    fn requests_per_second(&self) -> f64 {
        median(&self.rates)
    }

    fn micros_of(&mut self, percent: usize) -> String {
        micros(percentile(&mut self.latencies, percent))
    }
}
