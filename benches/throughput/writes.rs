//! Writers of a database file, alone and together: each of its writes is answered when the disk has it.

use crate::client::{Request, Single, fetch};
use crate::file::OnFile;
use crate::images::{self, PROJECT};
use crate::measure::{median, now, percentile};
use crate::report::{Table, decimals, micros, ratio, thousands};
use crate::{Options, WORKERS};
use nova_images::Emulator;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

/// Writers at the same time.
const WRITERS: u32 = 16;

/// Images there are: a private one for each writer, as every other one is.
const IMAGES: u32 = 2 * WRITERS;

/// Writes at the same time of a file that is synced at each commit, against one writer.
pub fn together(options: &Options) -> Option<String> {
    let mut table = Table::new(&[
        "one, writes/s",
        "16, writes/s",
        "ratio",
        "aim",
        "slowest to mean",
        "aim",
        "one, p50, µs",
        "16, mean, µs",
        "16, p99, µs",
        "p99 to mean",
        "aim: at most",
    ]);
    if options.wants("writes together") {
        let served = OnFile::start(IMAGES);
        table.row(row(options, &served.emulator));
    }
    table.under(&format!(
        "Writes of one metadata item to a file, `synchronous = FULL`: one connection, then {WRITERS}, \
         {} pairs of {} ms, {WORKERS} workers",
        options.pairs(),
        options.round().as_millis()
    ))
}

fn row(options: &Options, emulator: &Emulator) -> [String; 11] {
    let mut writers: Vec<_> = (0..WRITERS)
        .map(|number| writer(emulator, number))
        .collect();
    let (mut alone, mut all, mut ratios, mut shares) = (vec![], vec![], vec![], vec![]);
    let (mut of_one, mut of_all) = (Vec::new(), Vec::new());
    let seconds = options.round().as_secs_f64();
    for _ in 0..options.pairs() {
        let one = write_for(&mut writers[0], options.round());
        let together: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = writers
                .iter_mut()
                .map(|writer| scope.spawn(|| write_for(writer, options.round())))
                .collect();
            let ended = started.into_iter().map(ScopedJoinHandle::join);
            ended
                .map(|latencies| latencies.expect("every write is answered"))
                .collect()
        });
        let counts: Vec<f64> = together.iter().map(|latencies| count(latencies)).collect();
        let sum: f64 = counts.iter().sum();
        let slowest = counts.iter().copied().fold(f64::INFINITY, f64::min);
        alone.push(count(&one) / seconds);
        all.push(sum / seconds);
        ratios.push(sum / count(&one));
        shares.push(slowest * f64::from(WRITERS) / sum);
        of_one.extend(one);
        of_all.extend(together.into_iter().flatten());
    }
    let mean = of_all.iter().sum::<Duration>() / u32::try_from(of_all.len()).unwrap_or(1).max(1);
    let p99 = percentile(&mut of_all, 99);
    [
        thousands(median(&alone)),
        thousands(median(&all)),
        ratio(&ratios),
        "2.5".to_owned(),
        ratio(&shares),
        "0.5".to_owned(),
        micros(percentile(&mut of_one, 50)),
        micros(mean),
        micros(p99),
        decimals(p99.as_secs_f64() / mean.as_secs_f64()),
        "2".to_owned(),
    ]
}

fn count(latencies: &[Duration]) -> f64 {
    f64::from(u32::try_from(latencies.len()).unwrap_or(u32::MAX))
}

fn writer(emulator: &Emulator, number: u32) -> Single {
    let id = images::id(2 * number + 1);
    let target = format!("/v2/{PROJECT}/images/{id}/metadata/written");
    let request = Request::put(
        emulator.address(),
        &target,
        "{\"meta\": {\"written\": \"1\"}}",
    );
    let answer = fetch(emulator.address(), &request).expect("the server answers");
    Single::new(emulator.address(), &request, answer.body.len())
}

fn write_for(writer: &mut Single, time: Duration) -> Vec<Duration> {
    let deadline = now() + time;
    let mut latencies = Vec::new();
    while now() < deadline {
        latencies.extend(writer.drive(1));
    }
    latencies
}
