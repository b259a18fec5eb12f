//! A thousand clients at once.

use crate::Options;
use crate::cloud::{Cloud, STACK_BYTES};
use crate::connection::Connection;
use crate::measure::{now, percentile};
use crate::report::{Table, decimals, thousands};
use crate::server::Server;
use std::net::SocketAddr;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

/// How many there are.
const CLIENTS: usize = 1000;

/// How many projects they are of.
const PROJECTS: usize = 20;

/// How late the stub's lists come.
const LATENCY: Duration = Duration::from_millis(200);

/// What becomes of them, round by round: all ask at the same moment, and again when all have an answer.
pub fn measure(options: Options) -> Option<String> {
    let cloud = Cloud::start(LATENCY);
    let server = Server::before(&cloud);
    let idle = server.resident_mb();
    let begun = now();
    let mut outcomes = ask_together(server.address, options.rounds);
    let elapsed = begun.elapsed();
    let asked = outcomes.len();
    let failed = outcomes.iter().filter(|outcome| outcome.is_none()).count();
    let mut times: Vec<Duration> = outcomes.drain(..).flatten().collect();
    let mut table = Table::new(&["figure", "value", "aim: at most"]);
    let mut row = |figure: &str, value: String, aim: &str| {
        table.row([figure.to_owned(), value, aim.to_owned()]);
    };
    let seconds = |time: Duration| decimals(time.as_secs_f64());
    row("requests", thousands(count(asked)), "");
    row("errors", thousands(count(failed)), "0");
    row(
        "at the stub at once",
        cloud.most_at_once().to_string(),
        "256",
    );
    row("p50, s", seconds(percentile(&mut times, 50)), "");
    row("slowest, s", seconds(percentile(&mut times, 100)), "");
    let rounds = u32::try_from(options.rounds).unwrap_or(1);
    row("all of a round, s", seconds(elapsed / rounds), "");
    if let (Some((idle, _)), Some((_, most))) = (idle, server.resident_mb()) {
        row("resident before, MB", decimals(idle), "");
        row("resident at most, MB", decimals(most), "100");
    }
    table.under(&format!(
        "{} clients at once, of {PROJECTS} projects, over a stub whose lists come after {} ms, {} rounds",
        thousands(count(CLIENTS)),
        LATENCY.as_millis(),
        options.rounds
    ))
}

/// How long each took; nothing for those that got no 200.
fn ask_together(address: SocketAddr, rounds: usize) -> Vec<Option<Duration>> {
    let barrier = Arc::new(Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let barrier = Arc::clone(&barrier);
            let asking = move || {
                let token = format!("project-{}", number % PROJECTS);
                let connection = Connection::open(address, "/v2.1/images/detail", &token);
                let mut connection = connection.ok();
                let ask = |_| {
                    barrier.wait();
                    connection.as_mut()?.ask()
                };
                (0..rounds).map(ask).collect::<Vec<_>>()
            };
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            thread.spawn(asking).expect("there is room for a thread")
        })
        .collect();
    let ended = clients.into_iter().map(thread::JoinHandle::join);
    ended
        .flat_map(|outcomes| outcomes.expect("a client does not panic"))
        .collect()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
