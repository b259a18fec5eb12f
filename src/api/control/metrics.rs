//! `/_control/metrics`: figures of the server, and of the real cloud behind it, for Prometheus.
//!
//! They are read when somebody asks: requests that need no real cloud are not counted, and pay nothing.

use super::exposition::{Exposition, Kind, MEDIA_TYPE, seconds};
use super::route::{Ask, Route};
use super::words::Gives;
use crate::domain::Timestamp;
use crate::http::{Reply, StatusCode};
use crate::service::resident_bytes;
use crate::service::upstream::{Outcome, RANGES_MILLIS, Seen, Upstream};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The routes of this room.
pub const ROUTES: &[Route] = &[Route {
    only_at_root: true,
    summary: "Figures of the server and of the real cloud behind it, for Prometheus",
    gives: &[Gives::other(200, "text/plain", "They are")],
    ..Route::look("control.metrics", "/metrics", metrics)
}];

fn metrics(ask: &Ask<'_>) -> Reply {
    let mut page = Exposition::default();
    of_server(&mut page, ask);
    if let Some(cloud) = &ask.app.upstream {
        of_cloud(&mut page, cloud);
    }
    Reply::new(StatusCode::OK, MEDIA_TYPE, page.into_text())
}

fn of_server(page: &mut Exposition, ask: &Ask<'_>) {
    let name = "nova_images_build_info";
    page.metric(name, Kind::Gauge, "Which build it is");
    page.sample(name, &[("version", env!("CARGO_PKG_VERSION"))], 1);
    page.gauge(
        "nova_images_connections",
        "Connections of clients",
        ask.spaces.connections.load(Ordering::Relaxed),
    );
    page.gauge(
        "nova_images_spaces",
        "Spaces beside the server's own",
        ask.spaces.names().len(),
    );
    let journal = ask.spaces.journal.extent();
    page.gauge(
        "nova_images_journal_entries",
        "Entries of the journal",
        journal.entries,
    );
    page.gauge(
        "nova_images_journal_bytes",
        "What they take in memory",
        journal.bytes,
    );
    if let Some(bytes) = resident_bytes() {
        page.gauge(
            "process_resident_memory_bytes",
            "Resident memory of the process",
            bytes,
        );
    }
}

fn of_cloud(page: &mut Exposition, cloud: &Upstream) {
    let services = cloud.seen();
    counts(page, &services);
    latencies(page, &services);
    let name = "nova_images_upstream_in_flight";
    page.metric(name, Kind::Gauge, "Requests to the real cloud under way");
    for seen in &services {
        page.sample(name, &of(seen), seen.under_way);
    }
    let name = "nova_images_upstream_waiting";
    let help = "Requests to the real cloud that wait for their turn";
    page.metric(name, Kind::Gauge, help);
    for seen in &services {
        page.sample(name, &of(seen), cloud.client.waiting(seen.service));
    }
    let name = "nova_images_upstream_up";
    let help = "Whether the last request to a service of the real cloud was answered";
    page.metric(name, Kind::Gauge, help);
    for (seen, is_well) in services
        .iter()
        .filter_map(|seen| seen.is_well.map(|is| (seen, is)))
    {
        page.sample(name, &of(seen), u8::from(is_well));
    }
    let success = |seen: &Seen| seen.last_success;
    let failure = |seen: &Seen| seen.last_failure.map(|(at, _)| at);
    for (name, help, last) in [
        (
            "nova_images_upstream_last_success_timestamp_seconds",
            "When a service of the real cloud last answered",
            &success as &dyn Fn(&Seen) -> Option<Timestamp>,
        ),
        (
            "nova_images_upstream_last_failure_timestamp_seconds",
            "When a request to a service of the real cloud last came to nothing",
            &failure,
        ),
    ] {
        page.metric(name, Kind::Gauge, help);
        for (seen, at) in services
            .iter()
            .filter_map(|seen| last(seen).map(|at| (seen, at)))
        {
            let since_1970 = Duration::from_micros(u64::try_from(at.micros()).unwrap_or(0));
            page.sample(name, &of(seen), seconds(since_1970));
        }
    }
}

fn counts(page: &mut Exposition, services: &[Seen]) {
    let name = "nova_images_upstream_requests_total";
    let help = "Requests to the real cloud by what became of them";
    page.metric(name, Kind::Counter, help);
    for seen in services {
        // An answer that is none was counted by its status as well.
        for (outcome, count) in seen.outcomes {
            if outcome != Outcome::Strange {
                let labels = [
                    ("service", seen.service.name()),
                    ("outcome", outcome.name()),
                ];
                page.sample(name, &labels, count);
            }
        }
    }
    let name = "nova_images_upstream_strange_answers_total";
    let help = "Answers of the real cloud that were not what was asked for";
    page.metric(name, Kind::Counter, help);
    for seen in services {
        for (outcome, count) in seen.outcomes {
            if outcome == Outcome::Strange {
                page.sample(name, &of(seen), count);
            }
        }
    }
}

fn latencies(page: &mut Exposition, services: &[Seen]) {
    let name = "nova_images_upstream_request_seconds";
    let help = "How long requests to the real cloud took, from their turn to the end of the answer";
    page.metric(name, Kind::Histogram, help);
    let bucket = "nova_images_upstream_request_seconds_bucket";
    for seen in services {
        let service = seen.service.name();
        for (most, count) in RANGES_MILLIS.iter().zip(seen.ranges) {
            let most = seconds(Duration::from_millis(*most));
            let most = most.trim_end_matches('0').trim_end_matches('.');
            page.sample(bucket, &[("service", service), ("le", most)], count);
        }
        let all = [("service", service), ("le", "+Inf")];
        page.sample(bucket, &all, seen.answered);
        let sum = "nova_images_upstream_request_seconds_sum";
        page.sample(sum, &of(seen), seconds(seen.time));
        let count = "nova_images_upstream_request_seconds_count";
        page.sample(count, &of(seen), seen.answered);
    }
}

fn of(seen: &Seen) -> [(&'static str, &'static str); 1] {
    [("service", seen.service.name())]
}
