//! The list parameters of Glance's API v1, as Nova 2014.2 hands them on.

use super::access;
use super::glance_query::{QueryError, sqlite_integer};
use super::rules::ImageRules;
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{Caller, Comparison, ImageQuery, Matches, Test, Timestamp};

/// Reads filters by the names that Glance has for them.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read(
    caller: &Caller,
    rules: &ImageRules,
    filters: &indexmap::IndexMap<String, String>,
) -> Result<ImageQuery, QueryError> {
    let mut query = ImageQuery::new(access::list_scope(caller, rules));
    if rules.lists_all {
        return Ok(query);
    }
    for (name, value) in filters {
        query.tests.push(match name.as_str() {
            // A filter without a value gets lost between the two services.
            "name" | "status" if value.is_empty() => Test::Never,
            "name" => Test::Text(TextColumn::Name, Matches::Is(value.clone())),
            "status" => Test::Text(TextColumn::Status, Matches::Is(value.clone())),
            "min_ram" => Test::Number(NumberColumn::MinRam, natural(value)?),
            // Only `min_ram` is checked in Glance 2014.2; this one is left to the database.
            "min_disk" => match sqlite_integer(value) {
                Some(number) => Test::Number(NumberColumn::MinDisk, number),
                None => Test::Never,
            },
            "changes-since" => {
                query.scope.unlisted |= rules.changes_include_gone;
                let moment = Timestamp::parse_iso8601(value).ok_or(QueryError::Malformed)?;
                Test::Time(TimeColumn::UpdatedAt, Comparison::Greater, moment)
            }
            property => match property.strip_prefix("property-") {
                Some(key) if !key.is_empty() && !value.is_empty() => {
                    Test::Property(key.to_owned(), value.clone())
                }
                _ => Test::Never,
            },
        });
    }
    Ok(query)
}

fn natural(value: &str) -> Result<i64, QueryError> {
    let number = value.trim().parse::<i64>().ok();
    number
        .filter(|number| *number >= 0)
        .ok_or(QueryError::Malformed)
}
