//! Looking into a journal.

use super::filter::{OrderWord, RequestFilter, RequestQuery};
use super::shown::ShownRequest;
use super::tally::{self, RequestCount, VerifyRequests};
use crate::api::control::answer::{done, fault, json};
use crate::api::control::route::Ask;
use crate::http::{Reply, StatusCode};
use crate::service::journal::SpaceJournal;
use schemars::JsonSchema;
use serde::Serialize;

/// How many entries a list has when nothing is said.
const USUAL_LIMIT: u64 = 100;

/// Most entries of a list.
const MOST_LIMIT: u64 = 1000;

/// Requests, and where to go on.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedRequests {
    /// Those that match
    requests: Vec<ShownRequest>,
    /// The number of the newest request that there is or was, matching or not: what comes later is
    /// behind it
    newest: u64,
}

/// The journal of the space that is asked.
///
/// # Errors
/// The answer to whoever asks for one where nothing is kept.
pub fn journal<'a>(ask: &Ask<'a>) -> Result<&'a SpaceJournal, Reply> {
    let journal = ask.app.journal();
    match journal.is_on() {
        true => Ok(journal),
        false => Err(fault(
            StatusCode::CONFLICT,
            "this server keeps no journal (--journal off)",
        )),
    }
}

/// `GET /_control/requests`
pub fn list(ask: &Ask<'_>) -> Reply {
    let list = || {
        let journal = journal(ask)?;
        let query: RequestQuery = ask.query()?;
        let matching = query.matching()?;
        let limit = query.limit.unwrap_or(USUAL_LIMIT);
        if !(1..=MOST_LIMIT).contains(&limit) {
            let why = format!("limit is a number from 1 to {MOST_LIMIT}");
            return Err(fault(StatusCode::BAD_REQUEST, &why));
        }
        let (since, most) = (
            query.since.unwrap_or(0),
            usize::try_from(limit).unwrap_or(usize::MAX),
        );
        // Before the entries are looked up: what comes meanwhile is seen twice rather than never.
        let newest = journal.newest();
        let is_reversed = query.order == OrderWord::NewestFirst;
        let entries = journal.find(&matching, since, most, is_reversed);
        let shown = entries
            .iter()
            .map(|entry| ShownRequest::of(entry, query.bodies));
        let listed = ListedRequests {
            requests: shown.collect(),
            newest,
        };
        Ok(json(StatusCode::OK, &listed))
    };
    list().unwrap_or_else(|refused: Reply| refused)
}

/// `GET /_control/requests/{number}`
pub fn show(ask: &Ask<'_>) -> Reply {
    let show = || {
        let journal = journal(ask)?;
        let number: Option<u64> = ask.part().parse().ok();
        let entry = number.and_then(|number| journal.entry(number));
        let entry = entry.ok_or_else(|| {
            let why = format!(
                "there is no request {:?}: the newest is {}, and the oldest go",
                ask.part(),
                journal.newest()
            );
            fault(StatusCode::NOT_FOUND, &why)
        })?;
        Ok(json(StatusCode::OK, &ShownRequest::of(&entry, true)))
    };
    show().unwrap_or_else(|refused: Reply| refused)
}

/// `GET /_control/requests/count`
pub fn count(ask: &Ask<'_>) -> Reply {
    let count = || {
        let journal = journal(ask)?;
        let filter: RequestFilter = ask.query()?;
        let count = journal.count(&filter.matching()?, filter.since.unwrap_or(0));
        Ok(json(StatusCode::OK, &RequestCount { count }))
    };
    count().unwrap_or_else(|refused: Reply| refused)
}

/// `POST /_control/requests/verify`
pub fn verify(ask: &Ask<'_>) -> Reply {
    let verify = || {
        let journal = journal(ask)?;
        let wanted: VerifyRequests = ask.body()?;
        let (times, matching) = (wanted.times()?, wanted.matching.matching()?);
        let since = wanted.matching.since.unwrap_or(0);
        Ok(tally::reply(&journal.verify(times, &matching, since)))
    };
    verify().unwrap_or_else(|refused: Reply| refused)
}

/// `DELETE /_control/requests`
pub fn clear(ask: &Ask<'_>) -> Reply {
    match journal(ask) {
        Ok(journal) => {
            journal.clear();
            done()
        }
        Err(refused) => refused,
    }
}
