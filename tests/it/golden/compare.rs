//! Comparison of one answer with the recorded one: status, headers, and the choice of how the body
//! is compared.

use std::collections::BTreeSet;

use super::case::{Body, Expected};
use super::client::{Answer, joined};
use super::pattern::Context;
use super::rules::HeaderRule;
use super::{json, xml};

/// The first difference within a value: where, and what.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The steps from the root, outermost first.
    pub path: String,
    pub what: String,
}

impl Difference {
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            what: what.into(),
        }
    }

    pub fn between(expected: &str, actual: &str) -> Self {
        Self::new(format!(
            "expected {} got {}",
            shortened(expected),
            shortened(actual)
        ))
    }

    #[must_use]
    pub fn below(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

/// The differences of status and headers; the body's only when `with_body`.
pub fn answer(
    context: &Context,
    expected: &Expected,
    actual: &Answer,
    with_body: bool,
) -> Vec<String> {
    let mut differences = Vec::new();
    if expected.status != actual.status {
        let text = actual.text();
        let what = format!(
            "status: expected {} got {} ({})",
            expected.status,
            actual.status,
            shortened(text.trim())
        );
        differences.push(what);
    }
    for (name, rule) in context.rules.headers {
        let recorded = joined(&expected.headers, name);
        let ours = actual.header(name);
        if !same_header(context, *rule, recorded.as_deref(), ours.as_deref()) {
            let shown = |value: Option<&str>| value.map_or("nothing".to_owned(), quoted);
            differences.push(format!(
                "{name}: expected {} got {}",
                shown(recorded.as_deref()),
                shown(ours.as_deref())
            ));
        }
    }
    if let Some(prefix) = context.rules.header_family {
        differences.extend(family(context, prefix, &expected.headers, &actual.headers));
    }
    if with_body {
        differences.extend(body(context, expected, actual));
    }
    differences
}

/// The headers whose names begin so: none more, none less.
fn family(
    context: &Context,
    prefix: &str,
    expected: &[(String, String)],
    actual: &[(String, String)],
) -> Option<String> {
    let names: BTreeSet<&str> = expected
        .iter()
        .chain(actual)
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.into_iter().find_map(|name| {
        let (recorded, ours) = (joined(expected, name), joined(actual, name));
        let same = same_header(
            context,
            HeaderRule::Value,
            recorded.as_deref(),
            ours.as_deref(),
        );
        (!same).then(|| format!("{name}: expected {recorded:?} got {ours:?}"))
    })
}

/// The first difference of the bodies.
fn body(context: &Context, expected: &Expected, actual: &Answer) -> Option<String> {
    let recorded = match expected.body.as_ref()? {
        Body::Text(text) => text.as_str(),
        Body::Bytes(bytes) => {
            let differs = *bytes != actual.body;
            return differs.then(|| "body: other bytes".to_owned());
        }
    };
    if context.is_free(recorded) {
        return None;
    }
    let ours = actual.text();
    let media_type = joined(&expected.headers, "content-type").unwrap_or_default();
    if let Some(recorded) = json::parse(recorded) {
        let Some(ours) = json::parse(&ours) else {
            return Some(format!("body: expected JSON got {}", shortened(&ours)));
        };
        return json::difference(context, &recorded, &ours)
            .map(|difference| format!("${}: {}", difference.path, difference.what));
    }
    if media_type.contains("xml")
        && let Ok(recorded) = xml::parse(recorded)
    {
        let ours = match xml::parse(&ours) {
            Ok(ours) => ours,
            Err(error) => return Some(format!("body: {error} in {}", shortened(&ours))),
        };
        return xml::difference(context, &recorded, &ours)
            .map(|difference| format!("{}: {}", difference.path, difference.what));
    }
    let ends = |text: &str| match context.rules.text_end {
        Some(end) => text.split(end).next().unwrap_or_default().to_owned(),
        None => text.to_owned(),
    };
    let same = context.same_text(&ends(recorded), &ends(&ours));
    (!same).then(|| text_difference(recorded, &ours))
}

fn same_header(
    context: &Context,
    rule: HeaderRule,
    expected: Option<&str>,
    actual: Option<&str>,
) -> bool {
    let (Some(expected), Some(actual)) = (expected, actual) else {
        return expected.is_none() && actual.is_none();
    };
    match rule {
        HeaderRule::Presence => true,
        HeaderRule::Value => context.same_text(expected, actual),
        HeaderRule::Set => members(expected) == members(actual),
        HeaderRule::MediaType => compact(expected) == compact(actual),
    }
}

fn members(value: &str) -> BTreeSet<&str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|member| !member.is_empty())
        .collect()
}

fn compact(value: &str) -> String {
    value
        .split_whitespace()
        .collect::<String>()
        .to_ascii_lowercase()
}

fn text_difference(expected: &str, actual: &str) -> String {
    let same = expected
        .chars()
        .zip(actual.chars())
        .take_while(|(left, right)| left == right);
    let at = same.count();
    let rest = |text: &str| shortened(&text.chars().skip(at).collect::<String>());
    format!(
        "body at {at}: expected {} got {}",
        rest(expected),
        rest(actual)
    )
}

fn quoted(value: &str) -> String {
    format!("{value:?}")
}

/// A text in quotes, so short that both sides of a difference can be read in one line.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 90;
    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}
