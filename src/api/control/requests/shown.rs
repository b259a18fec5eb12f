//! Entries, as they are shown.

use crate::service::journal::{Entry, KeptBody};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What was asked, and what was answered. Tokens and passwords are `***`.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownRequest {
    /// Its number: in a space no number comes twice
    number: u64,
    /// When it came, on the clock of its space (RFC 3339)
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// How long it took, in microseconds of real time
    duration_micros: u64,
    /// The service
    service: &'static str,
    /// What was asked for, by its stable name
    operation: &'static str,
    /// The method
    method: String,
    /// Path and query
    target: String,
    /// The image that it was about, by its id
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// The project that asked, by its id
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// The request id of the answer
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// What was sent
    request: ShownMessage,
    /// The status of the answer; missing where there was none
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// What was answered
    answer: ShownMessage,
    /// Whether the client got the whole answer (`whole`), a part of it (`cut`), or none (`unanswered`)
    end: &'static str,
    /// Whether it went wrong
    error: bool,
    /// The fault that was done to it
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// Why it was answered as it was, where the client is told less
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Headers and body.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShownMessage {
    /// The values of each header, by its name in lower case
    headers: BTreeMap<String, Vec<String>>,
    /// The body
    body: ShownBody,
}

/// A body, as far as it was kept.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShownBody {
    /// How long it was, as far as it came
    bytes: u64,
    /// Whether less was kept than came
    truncated: bool,
    /// What was kept of it, if it is text
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What was kept of it, if it is not
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// Whether it is not shown, because secrets could not be masked in it
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
}

impl ShownRequest {
    /// An entry, with its bodies or without.
    pub fn of(entry: &Entry, bodies: bool) -> Self {
        let at = entry.at();
        let seconds = at.to_string();
        let seconds = seconds.trim_end_matches('Z');
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            number: entry.number(),
            at: format!("{seconds}.{:06}Z", at.subsecond_micros()),
            duration_micros: u64::try_from(entry.duration().as_micros()).unwrap_or(u64::MAX),
            service: entry.service(),
            operation: entry.operation().as_str(),
            method: entry.method().to_owned(),
            target: entry.target().into_owned(),
            image: owned(entry.image()),
            project: owned(entry.project()),
            request_id: owned(entry.request_id()),
            request: ShownMessage {
                headers: headers(entry.request_headers()),
                body: ShownBody::of(&entry.request_body(), bodies),
            },
            status: entry.status(),
            answer: ShownMessage {
                headers: headers(entry.answer_headers()),
                body: ShownBody::of(&entry.answer_body(), bodies),
            },
            end: entry.end().as_str(),
            error: entry.is_error(),
            fault: owned(entry.fault()),
            why: entry.why().map(Cow::into_owned),
        }
    }
}

fn headers<'e>(
    headers: impl Iterator<Item = (&'e str, Cow<'e, str>)>,
) -> BTreeMap<String, Vec<String>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        shown
            .entry(name.to_owned())
            .or_default()
            .push(value.into_owned());
    }
    shown
}

impl ShownBody {
    fn of(body: &KeptBody<'_>, is_shown: bool) -> Self {
        let is_shown = is_shown && !body.is_withheld && !body.bytes.is_empty();
        let text = body.text().filter(|_| is_shown);
        Self {
            bytes: body.length,
            truncated: body.is_truncated,
            text: text.map(str::to_owned),
            base64: (is_shown && text.is_none()).then(|| STANDARD.encode(&body.bytes)),
            withheld: body.is_withheld,
        }
    }
}
