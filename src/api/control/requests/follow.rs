//! Following requests as they come: server-sent events.

use super::filter::FollowQuery;
use super::look::journal;
use super::shown::ShownRequest;
use crate::api::control::answer::fault;
use crate::api::control::route::Ask;
use crate::http::{CutOff, Method, Reply, ReplyStream, StatusCode};
use crate::service::journal::{Following, Matching, News};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use std::fmt::Write as _;
use std::time::Duration;

/// What the events are (WHATWG HTML, 9.2).
pub const EVENTS: &str = "text/event-stream";

/// How often something is sent where nothing comes, so that somebody notices when nobody listens.
const QUIET: Duration = Duration::from_secs(15);

/// How many entries are sent in one go.
const AT_ONCE: u64 = 32;

/// What a reader that was too slow is told.
#[derive(Serialize)]
struct Lost {
    lost: u64,
}

/// `GET /_control/requests/follow`
pub fn follow<'a>(ask: &'a Ask<'a>) -> LocalBoxFuture<'a, Reply> {
    Box::pin(std::future::ready(
        followed(ask).unwrap_or_else(|refused| refused),
    ))
}

fn followed(ask: &Ask<'_>) -> Result<Reply, Reply> {
    let journal = journal(ask)?;
    let query: FollowQuery = ask.query()?;
    let matching = query.matching()?;
    let last = match ask.head().header("last-event-id").map(str::trim) {
        None | Some("") => query.since,
        Some(id) => Some(id.parse().map_err(|_| {
            let why = format!("Last-Event-ID {id:?} is no number of a request");
            fault(StatusCode::BAD_REQUEST, &why)
        })?),
    };
    if ask.head().method() == Method::HEAD {
        return Ok(Reply::new(StatusCode::OK, EVENTS, ""));
    }
    let coming = journal.follow(last.unwrap_or_else(|| journal.newest()));
    let stream = events(coming, matching, query.bodies);
    Ok(Reply::stream(StatusCode::OK, EVENTS, stream).with("cache-control", "no-store"))
}

/// The events. What is not read stays in the journal, and nowhere else.
fn events(coming: Following, matching: Matching, bodies: bool) -> ReplyStream {
    let begun = futures_util::stream::iter([Ok(Bytes::from_static(b": here\n\n"))]);
    let events = futures_util::stream::unfold(coming, move |mut coming| {
        let matching = matching.clone();
        async move {
            let text = match tokio::time::timeout(QUIET, coming.next(AT_ONCE)).await {
                Ok(Some(news)) => written(&news, &matching, bodies),
                Ok(None) => return None,
                Err(_) => Ok(": quiet\n\n".to_owned()),
            };
            Some((
                text.map(Bytes::from)
                    .map_err(|error| CutOff(Box::new(error))),
                coming,
            ))
        }
    });
    begun.chain(events).boxed()
}

fn written(news: &News, matching: &Matching, bodies: bool) -> serde_json::Result<String> {
    let mut text = String::new();
    if news.lost > 0 {
        let lost = serde_json::to_string(&Lost { lost: news.lost })?;
        // A `String` takes whatever is written.
        _ = write!(text, "event: lost\ndata: {lost}\n\n");
    }
    for entry in news.entries.iter().filter(|entry| matching.is_met(entry)) {
        // JSON has no line feeds: one line is all of it.
        let shown = serde_json::to_string(&ShownRequest::of(entry, bodies))?;
        let number = entry.number();
        _ = write!(text, "id: {number}\nevent: request\ndata: {shown}\n\n");
    }
    Ok(text)
}
