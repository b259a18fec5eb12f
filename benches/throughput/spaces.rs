//! What it takes to go back to a fixture, and to have another space of one.

use crate::Options;
use crate::client::{Request, fetch};
use crate::images::{self, PROJECT};
use crate::measure::{median, now};
use crate::process::resident_mb;
use crate::report::{Table, decimals};
use nova_images::{Emulator, Fixture};
use std::net::SocketAddr;

/// Images of the spaces.
const FEW: u32 = 30;

/// Spaces that are made, and all there at the same time.
const SPACES: u32 = 200;

/// Servers that are started.
const SERVERS: u32 = 51;

/// Times that an emulator is reset.
const RESETS: u32 = 21;

/// Resets by the number of images, and spaces of a known fixture: until they are there, with their first
/// answer, and what they take.
pub fn resets_and_spaces(options: &Options) -> Option<String> {
    let mut table = Table::new(&["figure", "median", "lowest", "highest", "aim: at most"]);
    spaces(options, &mut table);
    servers(options, &mut table);
    resets(options, &mut table);
    table.under(&format!(
        "Back to the fixture over {RESETS} resets, {SPACES} spaces beside one that has their fixture, and \
         {SERVERS} servers one after the other"
    ))
}

/// Before anything else: memory that was let go and is taken again does not show.
fn spaces(options: &Options, table: &mut Table) {
    if !options.wants("spaces") {
        return;
    }
    let nova = start(Fixture::default());
    let make = |number: u32| {
        let space = nova.make_space(format!("s{number}"));
        let started = now();
        let made = space.fixture(images::fixture(FEW)).make();
        made.expect("another space");
        started.elapsed().as_secs_f64() * 1000.0
    };
    // Its seed is known from then on.
    make(0);
    list(nova.address(), 0);
    let before = resident_mb(std::process::id());
    let took: Vec<_> = (1..=SPACES).map(make).collect();
    let unasked = resident_mb(std::process::id());
    (1..=SPACES).for_each(|number| list(nova.address(), number));
    let asked = resident_mb(std::process::id());
    table.row(row("another space of 30 images, ms", &took, "1.5"));
    if let (Some(before), Some(unasked), Some(asked)) = (before, unasked, asked) {
        let each = |after: f64| [(after - before) * 1000.0 / f64::from(SPACES)];
        table.row(row("memory of one nobody asked, kB", &each(unasked), ""));
        table.row(row("memory of one just asked, kB", &each(asked), "600"));
    }
}

/// A server per test: with the fixture that it has when none is given, and with one of its own; then its
/// first answer as well.
fn servers(options: &Options, table: &mut Table) {
    if !options.wants("servers") {
        return;
    }
    let mut measure = |figure: &str, fixture: &dyn Fn() -> Fixture, aim: &str| {
        let took = (0..SERVERS).map(|_| {
            let fixture = fixture();
            let started = now();
            let nova = start(fixture);
            let listens = started.elapsed().as_secs_f64() * 1000.0;
            let target = format!("/v2/{PROJECT}/images");
            let request = Request::repeated(nova.address(), &target, "application/json");
            fetch(nova.address(), &request).expect("an answer");
            (listens, started.elapsed().as_secs_f64() * 1000.0)
        });
        let (listens, answers): (Vec<_>, Vec<_>) = took.unzip();
        table.row(row(&format!("{figure}, ms"), &listens, aim));
        table.row(row(&format!("{figure}, with an answer, ms"), &answers, ""));
    };
    measure("a server", &Fixture::default, "3");
    measure("a server of 30 images", &|| images::fixture(FEW), "3");
}

fn resets(options: &Options, table: &mut Table) {
    for (count, aim) in [(1_000, "2"), (30_000, "80")] {
        if options.wants(&format!("reset {count}")) {
            let nova = start(images::fixture(count));
            let took: Vec<_> = (0..RESETS)
                .map(|_| {
                    let started = now();
                    nova.reset().expect("it goes back");
                    started.elapsed().as_secs_f64() * 1000.0
                })
                .collect();
            table.row(row(&format!("reset of {count} images, ms"), &took, aim));
        }
    }
}

fn start(fixture: Fixture) -> Emulator {
    let started = Emulator::builder().fixture(fixture).start();
    started.expect("an emulator")
}

/// Its first answer, which opens what it reads with.
fn list(address: SocketAddr, number: u32) {
    let target = format!("/_space/s{number}/v2/{PROJECT}/images/detail");
    let request = Request::repeated(address, &target, "application/json");
    crate::listed(address, &request, FEW);
}

fn row(figure: &str, values: &[f64], aim: &str) -> [String; 5] {
    let extreme = |better: fn(f64, f64) -> f64| values.iter().copied().reduce(better);
    let shown = [Some(median(values)), extreme(f64::min), extreme(f64::max)];
    let [median, lowest, highest] = shown.map(|value| value.map_or_else(String::new, decimals));
    [figure.to_owned(), median, lowest, highest, aim.to_owned()]
}
