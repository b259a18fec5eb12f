//! The list parameters of Glance's API v1, as Nova 2014.2 hands them on.

use super::access;
use super::glance_query::{QueryError, sqlite_integer};
use super::listed_query;
use super::rules::{Filters, ImageRules};
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{Caller, Fraction, ImageQuery, Matches, NoTime, Test, Timestamp};
use crate::python::number;

/// Reads filters by the names that Glance has for them.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read(
    caller: &Caller,
    rules: &ImageRules,
    filters: &[(String, String)],
) -> Result<ImageQuery, QueryError> {
    let mut query = ImageQuery::new(access::list_scope(caller, rules));
    if rules.lists_all {
        return Ok(query);
    }
    let listed = rules.filters != Filters::Released;
    for (name, value) in filters {
        query.tests.push(match name.as_str() {
            // A filter without a value gets lost between the two services.
            _ if !listed && value.is_empty() && !is_number(name) => Test::Never,
            "status" if listed => listed_query::status(rules, Matches::Is(value.clone())),
            "name" => Test::Text(TextColumn::Name, Matches::Is(value.clone())),
            "status" => Test::Text(TextColumn::Status, Matches::Is(value.clone())),
            "min_ram" => match natural(value)? {
                i64::MAX => Test::Never,
                number => Test::Number(NumberColumn::MinRam, number),
            },
            // Only `min_ram` is checked in Glance 2014.2; this one is left to the database.
            "min_disk" => match sqlite_integer(value) {
                Some(number) => Test::Number(NumberColumn::MinDisk, number),
                None => Test::Never,
            },
            "changes-since" => {
                query.scope.unlisted |= rules.changes_include_gone;
                let moment = Timestamp::read_iso8601(value, Fraction::Point);
                let moment = moment.map_err(|reason| match reason {
                    NoTime::Zone | NoTime::Range if !listed => QueryError::OutOfRange,
                    _ => QueryError::Malformed,
                })?;
                Test::Time(TimeColumn::UpdatedAt, rules.changes_since, moment)
            }
            property => match property.strip_prefix("property-") {
                Some(key) if !key.is_empty() => Test::Property(key.to_owned(), value.clone()),
                _ => Test::Never,
            },
        });
    }
    Ok(query)
}

/// Numbers are checked where they are read, empty or not; so are times.
fn is_number(name: &str) -> bool {
    matches!(name, "min_ram" | "min_disk" | "changes-since")
}

fn natural(value: &str) -> Result<i64, QueryError> {
    number::int(value)
        .filter(|number| *number >= 0)
        .ok_or(QueryError::Malformed)
}
