//! One request at a time: the stub alone, and through this server.

use crate::Options;
use crate::cloud::{Cloud, IMAGES};
use crate::connection::Connection;
use crate::measure::percentile;
use crate::report::{Table, micros, ratio};
use crate::server::Server;
use std::time::Duration;

/// How late the stub's lists come.
const LATENCY: Duration = Duration::from_millis(5);

/// Parts of a run, each of which has a difference of its own.
const PARTS: usize = 7;

/// What this server may add, in microseconds.
const AIM: &str = "1,000";

/// The middle and the slow end of both, in turns.
pub fn measure(options: Options) -> Option<String> {
    let cloud = Cloud::start(LATENCY);
    let server = Server::before(&cloud);
    let direct = "/v2/images?limit=1000";
    let mut direct = Connection::open(cloud.address, direct, "p").expect("the stub listens");
    let mut table = Table::new(&[
        "asked for",
        "stub, p50, µs",
        "p99, µs",
        "through it, p50, µs",
        "p99, µs",
        "difference of p50 by parts, µs",
        "aim: at most",
    ]);
    for (name, target) in [
        ("`/v2.1/images/detail`", "/v2.1/images/detail"),
        ("`/v2/p/images/detail.xml`", "/v2/p/images/detail.xml"),
    ] {
        let through = Connection::open(server.address, target, "p");
        let mut through = through.expect("the server listens");
        check(&mut through);
        let (mut alone, mut both, mut differences) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..PARTS {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            for _ in 0..options.pairs / PARTS {
                one.push(direct.ask().expect("the stub answers"));
                other.push(through.ask().expect("the server answers"));
            }
            let [first, second] = [&mut one, &mut other].map(|times| percentile(times, 50));
            differences.push((second.as_secs_f64() - first.as_secs_f64()) * 1e6);
            alone.append(&mut one);
            both.append(&mut other);
        }
        let [alone, both] = [&mut alone, &mut both]
            .map(|times| [percentile(times, 50), percentile(times, 99)].map(micros));
        let ([alone, alone_p99], [both, both_p99]) = (alone, both);
        table.row([
            name.to_owned(),
            alone,
            alone_p99,
            both,
            both_p99,
            ratio(&differences),
            AIM.to_owned(),
        ]);
    }
    table.under(&format!(
        "{IMAGES} images over a stub whose lists come after {} ms, one request at a time, {} pairs in {PARTS} parts",
        LATENCY.as_millis(),
        options.pairs
    ))
}

/// The answer is what is to be measured; and the token is known from then on.
fn check(through: &mut Connection) {
    through.ask().expect("the server answers");
    let body = String::from_utf8_lossy(through.body()).into_owned();
    let images = body.matches("Debian 12 build").count();
    assert_eq!(images, IMAGES, "{body}");
}
