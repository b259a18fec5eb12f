//! Filters of lists for users: they find exactly the images whose listed value they name.
//!
//! The real releases compare with what Glance calls things, by way of libraries whose accidents show
//! through; the words of a list are Nova's.

use super::access;
use super::glance_query::{QueryError, split_quoted, sqlite_integer};
use super::rules::{Filters, ImageRules};
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{Caller, Fraction, GlanceStatus, ImageQuery, Matches, Test, Timestamp};

/// Reads filters by the names that Nova has for Glance's, for a list of today's API.
///
/// # Errors
/// When a list has quotes out of place, or a time is none.
pub fn read(
    caller: &Caller,
    rules: &ImageRules,
    filters: &[(String, String)],
) -> Result<ImageQuery, QueryError> {
    let mut query = ImageQuery::new(access::list_scope(caller, rules));
    for (name, value) in filters {
        query.tests.push(match name.as_str() {
            "name" => Test::Text(TextColumn::Name, operators(value)?),
            "status" => status(rules, operators(value)?),
            "min_ram" => number(NumberColumn::MinRam, value),
            "min_disk" => number(NumberColumn::MinDisk, value),
            "changes-since" => {
                let moment = Timestamp::read_iso8601(value, Fraction::CommaToo)
                    .map_err(|_| QueryError::BadTime("updated_at"))?;
                Test::Time(TimeColumn::UpdatedAt, rules.changes_since, moment)
            }
            property => match property.strip_prefix("property-") {
                // Null is shown as "" there.
                Some(key) if value.is_empty() => Test::PropertyShownEmpty(key.to_owned()),
                Some(key) => Test::Property(key.to_owned(), value.clone()),
                None => Test::Never,
            },
        });
    }
    Ok(query)
}

/// `in:a,b` and `eq:a` are operators, as Glance has them; any other text is itself.
fn operators(value: &str) -> Result<Matches, QueryError> {
    match value.split_once(':') {
        Some(("eq", text)) => Ok(Matches::Is(text.to_owned())),
        Some(("in", list)) => Ok(Matches::AnyOf(split_quoted(list)?)),
        _ => Ok(Matches::Is(value.to_owned())),
    }
}

/// The images of a status, in any letter case: in Nova's words, where it has one, else in Glance's.
pub fn status(rules: &ImageRules, wanted: Matches) -> Test {
    let words = match wanted {
        Matches::Is(word) => vec![word],
        Matches::AnyOf(words) => words,
    };
    let matching = words.iter().flat_map(|word| match rules.filters {
        Filters::Listed => shown_as(&word.to_lowercase()),
        Filters::Released | Filters::ListedButStatus => vec![word.to_lowercase()],
    });
    let mut matching: Vec<String> = matching.collect();
    match (matching.pop(), matching.is_empty()) {
        (None, _) => Test::Never,
        (Some(only), true) => Test::Text(TextColumn::Status, Matches::Is(only)),
        (Some(last), false) => {
            matching.push(last);
            Test::Text(TextColumn::Status, Matches::AnyOf(matching))
        }
    }
}

/// Glance's words for what lists show in a word (nova/api/openstack/compute/views/images.py).
fn shown_as(word: &str) -> Vec<String> {
    let statuses: &[GlanceStatus] = match word {
        "active" => &[GlanceStatus::Active],
        "saving" => &[GlanceStatus::Queued, GlanceStatus::Saving],
        "error" => &[GlanceStatus::Killed],
        "deleted" => &[GlanceStatus::Deleted, GlanceStatus::PendingDelete],
        "unknown" => &[
            GlanceStatus::Deactivated,
            GlanceStatus::Importing,
            GlanceStatus::Uploading,
        ],
        glance => return vec![glance.to_owned()],
    };
    statuses
        .iter()
        .map(|status| status.as_str().to_owned())
        .collect()
}

fn number(column: NumberColumn, value: &str) -> Test {
    match sqlite_integer(value) {
        Some(number) => Test::Number(column, number),
        None => Test::Never,
    }
}
