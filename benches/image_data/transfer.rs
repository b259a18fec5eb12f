//! Uploads and downloads of one large image, with a list beside.

use crate::Options;
use crate::hashes;
use crate::http::Connection;
use crate::measure::{median, now, percentile};
use crate::server::{Folder, Server};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What one round came to.
struct Round {
    hashes: f64,
    upload: f64,
    download: f64,
    list_p99: f64,
    resident: f64,
    peak: f64,
}

/// Prints a table: a row without a database, and one with.
pub fn measure(options: Options) {
    let mib = options.bytes >> 20;
    println!(
        "{mib} MiB up and down, medians of {} rounds:\n",
        options.rounds
    );
    println!(
        "| database | md5 and sha512 over memory, MB/s | upload, MB/s | ratio | download, MB/s | \
         list beside the upload, p99, ms | resident, MB | at most, MB |\n|---|---|---|---|---|---|---|---|"
    );
    for (label, in_file) in [("none", false), ("a file", true)] {
        let rounds: Vec<_> = (0..options.rounds)
            .map(|_| round(options.bytes, in_file))
            .collect();
        let of = |field: fn(&Round) -> f64| median(&rounds.iter().map(field).collect::<Vec<_>>());
        println!(
            "| {label} | {:.0} | {:.0} | {:.2} | {:.0} | {:.1} | {:.1} | {:.1} |",
            of(|it| it.hashes),
            of(|it| it.upload),
            of(|it| it.upload / it.hashes),
            of(|it| it.download),
            of(|it| it.list_p99),
            of(|it| it.resident),
            of(|it| it.peak),
        );
    }
    println!();
}

fn round(bytes: u64, in_file: bool) -> Round {
    let folder = Folder::new("transfer");
    let database = folder.path("db");
    let server = Server::start(&folder, in_file.then_some(database.as_path()));
    let id = server.create("large").expect("an image can be made");
    let file = format!("/image/v2/images/{id}/file");
    let rate = |time: Duration| {
        f64::from(u32::try_from(bytes >> 10).unwrap_or(0)) * 1.024e-3 / time.as_secs_f64()
    };
    let hashes = rate(hashes::time(bytes));
    let piece: Vec<u8> = (0..1_048_576_u32)
        .map(|at| at.to_le_bytes()[1] ^ at.to_le_bytes()[0])
        .collect();
    let is_over = AtomicBool::new(false);
    let (upload, mut latencies) = std::thread::scope(|scope| {
        let lists = scope.spawn(|| list(server.address, &is_over));
        let started = now();
        let connection = Connection::to(server.address);
        let status = connection.and_then(|mut it| it.put(&file, &piece, bytes));
        let time = started.elapsed();
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(status.expect("an upload is answered"), 204);
        (time, lists.join().expect("lists are answered"))
    });
    let started = now();
    let connection = Connection::to(server.address);
    let came = connection.and_then(|mut it| it.get(&file));
    let download = started.elapsed();
    assert_eq!(came.expect("a download is whole"), bytes);
    let (resident, peak) = server.resident_mb().unwrap_or((f64::NAN, f64::NAN));
    Round {
        hashes,
        upload: rate(upload),
        download: rate(download),
        list_p99: percentile(&mut latencies, 99).as_secs_f64() * 1e3,
        resident,
        peak,
    }
}

/// Lists images, one request after the other with a pause, as a person's tools do.
fn list(address: SocketAddr, is_over: &AtomicBool) -> Vec<Duration> {
    let mut connection = Connection::to(address).expect("the server takes connections");
    let mut latencies = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let started = now();
        let answer = connection.ask("GET", "/v2/openstack/images/detail", "");
        latencies.push(started.elapsed());
        assert_eq!(answer.expect("a list is answered").0, 200);
        crate::measure::pause(Duration::from_millis(5));
    }
    latencies
}
