//! How often something happened, and what nearly did.

use super::filter::RequestFilter;
use super::shown::ShownRequest;
use crate::api::control::answer::{fault, json};
use crate::http::{Reply, StatusCode};
use crate::service::journal::{NearMiss, Tally, Times};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often requests are to have come. Without a number: once at least.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequests {
    /// So often at least
    at_least: Option<u64>,
    /// So often at most
    at_most: Option<u64>,
    /// Just so often
    exactly: Option<u64>,
    /// Which requests; all when missing
    #[serde(default)]
    pub matching: RequestFilter,
}

impl VerifyRequests {
    /// How often.
    ///
    /// # Errors
    /// The answer to whoever named numbers that exclude each other.
    pub fn times(&self) -> Result<Times, Reply> {
        let refused = |why: &str| fault(StatusCode::BAD_REQUEST, why);
        match (self.at_least, self.at_most, self.exactly) {
            (None, None, None) => Ok((1..).into()),
            (None, None, Some(exactly)) => Ok(exactly.into()),
            (at_least, at_most, None) => {
                Times::between(at_least, at_most).map_err(|error| refused(&error.to_string()))
            }
            _ => Err(refused(
                "exactly stands alone: at_least and at_most say another thing",
            )),
        }
    }
}

/// How many requests match.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCount {
    /// So many
    pub count: u64,
}

/// How many requests match, where another number was to.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestTally {
    /// So many match
    count: u64,
    /// In words, with what nearly matches
    message: String,
    /// The newest that match, where they are too many
    matches: Vec<ShownRequest>,
    /// The newest that match but for one thing, where there are too few
    near_misses: Vec<ShownNearMiss>,
}

/// A request that is as it was wanted, but for one thing.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShownNearMiss {
    /// What is another thing, as the filter calls it
    differs: &'static str,
    /// What it was to be
    wanted: String,
    /// What it is; missing where there is none
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    /// The request
    request: ShownRequest,
}

/// The answer to whoever wants to know whether it was so often.
pub fn reply(tally: &Tally) -> Reply {
    if tally.holds {
        return json(StatusCode::OK, &RequestCount { count: tally.count });
    }
    let near_miss = |near: &NearMiss| ShownNearMiss {
        differs: near.differs,
        wanted: near.wanted.clone(),
        found: near.found.clone(),
        request: ShownRequest::of(&near.entry, false),
    };
    let matches = tally.matches.iter();
    let shown = RequestTally {
        count: tally.count,
        message: tally.to_string(),
        matches: matches
            .map(|entry| ShownRequest::of(entry, false))
            .collect(),
        near_misses: tally.near_misses.iter().map(near_miss).collect(),
    };
    json(StatusCode::CONFLICT, &shown)
}
