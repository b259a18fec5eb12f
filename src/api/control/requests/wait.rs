//! Waiting for requests that are to come.

use super::filter::RequestFilter;
use super::look::journal;
use super::tally::{self, RequestCount};
use crate::api::control::answer::{fault, json};
use crate::api::control::route::Ask;
use crate::http::{Reply, StatusCode};
use crate::service::journal::{Following, Matching};
use futures_util::future::LocalBoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// How long is waited when nothing is said, in milliseconds.
const USUAL_MILLISECONDS: u64 = 5000;

/// The longest wait, in milliseconds: ten minutes.
const MOST_MILLISECONDS: u64 = 600_000;

/// How many entries are looked at in one go.
const AT_ONCE: u64 = 256;

/// How many requests are waited for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForRequests {
    /// So many at least, those that came before counted; one when missing
    at_least: Option<u64>,
    /// Which requests; all when missing
    #[serde(default)]
    matching: RequestFilter,
    /// At most so many milliseconds of real time; 5,000 when missing
    #[schemars(range(min = 0, max = 600_000))]
    timeout_ms: Option<u64>,
}

/// `POST /_control/requests/wait`
pub fn wait<'a>(ask: &'a Ask<'a>) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move { waited(ask).await.unwrap_or_else(|refused| refused) })
}

async fn waited(ask: &Ask<'_>) -> Result<Reply, Reply> {
    let journal = journal(ask)?;
    let wanted: WaitForRequests = ask.body()?;
    let matching = wanted.matching.matching()?;
    let at_least = wanted.at_least.unwrap_or(1);
    let timeout = wanted.timeout_ms.unwrap_or(USUAL_MILLISECONDS);
    if timeout > MOST_MILLISECONDS {
        let why = format!("timeout_ms is a number from 0 to {MOST_MILLISECONDS}");
        return Err(fault(StatusCode::BAD_REQUEST, &why));
    }
    let since = wanted.matching.since.unwrap_or(0);
    let coming = count(journal.follow(since), &matching, at_least);
    let counted = tokio::time::timeout(Duration::from_millis(timeout), coming).await;
    if let Ok(Some(count)) = counted {
        return Ok(json(StatusCode::OK, &RequestCount { count }));
    }
    let tally = journal.verify((at_least..).into(), &matching, since);
    Ok(tally::reply(&tally))
}

/// How many match, once so many do; nothing when no more will come.
async fn count(mut coming: Following, matching: &Matching, at_least: u64) -> Option<u64> {
    let mut count = 0;
    while count < at_least {
        let news = coming.next(AT_ONCE).await?;
        let matching = news.entries.iter().filter(|entry| matching.is_met(entry));
        count += matching.count() as u64;
    }
    Some(count)
}
